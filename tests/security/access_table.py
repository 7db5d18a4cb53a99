"""Every address of the portal and who gets what there. An address that is not named here fails the sweep.

`get` and `post` are sets of (role, owner): whom the address answers about whose object. `knows` are those who may
know that the object exists; to them a refusal is 403, to everybody else the object is not there: 404. Whoever has not
signed in is sent to the sign-in page, whatever the address.
"""

from dataclasses import dataclass, field

from tests.security.audiences import (
    ADVISERS,
    CONTENT,
    MANAGED,
    MANAGERS,
    MEMBERS,
    NOBODY,
    OWNERS,
    PROGRAMME,
    RECORDS,
    SEATED,
    SHARED,
    SIGNED_IN,
)

SIGN_IN_PAGE = "/accounts/login/"


@dataclass(frozen=True)
class Page:
    """What an address answers to those it is for."""

    get: frozenset = NOBODY
    post: frozenset = NOBODY
    knows: frozenset = NOBODY
    # The answers to a GET, and to a POST that holds nothing.
    got: tuple[int, ...] = (200,)
    posted: tuple[int, ...] = (200, 302)
    # Which kind of data a part of the address names, where that is not the usual one of `doors.NAMED_BY`.
    named: dict[str, str] = field(default_factory=dict)

    @property
    def open_to(self) -> frozenset:
        return self.get | self.post

    @property
    def known_to(self) -> frozenset:
        return self.knows | self.open_to


@dataclass(frozen=True)
class Gate:
    """An address of signing in, which knows no tenant: what it answers to GET and POST before and after signing in."""

    before: tuple[int, int]
    after: tuple[int, int]


# Pages of the secretariat, of a programme whose existence is no secret to whoever takes part in it.
FOR_SECRETARIAT = {"get": MANAGED, "knows": PROGRAMME}
# Whoever is in a secretariat brings workbooks; which programme a workbook is of is not known before it has been read.
IMPORTERS = frozenset((role, owner) for role in ("secretariat", "other_secretariat") for owner in OWNERS)
FOR_IMPORTERS = {"get": IMPORTERS, "knows": SIGNED_IN}
# Pages on which a company writes; its advisers know that they exist.
FOR_MEMBERS = {"get": MEMBERS, "post": MEMBERS, "knows": CONTENT}
# What a company enters itself, or the secretariat for it.
WRITERS = MEMBERS | MANAGED
# Seats in a programme, whatever is assigned to them.
ADVISER_SEATS = SEATED - MANAGED
# Whoever has a seat as an adviser anywhere, at addresses that name nothing.
ADVISING = frozenset((role, owner) for role in ("adviser", "unassigned_adviser", "former_adviser") for owner in OWNERS)

# Whoever books for a company without being of it.
ARRANGERS = RECORDS - MEMBERS

PAGES: dict[str, tuple[Page, ...]] = {
    "dashboards:home": (Page(get=SIGNED_IN, got=(302,), post=SIGNED_IN, posted=(302,)),),
    "dashboards:places": (Page(get=SIGNED_IN, post=SIGNED_IN, posted=(200,)),),
    "dashboards:help": (Page(get=SIGNED_IN),),
    "dashboards:company": (Page(get=RECORDS),),
    # A company's profile: kept by its people, corrected by the secretariat.
    "dashboards:profile": (Page(get=RECORDS),),
    "dashboards:edit_profile": (Page(get=WRITERS, post=WRITERS, posted=(422,), knows=RECORDS),),
    # Its people: entered by all who keep its data; rights are given and ended by managers and the secretariat.
    "dashboards:people": (Page(get=RECORDS),),
    "dashboards:new_person": (Page(get=WRITERS, post=WRITERS, posted=(422,), knows=RECORDS),),
    "dashboards:person": (Page(get=WRITERS, post=WRITERS, posted=(422,), knows=RECORDS),),
    "dashboards:leave": (Page(get=MANAGERS | MANAGED, post=MANAGERS | MANAGED, posted=(302,), knows=RECORDS),),
    "dashboards:company_home": (Page(get=MEMBERS, knows=RECORDS),),
    "dashboards:looks": (Page(get=MEMBERS, knows=RECORDS),),
    # The record of deeds: of a company for its managers, of a programme for its secretariat, of oneself.
    "dashboards:own_trail": (Page(get=SIGNED_IN),),
    "reports:own_trail_file": (Page(get=SIGNED_IN),),
    "dashboards:company_trail": (Page(get=MANAGERS, knows=RECORDS),),
    "reports:company_trail_file": (Page(get=MANAGERS, knows=RECORDS),),
    "dashboards:programme_trail": (Page(**FOR_SECRETARIAT),),
    "reports:programme_trail_file": (Page(**FOR_SECRETARIAT),),
    "dashboards:programme": (Page(get=PROGRAMME),),
    "dashboards:companies": (Page(**FOR_SECRETARIAT),),
    "dashboards:stalled": (Page(**FOR_SECRETARIAT),),
    "reports:cohort_sheet": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,)),),
    # What is done about ticked companies; without a tick the list says so.
    "dashboards:charge_chosen": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    "dashboards:extend_chosen": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    # One company as the secretariat follows it; who may see its records knows that it takes part.
    "dashboards:following": (Page(get=MANAGED, knows=RECORDS),),
    "dashboards:timeline": (Page(get=MANAGED, knows=RECORDS),),
    "dashboards:charge": (Page(get=MANAGED, post=MANAGED, posted=(302,), knows=RECORDS),),
    "dashboards:memo": (Page(get=MANAGED, post=MANAGED, posted=(409,), knows=RECORDS),),
    "dashboards:extend": (Page(get=MANAGED, post=MANAGED, posted=(200,), knows=RECORDS),),
    "dashboards:step": (
        Page(get=MANAGED, post=MANAGED, posted=(200,), knows=RECORDS, named={"kind_id": "step of a theme"}),
        # Only a step of a theme is recorded by hand; other milestones are not there.
        Page(),
    ),
    "dashboards:seen_as": (Page(get=MANAGED, knows=RECORDS),),
    # Joining, withdrawing and coming back: recorded by the secretariat.
    "dashboards:enrol": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(422,)),),
    "dashboards:enrolment": (Page(get=MANAGED, post=MANAGED, posted=(422,), knows=RECORDS),),
    # Who advises whom: arranged by the secretariat.
    "dashboards:assignments": (Page(**FOR_SECRETARIAT),),
    "dashboards:adviser": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(422,)),),
    "dashboards:stand_in": (Page(get=MANAGED, post=MANAGED, posted=(422,), knows=RECORDS),),
    "dashboards:company_advisers": (Page(get=MANAGED, post=MANAGED, posted=(422,), knows=RECORDS),),
    "dashboards:assignment": (Page(get=MANAGED, post=MANAGED, posted=(422,), knows=RECORDS),),
    "dashboards:advising": (Page(get=ADVISER_SEATS, knows=PROGRAMME),),
    "dashboards:advised": (Page(get=ADVISER_SEATS, knows=PROGRAMME),),
    # Letters to many: a draft and a letter that was sent.
    "dashboards:mailings": (Page(**FOR_SECRETARIAT),),
    "dashboards:new_mailing": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "dashboards:mailing": (Page(get=MANAGED), Page(get=MANAGED, named={"mailing_id": "sent mailing"})),
    "dashboards:edit_mailing": (
        Page(get=MANAGED, post=MANAGED, posted=(200,)),
        Page(get=MANAGED, got=(302,), post=MANAGED, posted=(200,), named={"mailing_id": "sent mailing"}),
    ),
    "dashboards:choose_people": (Page(post=MANAGED, posted=(302,)),),
    "dashboards:trial_mailing": (Page(post=MANAGED, posted=(302,)),),
    "dashboards:send_mailing": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    "dashboards:call_off_mailing": (
        Page(get=MANAGED, post=MANAGED, posted=(302,), named={"mailing_id": "sent mailing"}),
    ),
    "dashboards:discard_mailing": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    # Inviting: nobody was ticked, so there is nobody to invite; and the pages behind one press and one invitation.
    "programmes:invitations": (Page(**FOR_SECRETARIAT),),
    "programmes:send_invitations": (Page(knows=PROGRAMME, post=MANAGED, posted=(302,)),),
    "programmes:new_seat": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:invitation_run": (
        Page(get=MANAGED, named={"job_id": "invitations job"}),
        Page(named={"job_id": "programme's job"}),
    ),
    "programmes:take_back_invitation": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    # What everybody was told: of oneself alone.
    "notifications:inbox": (Page(get=SIGNED_IN),),
    "notifications:settings": (Page(get=SIGNED_IN, post=SIGNED_IN, posted=(200,)),),
    "notifications:read_all": (Page(post=SIGNED_IN, posted=(302,)),),
    "notifications:open_message": (Page(post=MANAGERS, posted=(302,)),),
    # Announcements: whom they are for reads them while they are shown; the secretariat writes.
    "programmes:notices": (Page(get=PROGRAMME),),
    "programmes:new_notice": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:notice": (
        Page(get=PROGRAMME),
        Page(get=SEATED, named={"notice_id": "notice to advisers"}),
        Page(get=MANAGED, named={"notice_id": "later notice"}),
    ),
    "programmes:edit_notice": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:read_notice": (Page(post=PROGRAMME, posted=(302,)),),
    # Enquiries: between a company and the secretariat.
    "programmes:company_enquiries": (Page(get=WRITERS, knows=RECORDS),),
    "programmes:ask": (Page(**FOR_MEMBERS | {"knows": RECORDS}, posted=(200,)),),
    "programmes:enquiry": (Page(get=WRITERS, post=WRITERS, posted=(200,)),),
    "programmes:close_enquiry": (Page(post=WRITERS, posted=(302,)),),
    "programmes:enquiries": (Page(**FOR_SECRETARIAT),),
    "programmes:list": (Page(get=SIGNED_IN),),
    "programmes:sessions": (Page(get=PROGRAMME),),
    "programmes:session": (Page(get=PROGRAMME),),
    "programmes:door": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,)),),
    "programmes:door_operations": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(422,)),),
    "programmes:print_paper": (Page(post=MANAGED, posted=(404,), knows=PROGRAMME),),
    # The job of the world makes something else.
    # No paper was printed, no slides and no certificates drawn in the world: its jobs are others.
    "programmes:door_paper": (Page(),),
    # Of whoever is on the list by their own account: here the company's manager.
    "programmes:ticket": (Page(get=MANAGERS),),
    # Others of the company read that it is a code; the secretariat receives the person.
    "programmes:check_in": (Page(get=RECORDS, post=MANAGED, posted=(302,)),),
    "programmes:online_list": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:online_preview": (Page(get=MANAGED, post=MANAGED, posted=(404,)),),
    "programmes:online_confirm": (Page(post=MANAGED, posted=(302,)),),
    "programmes:online_discard": (Page(post=MANAGED, posted=(302,)),),
    "programmes:close_attendance": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,)),),
    "programmes:correct_attendance": (Page(get=MANAGED, post=MANAGED, posted=(200,), knows=RECORDS),),
    "programmes:outcome": (Page(**FOR_SECRETARIAT),),
    "reports:session_sheet": (Page(**FOR_SECRETARIAT),),
    "reports:hours_sheet": (Page(**FOR_SECRETARIAT),),
    "programmes:company_sessions": (Page(get=RECORDS),),
    # Planning: what is published is the secretariat's to change and to cancel; drafts are thrown away or published.
    "programmes:new_session": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:edit_session": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:session_agenda": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:publish_session": (Page(**FOR_SECRETARIAT, got=(302,), post=MANAGED, posted=(302,)),),
    "programmes:cancel_session": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,)),),
    "programmes:discard_session": (Page(**FOR_SECRETARIAT, got=(302,), post=MANAGED, posted=(302,)),),
    "programmes:copy_session": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "dashboards:next_programme": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:themes": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,)),),
    "programmes:ending": (Page(**FOR_SECRETARIAT),),
    # Everybody of the sweep has just shown who they are; a POST gives no reason.
    "programmes:close": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:reopen": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:copy_plan": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:session_materials": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:material": (
        Page(get=PROGRAMME, got=(302,), named={"material_id": "material"}),
        Page(get=MANAGED, got=(302,), named={"material_id": "later material"}),
    ),
    "programmes:edit_material": (
        Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,), named={"material_id": "material"}),
    ),
    "programmes:remove_material": (
        Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,), named={"material_id": "material"}),
    ),
    "programmes:session_photos": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:photo": (
        Page(get=PROGRAMME, named={"photo_id": "photograph"}),
        Page(get=MANAGED, named={"photo_id": "photograph without consent"}),
    ),
    "programmes:edit_photo": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,), named={"photo_id": "photograph"}),),
    "programmes:remove_photo": (
        Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,), named={"photo_id": "photograph"}),
    ),
    # Registering: for people of the company. A press that names nobody of it is answered as if there were nobody.
    "programmes:register": (Page(get=MEMBERS, post=MEMBERS, posted=(404,), knows=RECORDS),),
    "programmes:apologise": (Page(get=MEMBERS, post=MEMBERS, posted=(200,), knows=RECORDS),),
    "programmes:registrations": (Page(**FOR_SECRETARIAT),),
    "programmes:register_for": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(404,)),),
    "programmes:apologise_for": (Page(get=MANAGED, knows=RECORDS, post=MANAGED, posted=(200,)),),
    "programmes:observers": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:observer": (Page(get=MANAGED, post=MANAGED, posted=(200,)),),
    "programmes:session_calendar": (Page(get=PROGRAMME),),
    "programmes:calendar_settings": (Page(get=SIGNED_IN, post=SIGNED_IN, posted=(200,)),),
    # Closing meetings: companies and the secretariat write, advisers read along; the rest is the secretariat's.
    "programmes:presentation": (Page(get=RECORDS, post=WRITERS, posted=(200, 302), knows=RECORDS),),
    "programmes:presentation_slides": (Page(get=RECORDS, got=(404,)),),
    "programmes:make_slides": (Page(post=WRITERS, posted=(302,), knows=RECORDS),),
    # The jobs of the world make something else.
    "programmes:slides_file": (Page(named={"job_id": "company's job"}),),
    "programmes:closing": (Page(**FOR_SECRETARIAT),),
    "programmes:running_order": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    "programmes:closing_slides": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    "programmes:closing_slides_file": (Page(),),
    "programmes:meeting_remarks": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:meeting_remark": (Page(get=MANAGED, post=MANAGED, posted=(200,), knows=RECORDS),),
    "programmes:delete_meeting_remark": (Page(get=MANAGED, post=MANAGED, posted=(302,), knows=RECORDS),),
    # Certificates: the secretariat's to issue; a company's people, its advisers and the secretariat see and fetch them.
    "programmes:certificates": (Page(**FOR_SECRETARIAT),),
    "programmes:issue_certificates": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    "programmes:print_certificates": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    "programmes:certificates_file": (Page(),),
    "programmes:revoke_certificate": (Page(get=MANAGED, post=MANAGED, posted=(200,), knows=RECORDS),),
    "programmes:company_certificates": (Page(get=RECORDS),),
    # The certificate of the world was never drawn.
    "programmes:certificate": (Page(get=RECORDS, got=(404,)),),
    # Surveys: the secretariat's; people answer by link (below).
    "programmes:survey": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:survey_question": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:survey_order": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    "programmes:invite": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,)),),
    "programmes:remind_survey": (Page(post=MANAGED, posted=(302,), knows=PROGRAMME),),
    "programmes:survey_answers": (Page(**FOR_SECRETARIAT),),
    "programmes:survey_csv": (Page(**FOR_SECRETARIAT),),
    "programmes:quotes": (Page(**FOR_SECRETARIAT),),
    "programmes:quote": (
        Page(get=MANAGED, post=MANAGED, posted=(302,), knows=MEMBERS, named={"feedback_id": "feedback"}),
        # One answer without a name is shown to nobody.
        Page(named={"feedback_id": "feedback without a name"}),
    ),
    "programmes:new_remark": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "programmes:remark": (Page(get=MANAGED, post=MANAGED, posted=(200,), named={"remark_id": "remark of a speaker"}),),
    # Of the person who gave the answers alone, and none of the cast has an account and an answer both.
    "programmes:own_consent": (Page(get=PROGRAMME, got=(404,), post=PROGRAMME, posted=(404,)),),
    "policies:company": (Page(get=RECORDS),),
    "policies:programme": (Page(get=SEATED, knows=PROGRAMME),),
    # Writing: for people of the company; its advisers know that there are texts and read them elsewhere.
    "policies:section": (Page(get=MEMBERS, post=MEMBERS, posted=(302,), knows=CONTENT),),
    "policies:save": (Page(post=MEMBERS, posted=(422,), knows=CONTENT),),
    "policies:save_new": (Page(post=MEMBERS, posted=(422,), knows=CONTENT),),
    "policies:conflict": (
        Page(get=MEMBERS, post=MEMBERS, posted=(302,), knows=CONTENT, named={"save_id": "late save"}),
    ),
    "policies:restore_save": (Page(post=MEMBERS, posted=(302,), knows=CONTENT),),
    "policies:history": (Page(get=MEMBERS, knows=CONTENT),),
    "policies:revise": (Page(get=MEMBERS, post=MEMBERS, posted=(302,), knows=CONTENT),),
    "policies:english": (Page(post=MEMBERS, posted=(302,), knows=CONTENT),),
    "policies:interview": (Page(get=MEMBERS, knows=CONTENT, post=MEMBERS, posted=(302,)),),
    "policies:recompose": (Page(get=MEMBERS, knows=CONTENT, post=MEMBERS, got=(302, 200), posted=(302,)),),
    "policies:import_word": (Page(get=MEMBERS, knows=CONTENT, post=MEMBERS, posted=(200,)),),
    # Of the person who brought the file alone, here an adviser, and the page is for members.
    "policies:word_import": (Page(knows=ADVISERS),),
    "policies:throw_away": (Page(knows=ADVISERS),),
    "policies:discussion": (Page(get=CONTENT),),
    "policies:use_all": (Page(get=MEMBERS, knows=CONTENT, post=MEMBERS, posted=(302,)),),
    "policies:suggestion": (
        Page(get=CONTENT, post=CONTENT, posted=(302,)),
        Page(named={"suggestion_id": "unreturned suggestion"}),
    ),
    "policies:thread": (
        Page(get=CONTENT, post=CONTENT, posted=(302,)),
        Page(named={"thread_id": "unreturned thread"}),
    ),
    "policies:questions": (Page(get=CONTENT, post=CONTENT, posted=(422,)),),
    "policies:advice": (Page(get=CONTENT),),
    "policies:advice_item": (Page(get=MEMBERS, knows=CONTENT, post=MEMBERS, posted=(422,)),),
    "policies:advice_pdf": (Page(post=CONTENT, posted=(302,)),),
    # The job of the world makes something else.
    "policies:advice_file": (Page(named={"job_id": "content job"}),),
    # A version is read by those who may read texts; one that the company shared, by the secretariat too.
    "policies:versions": (Page(get=RECORDS, post=CONTENT, posted=(200,), knows=RECORDS),),
    "policies:working_version": (Page(get=CONTENT),),
    "policies:version": (
        Page(get=CONTENT, named={"revision_id": "revision"}),
        Page(get=SHARED, named={"revision_id": "shared revision"}),
    ),
    "policies:share_version": (
        Page(get=MEMBERS, post=MEMBERS, posted=(302,), knows=CONTENT, named={"revision_id": "revision"}),
        Page(get=MEMBERS, post=MEMBERS, posted=(302,), knows=SHARED, named={"revision_id": "shared revision"}),
    ),
    "policies:restore_version": (
        Page(get=MEMBERS, post=MEMBERS, posted=(302, 409), knows=CONTENT, named={"revision_id": "revision"}),
        Page(get=MEMBERS, post=MEMBERS, posted=(302, 409), knows=SHARED, named={"revision_id": "shared revision"}),
    ),
    "policies:compare": (Page(get=CONTENT),),
    "policies:export": (Page(post=CONTENT, posted=(302,)),),
    "policies:export_progress": (Page(get=CONTENT, named={"job_id": "export"}), Page(named={"job_id": "content job"})),
    "policies:export_poll": (Page(get=CONTENT, got=(302,), named={"job_id": "export"}),),
    # Only who asked for it presses again, and nobody of the cast asked for these.
    "policies:export_retry": (Page(knows=CONTENT, named={"job_id": "export"}),),
    "policies:export_file": (Page(get=CONTENT, named={"job_id": "export"}),),
    # Handing in, deciding and what is recorded beside the text: members write, managers record papers, advisers read along.
    "policies:check": (Page(**FOR_MEMBERS, posted=(200,)),),
    "policies:submitted": (Page(get=MEMBERS, knows=CONTENT),),
    "policies:withdraw": (Page(**FOR_MEMBERS, posted=(302,)),),
    "policies:approval": (Page(get=CONTENT),),
    "policies:request_approval": (Page(**FOR_MEMBERS, posted=(200,)),),
    "policies:cancel_approval": (Page(**FOR_MEMBERS, posted=(302,)),),
    "policies:paper_approval": (Page(get=MANAGERS, post=MANAGERS, knows=CONTENT, posted=(200,)),),
    "policies:approval_sheet": (Page(get=CONTENT),),
    "policies:proof": (Page(get=CONTENT, named={"file_id": "proof"}),),
    "policies:evidence": (Page(get=CONTENT),),
    "policies:add_evidence": (Page(**FOR_MEMBERS, posted=(200,)),),
    "policies:cancel_evidence": (Page(**FOR_MEMBERS, posted=(302,)),),
    "policies:announce": (Page(**FOR_MEMBERS, posted=(200,)),),
    "policies:announcement": (Page(get=CONTENT),),
    "policies:renew_announcement": (Page(**FOR_MEMBERS, posted=(200,)),),
    "policies:close_announcement": (Page(**FOR_MEMBERS, posted=(302,)),),
    # Nothing is published of what the world writes: what changes a publication finds none.
    "policies:publication": (Page(get=CONTENT, post=MEMBERS, posted=(302,)),),
    "policies:withdraw_from_register": (Page(get=MEMBERS, got=(404,), post=MEMBERS, posted=(404,)),),
    "policies:check_again": (Page(post=MEMBERS, posted=(404,), knows=CONTENT),),
    "policies:confirm_english": (Page(post=MEMBERS, posted=(302,), knows=CONTENT),),
    "policies:next_cycle": (Page(get=MEMBERS, post=MEMBERS, posted=(302,), knows=CONTENT),),
    # An adviser's desk, with the adviser's own open review. Members know that there is one; the secretariat sees its course.
    "policies:review": (Page(get=ADVISERS, knows=CONTENT),),
    "policies:begin_review": (Page(post=ADVISERS, posted=(302,), knows=CONTENT),),
    # Nothing is named that could be judged or worded.
    "policies:verdict": (Page(get=ADVISERS, got=(404,), post=ADVISERS, posted=(404,), knows=CONTENT),),
    "policies:wording": (Page(get=ADVISERS, got=(404,), post=ADVISERS, posted=(404,), knows=CONTENT),),
    "policies:comment": (Page(get=ADVISERS, post=ADVISERS, posted=(422,), knows=CONTENT),),
    "policies:review_note": (Page(post=ADVISERS, posted=(302,), knows=CONTENT),),
    "policies:return_review": (Page(get=ADVISERS, post=ADVISERS, posted=(200,), knows=CONTENT),),
    "policies:hand_over": (Page(get=ADVISERS, post=ADVISERS, posted=(200,), knows=CONTENT),),
    "policies:review_course": (Page(get=MANAGED, post=MANAGED, posted=(200,), knows=RECORDS),),
    "policies:phrases": (Page(get=ADVISING, post=ADVISING, posted=(200,), knows=SIGNED_IN),),
    "policies:capacity": (Page(get=ADVISER_SEATS, post=ADVISER_SEATS, posted=(200,), knows=PROGRAMME),),
    "policies:next_review": (Page(get=ADVISER_SEATS, got=(302,), knows=PROGRAMME),),
    "consultations:company": (Page(get=RECORDS),),
    # Booking: the company in three steps, on a booking begun by somebody who is none of the cast; others arrange for it.
    "consultations:book": (Page(get=MEMBERS, post=MEMBERS, knows=RECORDS),),
    "consultations:book_about": (Page(named={"draft_id": "booking on its way"}),),
    "consultations:book_time": (Page(named={"draft_id": "booking on its way"}),),
    "consultations:book_check": (Page(named={"draft_id": "booking on its way"}),),
    "consultations:wish": (Page(get=MEMBERS, post=MEMBERS, posted=(422,), knows=RECORDS),),
    "consultations:arrange": (Page(get=ARRANGERS, post=ARRANGERS, knows=RECORDS),),
    "consultations:booked": (Page(get=RECORDS),),
    "consultations:matters": (Page(get=CONTENT, post=CONTENT, posted=(409,), knows=RECORDS),),
    "consultations:refresh": (Page(post=CONTENT, posted=(302,), knows=RECORDS),),
    "consultations:move": (Page(get=RECORDS, post=RECORDS, posted=(422,)),),
    "consultations:cancel": (Page(get=RECORDS, post=RECORDS, posted=(409, 422)),),
    "consultations:ledger": (Page(get=RECORDS),),
    "consultations:entry": (Page(get=MANAGED, post=MANAGED, posted=(422,), knows=RECORDS),),
    "consultations:advisers": (Page(get=SEATED, got=(200, 302, 404), knows=PROGRAMME),),
    "consultations:availability": (Page(get=MANAGED, post=MANAGED, posted=(422,), knows=PROGRAMME),),
    "consultations:wishes": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(404,)),),
    "consultations:rounds": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(422,)),),
    # Of a proposal nobody else knows.
    "consultations:round": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    "consultations:offer": (Page(get=MANAGED, post=MANAGED, posted=(422,)),),
    "consultations:programme": (Page(get=SEATED, knows=PROGRAMME),),
    # One consultation: the adviser who gave it, who writes, is none of the cast.
    "consultations:hand_over": (Page(get=ADVISERS, post=ADVISERS, posted=(302,), knows=RECORDS),),
    "consultations:prepare": (Page(get=CONTENT),),
    "consultations:record": (Page(post=MANAGED, posted=(302,), knows=RECORDS),),
    "consultations:calendar": (Page(get=RECORDS),),
    "consultations:minutes": (Page(get=CONTENT, post=MEMBERS, posted=(302,), knows=CONTENT),),
    "consultations:save_minutes": (Page(knows=CONTENT),),
    "consultations:change_minutes": (Page(knows=CONTENT),),
    "consultations:minutes_pdf": (Page(post=CONTENT, posted=(302,)),),
    # The jobs of the world make something else.
    "consultations:minutes_file": (Page(named={"job_id": "content job"}),),
    "consultations:overview": (Page(**FOR_SECRETARIAT),),
    "consultations:overview_sheet": (Page(**FOR_SECRETARIAT),),
    "imports:list": (Page(**FOR_IMPORTERS),),
    "imports:new": (Page(**FOR_IMPORTERS, post=IMPORTERS, posted=(200,)),),
    "imports:template": (Page(**FOR_IMPORTERS),),
    "imports:export": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(302,)),),
    # No programme of the world was taken out.
    "imports:export_file": (Page(),),
    "imports:import": (Page(get=MANAGED), Page(named={"import_id": "upload"})),
    "imports:confirm": (Page(post=MANAGED, posted=(302,)),),
    "imports:check": (Page(post=MANAGED, posted=(302,)),),
    "imports:file": (Page(get=MANAGED),),
    "imports:remarks": (Page(get=MANAGED),),
    "reports:list": (Page(**FOR_SECRETARIAT),),
    "reports:drafts": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "reports:draft": (Page(get=MANAGED),),
    "reports:draft_preview": (Page(get=MANAGED),),
    "reports:draft_figures": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    "reports:refresh_draft": (Page(get=MANAGED, post=MANAGED, posted=(302, 422)),),
    "reports:check_draft": (Page(get=MANAGED),),
    "reports:throw_away_draft": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    "reports:draft_pdf": (Page(post=MANAGED, posted=(302,)),),
    "reports:draft_block": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    "reports:save_block": (Page(post=MANAGED, posted=(422,)),),
    "reports:block_conflict": (Page(get=MANAGED, post=MANAGED, posted=(302,)),),
    "reports:new": (Page(**FOR_SECRETARIAT, post=MANAGED, posted=(200,)),),
    "reports:report": (Page(get=MANAGED),),
    "reports:progress": (Page(get=MANAGED, got=(302,)),),
    # The report of the world was issued, so it is kept: the page says so.
    "reports:throw_away": (Page(get=MANAGED, post=MANAGED, posted=(302, 409)),),
    "reports:retry": (Page(post=MANAGED, posted=(302,)),),
    "reports:pdf": (Page(get=MANAGED),),
    "reports:sheet": (Page(get=MANAGED),),
    # Issuing: the report of the world has no twin; what was issued there is withdrawn with a reason only.
    "reports:cancel": (Page(post=MANAGED, posted=(302,)),),
    "reports:issue": (Page(get=MANAGED, post=MANAGED, posted=(200,)),),
    "reports:request_twin": (Page(post=MANAGED, posted=(302,)),),
    "reports:readers": (Page(get=MANAGED, post=MANAGED, posted=(200,)),),
    "reports:revoke_reader": (Page(post=MANAGED, posted=(302,)),),
    "reports:issues": (Page(**FOR_SECRETARIAT),),
    "reports:compare": (Page(**FOR_SECRETARIAT),),
    "reports:issued": (Page(get=MANAGED),),
    "reports:issued_file": (Page(get=MANAGED, named={"file_id": "issued file"}),),
    "reports:issued_figures": (Page(get=MANAGED),),
    "reports:withdraw_issue": (Page(get=MANAGED, post=MANAGED, posted=(200,)),),
    "jobs:progress": tuple(
        Page(get=audience, named={"job_id": kind})
        for kind, audience in {
            "programme's job": MANAGED,
            "company's job": RECORDS,
            "content job": CONTENT,
        }.items()
    ),
    # Of a company's job only who asked for it, and nobody of the cast asked for these.
    "jobs:retry": (
        Page(post=MANAGED, posted=(302,), named={"job_id": "programme's job"}),
        Page(knows=RECORDS, named={"job_id": "company's job"}),
        Page(knows=CONTENT, named={"job_id": "content job"}),
    ),
    "jobs:cancel": (
        Page(post=MANAGED, posted=(302,), named={"job_id": "programme's job"}),
        Page(knows=RECORDS, named={"job_id": "company's job"}),
        Page(knows=CONTENT, named={"job_id": "content job"}),
    ),
}

# Addresses that know no tenant, most of them allauth's. Before signing in, 302 leads to the sign-in page; after it, away
# from a page that is of no use any more. 403: nothing to confirm with; 404: no such key or code. POSTs hold nothing.
GATES: dict[str, Gate] = {
    "accounts:set_language": Gate((405, 302), (405, 302)),
    # One's own sessions; the number in the address is of none. Nothing was interrupted, so there is nothing to go on with.
    "accounts:continue": Gate((302, 302), (302, 405)),
    "accounts:sessions": Gate((302, 302), (200, 405)),
    "accounts:end_session": Gate((302, 302), (404, 404)),
    "accounts:end_other_sessions": Gate((302, 302), (405, 302)),
    # Open to whoever holds the word in the address; this one is nobody's.
    "policies:approve": Gate((404, 404), (404, 404)),
    "policies:read": Gate((404, 404), (404, 404)),
    "programmes:accept_invitation": Gate((404, 404), (404, 404)),
    # What one agrees to before the first use; the address that the sweep fills in names none.
    "accounts:document": Gate((404, 404), (404, 404)),
    "reports:read_draft": Gate((404, 404), (404, 404)),
    "programmes:survey_link": Gate((404, 404), (404, 404)),
    # The check of a certificate: a field for its code, and what stands behind one.
    "programmes:verify": Gate((200, 200), (200, 200)),
    "programmes:verify_certificate": Gate((404, 405), (404, 405)),
    # The check of an issued report: the same to everybody.
    "reports:check_issue": Gate((200, 405), (200, 405)),
    "programmes:calendar_feed": Gate((404, 404), (404, 404)),
    # The public register: the same to everybody. Of its entries this names none; `test_public.py` goes to those there are.
    "policies:register": Gate((200, 405), (200, 405)),
    "policies:register_json": Gate((200, 405), (200, 405)),
    "policies:register_csv": Gate((200, 405), (200, 405)),
    "policies:register_entry": Gate((404, 404), (404, 404)),
    "policies:register_entry_json": Gate((404, 404), (404, 404)),
    "policies:register_version": Gate((404, 404), (404, 404)),
    "policies:register_text": Gate((404, 404), (404, 404)),
    "healthz": Gate((200, 405), (200, 405)),
    "account_login": Gate((200, 200), (302, 302)),
    "account_logout": Gate((302, 302), (200, 302)),
    "account_inactive": Gate((200, 405), (200, 405)),
    "account_signup": Gate((200, 200), (302, 302)),
    "account_reauthenticate": Gate((302, 302), (403, 403)),
    "account_email": Gate((302, 302), (200, 302)),
    "account_email_verification_sent": Gate((200, 405), (200, 405)),
    "account_change_password": Gate((302, 302), (302, 302)),
    "account_set_password": Gate((302, 302), (200, 200)),
    "account_reset_password": Gate((200, 200), (200, 200)),
    "account_confirm_login_code": Gate((302, 302), (302, 302)),
    "account_confirm_email": Gate((200, 404), (200, 404)),
    "account_reset_password_from_key_done": Gate((200, 405), (200, 405)),
    "account_reset_password_from_key": Gate((200, 200), (200, 200)),
    "account_reset_password_done": Gate((200, 405), (200, 405)),
    "account_request_login_code": Gate((200, 200), (302, 302)),
    "mfa_index": Gate((302, 302), (200, 405)),
    "mfa_authenticate": Gate((302, 302), (302, 302)),
    "mfa_reauthenticate": Gate((302, 302), (403, 403)),
    "mfa_activate_totp": Gate((302, 302), (200, 200)),
    "mfa_deactivate_totp": Gate((302, 302), (404, 404)),
    "mfa_view_recovery_codes": Gate((302, 302), (404, 405)),
    "mfa_generate_recovery_codes": Gate((302, 302), (200, 200)),
    "mfa_download_recovery_codes": Gate((302, 302), (404, 404)),
    "mfa_list_webauthn": Gate((302, 302), (200, 405)),
    "mfa_add_webauthn": Gate((302, 302), (200, 200)),
    "mfa_reauthenticate_webauthn": Gate((302, 302), (403, 403)),
    "mfa_remove_webauthn": Gate((302, 302), (404, 404)),
    "mfa_edit_webauthn": Gate((302, 302), (404, 404)),
    "mfa_login_webauthn": Gate((302, 302), (302, 302)),
    "style_guide:index": Gate((200, 405), (200, 405)),
    "style_guide:page": Gate((200, 405), (200, 405)),
    "style_guide:job": Gate((200, 405), (200, 405)),
}
