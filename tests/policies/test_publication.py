"""Publishing what was approved and nothing else, where it is found, and the register's rows."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import ProgrammingError, transaction

from accounts.services import system_operator
from audit.models import Event
from common.tenancy import acting_as
from jobs.models import Outbox
from notifications.models import Message, OutgoingMail
from policies import services as all_services
from policies.enums import EvidenceKind, FreezeReason, State, Transition
from policies.models import (
    Cycle,
    Interview,
    Move,
    ParagraphText,
    Publication,
    RegisterEntry,
    RegisterVersion,
    Revision,
    of_cycle,
)
from policies.models.searching import needed_grams, searchable
from policies.queries import working_content
from policies.rendering.redlines import Fate, compare_contents
from policies.services import digest
from policies.services import publication as services
from policies.services.next_cycle import NotPublished, open_next_cycle
from policies.workflow import TransitionRefused
from programmes import services as programmes
from programmes.models import Enrolment, MilestoneDate
from tests.factories import make_programme
from tests.factories.settings import want_mails_at_once
from tests.policies.deciding import (
    LONG_AGO,
    NOW,
    TODAY,
    answer,
    ask,
    consult,
    decide,
    president_of,
    submit,
    submitted,
    write_whole_text,
)
from tests.policies.publishing import ADDRESS, approved, begin_next, last_cycle, make_entry, publish, published
from tests.roles import seen_by


def test_the_approved_text_is_published_word_for_word(cast):
    cycle = approved(cast)
    approval = cycle.approvalrequests.get(outcome="approved")
    publication = publish(cast, address=ADDRESS)
    assert publication.revision.content == approval.revision.content
    assert publication.revision.sha256 == approval.revision.sha256 == digest(publication.revision.content)
    assert publication.revision.reason == FreezeReason.PUBLICATION
    assert publication.revision.shared_at is not None
    cycle = last_cycle(cast)
    assert (cycle.state, cycle.policy.published_revision_id, cycle.policy.published_url) == (
        State.PUBLISHED,
        publication.revision_id,
        ADDRESS,
    )
    assert Move.objects.get(cycle=cycle, transition=Transition.PUBLISH).moved_on == TODAY
    assert MilestoneDate.objects.get(enrolment=cast.enrolment, kind__source="published").reached_on == TODAY
    assert publication.review_on == services.a_year_after(TODAY)
    event = Event.objects.get(verb="policy.published")
    assert event.detail["sha256"] == publication.revision.sha256


def test_a_text_written_after_the_approval_is_not_what_is_published(cast):
    """The working copy is closed then; were it not, the frozen text would count all the same."""
    approved(cast)
    ParagraphText.objects.filter(company=cast.company, language="ja").update(text="秘密の下書き")
    publication = publish(cast)
    assert "秘密の下書き" not in str(publication.revision.content)
    assert "秘密の下書き" not in str(RegisterVersion.objects.get().content)


def test_an_approved_text_that_was_tampered_with_is_refused(cast):
    cycle = approved(cast)
    revision = cycle.approvalrequests.get(outcome="approved").revision
    revision.content["sections"][0]["paragraphs"][0]["ja"] = "変えた"
    Revision.objects.filter(pk=revision.pk).update(content=revision.content)
    with pytest.raises(services.PublicationRefused) as refused:
        publish(cast)
    assert refused.value.code == "damaged"
    assert last_cycle(cast).state == State.APPROVED


@pytest.mark.parametrize("who", ["adviser", "secretariat", "neighbour", "nobody"])
def test_only_the_company_publishes(cast, who):
    cycle = approved(cast)
    with seen_by(cast.people[who]), pytest.raises(PermissionDenied):
        services.publish(cycle=cycle, actor=cast.people[who], today=TODAY, now=NOW, in_register=True)
    assert not Publication.objects.exists()


def test_only_an_approved_policy_is_published_and_only_once(cast):
    submitted(cast)
    with pytest.raises(TransitionRefused):
        publish(cast)
    assert not Publication.objects.exists()
    actor = cast.people["staff"]
    Cycle.objects.filter(company=cast.company).update(state=State.APPROVED)
    with pytest.raises(services.PublicationRefused) as refused:
        publish(cast)
    assert refused.value.code == "no_text"
    assert Message.objects.filter(kind="policy_published", to_user=actor).count() == 0


def test_the_second_of_two_presses_is_told_that_it_is_published(cast):
    published(cast)
    with pytest.raises(TransitionRefused):
        publish(cast)
    assert Publication.objects.count() == 1


def test_a_place_is_needed(cast):
    approved(cast)
    with pytest.raises(services.PublicationRefused) as refused:
        publish(cast, in_register=False)
    assert refused.value.code == "no_place"


@pytest.mark.parametrize(
    "fields",
    [
        {"published_on": TODAY + timedelta(days=1)},
        {"published_on": TODAY - timedelta(days=1)},
        {"review_on": TODAY},
        {"address": "https://127.0.0.1/policy"},
        {"address": "https://user:pass@www.example.co.jp/policy"},
        {"address": "javascript:alert(1)"},
    ],
)
def test_days_and_addresses_that_cannot_be(cast, fields):
    approved(cast)
    with pytest.raises(ValidationError) as refused:
        publish(cast, **fields)
    assert set(refused.value.message_dict) == set(fields)
    assert last_cycle(cast).state == State.APPROVED


def test_an_english_text_nobody_looked_at_again_is_refused_until_it_is_confirmed(cast):
    with_stale_english(cast)
    with pytest.raises(services.PublicationRefused) as refused:
        publish(cast)
    assert (refused.value.code, len(refused.value.places)) == ("stale", 1)
    with seen_by(cast.people["staff"], company_id=cast.company.pk):
        services.confirm_english(cycle=last_cycle(cast), actor=cast.people["staff"])
    publication = publish(cast)
    assert publication.revision.content["languages"] == ["ja", "en"]
    assert Event.objects.get(verb="policy.english_confirmed").detail == {"paragraphs": 1}


def test_english_is_confirmed_by_the_company_and_only_before_publication(cast):
    published(cast)
    with seen_by(cast.people["staff"], company_id=cast.company.pk), pytest.raises(TransitionRefused):
        services.confirm_english(cycle=last_cycle(cast), actor=cast.people["staff"])
    with seen_by(cast.people["adviser"]), pytest.raises(PermissionDenied):
        services.confirm_english(cycle=last_cycle(cast), actor=cast.people["adviser"])


def with_stale_english(cast) -> None:
    """An approved text in two languages whose Japanese has moved on from one English paragraph."""
    write_whole_text(cast)
    Cycle.objects.filter(company=cast.company).update(has_english=True)
    ParagraphText.objects.filter(company=cast.company, language="en").update(text="English.", source_rev=1)
    english = ParagraphText.objects.filter(company=cast.company, language="en").first()
    ParagraphText.objects.filter(paragraph_id=english.paragraph_id, language="ja").update(rev=2)
    revs = ParagraphText.objects.filter(company=cast.company, language="ja").exclude(paragraph_id=english.paragraph_id)
    for text in revs:
        ParagraphText.objects.filter(paragraph_id=text.paragraph_id, language="en").update(source_rev=text.rev)
    consult(cast)
    submit(cast)
    decide(ask(cast, president_of(cast)).request, answer())


def test_members_and_advisers_are_told_once_in_their_language(cast):
    want_mails_at_once()
    cast.people["adviser"].language = "en"
    cast.people["adviser"].save()
    OutgoingMail.objects.all().delete()
    published(cast, address=ADDRESS)
    told = Message.objects.filter(kind="policy_published")
    expected = {cast.people[who].email for who in ("manager", "staff", "adviser")}
    assert {message.to_user.email for message in told} == expected
    mails = {mail.recipient: mail for mail in OutgoingMail.objects.filter(subject__contains=cast.company.name_en)}
    assert set(mails) == {cast.people["adviser"].email}
    assert "public register" in mails[cast.people["adviser"].email].body
    assert ADDRESS not in mails[cast.people["adviser"].email].body


# --- The register -----------------------------------------------------------------------------------------------------------


def test_the_register_gets_the_text_and_who_approved_it(cast):
    publication = published(cast, address=ADDRESS)
    entry = RegisterEntry.objects.get(company=cast.company)
    version = entry.present
    assert (version.number, version.sha256, version.content) == (
        1,
        publication.revision.sha256,
        publication.revision.content,
    )
    assert (version.approved_on, version.approver_title, version.was_reviewed) == (TODAY, "代表取締役", False)
    assert (version.address, version.publication_id) == (ADDRESS, publication.pk)
    assert (entry.is_listed, entry.published_on, entry.languages) == (True, TODAY, "ja")
    assert RegisterEntry.objects.filter(grams__contains=needed_grams(searchable(cast.company.name_ja))).get() == entry


def test_at_the_own_address_alone_the_register_knows_nothing(cast):
    published(cast, address=ADDRESS, in_register=False)
    assert not RegisterEntry.objects.exists()


def test_slugs_do_not_meet(cast):
    for enrolment in (cast.enrolment, cast.neighbour):
        enrolment.company.name_en = "Spoon Co., Ltd."
        enrolment.company.save()
    first, second = make_entry(cast.enrolment, 0), make_entry(cast.neighbour, 1)
    assert first.slug == "spoon"
    assert second.slug == f"spoon-{cast.neighbour.company_id.hex[:6]}"


def test_a_company_with_a_japanese_name_only_gets_a_short_number(cast):
    company = cast.company
    company.name_en = ""
    company.save()
    published(cast)
    assert RegisterEntry.objects.get().slug == f"c-{company.pk.hex[:8]}"


def test_no_draft_can_get_into_the_register_past_the_services(cast):
    """Row-level security takes a text only word for word as a publication of the same company has it."""
    publication = published(cast)
    entry = RegisterEntry.objects.get()
    draft = {"sections": [{"code": "scope", "paragraphs": [{"id": "1", "ja": "下書き", "en": ""}]}]}
    genuine = {"content": publication.revision.content, "sha256": publication.revision.sha256}

    def insert(**fields):
        values = {"publication": publication, **genuine, **fields}
        RegisterVersion(entry=entry, company=cast.company, number=9, published_on=TODAY, **values).save(
            force_insert=True
        )

    forged = [
        {"content": draft},
        {"content": draft, "sha256": digest(draft)},
        {"sha256": "0" * 64},
        {"publication": None},
    ]
    for fields in forged:
        with pytest.raises(ProgrammingError), seen_by(cast.people["manager"]), transaction.atomic():
            insert(**fields)
    with pytest.raises(ProgrammingError), seen_by(cast.people["manager"]), transaction.atomic():
        RegisterVersion.objects.update(content=draft)
    with seen_by(cast.people["manager"]):
        insert()
    assert RegisterVersion.objects.get(number=9).content == publication.revision.content


@pytest.mark.parametrize("who", ["adviser", "secretariat", "neighbour", "nobody"])
def test_nobody_else_writes_the_register(cast, who):
    publication = published(cast)
    with seen_by(cast.people[who]):
        assert RegisterEntry.objects.update(name_ja="他社") == 0
        assert RegisterVersion.objects.update(approver_title="他人") == 0
    with pytest.raises(ProgrammingError), seen_by(cast.people[who]), transaction.atomic():
        RegisterVersion(
            entry=RegisterEntry.objects.get(),
            company=cast.company,
            publication=publication,
            number=2,
            content=publication.revision.content,
            sha256=publication.revision.sha256,
            published_on=TODAY,
        ).save(force_insert=True)


# --- Changing where it stands -------------------------------------------------------------------------------------------------


def change(cast, publication, *, who="staff", **fields):
    publication.refresh_from_db()
    values = {"address": publication.address, "in_register": publication.is_in_register}
    values["review_on"] = publication.review_on
    actor = cast.people[who]
    with seen_by(actor, company_id=cast.company.pk):
        return services.change_publication(
            publication=publication, actor=actor, today=TODAY, now=NOW + timedelta(hours=1), **(values | fields)
        )


def test_a_new_address_is_checked_anew_and_shown_in_the_register(cast):
    publication = published(cast, address=ADDRESS)
    Publication.objects.update(link_state="found", link_checked_at=NOW)
    changed = change(cast, publication, address="https://www.example.co.jp/new.pdf")
    assert (changed.link_state, changed.link_checked_at, changed.is_checking) == ("waiting", None, True)
    assert last_cycle(cast).policy.published_url == "https://www.example.co.jp/new.pdf"
    version = RegisterVersion.objects.get()
    assert (version.number, version.address, version.link_state) == (1, "https://www.example.co.jp/new.pdf", "waiting")
    assert Outbox.objects.filter(task="policies.check_link").count() == 2
    assert Event.objects.filter(verb="publication.changed").count() == 1


def test_saving_without_a_change_does_nothing(cast):
    publication = published(cast, address=ADDRESS)
    change(cast, publication)
    assert Outbox.objects.filter(task="policies.check_link").count() == 1
    assert not Event.objects.filter(verb="publication.changed").exists()


def test_withdrawing_leaves_the_history_and_can_be_undone(cast):
    publication = published(cast)
    actor = cast.people["staff"]
    with seen_by(actor, company_id=cast.company.pk):
        services.withdraw_from_register(publication=publication, actor=actor, today=TODAY, now=NOW)
    publication.refresh_from_db()
    entry, version = RegisterEntry.objects.get(), RegisterVersion.objects.get()
    assert (publication.is_in_register, publication.withdrawn_at) == (False, NOW)
    assert (entry.is_listed, version.withdrawn_on) == (False, TODAY)
    assert last_cycle(cast).state == State.PUBLISHED
    change(cast, publication, in_register=True)
    entry.refresh_from_db()
    assert (entry.is_listed, entry.present.number, RegisterVersion.objects.count()) == (True, 2, 2)
    assert RegisterVersion.objects.get(number=1).withdrawn_on == TODAY
    publication.refresh_from_db()
    assert publication.withdrawn_at is None
    verbs = Event.objects.filter(verb__startswith="publication.").values_list("verb", flat=True)
    assert sorted(verbs) == ["publication.changed", "publication.withdrawn"]


@pytest.mark.parametrize("who", ["adviser", "secretariat", "neighbour"])
def test_only_the_company_changes_where_it_stands(cast, who):
    publication = published(cast, address=ADDRESS)
    with pytest.raises(PermissionDenied):
        change(cast, publication, who=who, address="")
    actor = cast.people[who]
    with seen_by(actor), pytest.raises(PermissionDenied):
        services.withdraw_from_register(publication=publication, actor=actor, today=TODAY, now=NOW)
    with seen_by(actor), pytest.raises(PermissionDenied):
        services.check_again(publication=publication, actor=actor, now=NOW)


def test_a_check_is_not_asked_for_twice_a_minute_nor_without_end(cast):
    publication = published(cast, address=ADDRESS)
    actor = cast.people["staff"]

    def again(after: timedelta):
        with seen_by(actor, company_id=cast.company.pk):
            services.check_again(publication=publication, actor=actor, now=NOW + after)

    with pytest.raises(services.CheckRefused):
        again(timedelta(seconds=30))
    for number in range(1, services.CHECKS_A_DAY):
        again(timedelta(minutes=2 * number))
    with pytest.raises(services.CheckRefused):
        again(timedelta(hours=3))
    assert Outbox.objects.filter(task="policies.check_link").count() == services.CHECKS_A_DAY


# --- The next round ---------------------------------------------------------------------------------------------------------


def test_the_next_round_starts_from_the_published_text_which_stays_published(cast):
    publication = published(cast, address=ADDRESS)
    cycle = begin_next(cast)
    assert (cycle.number, cycle.state, cycle.based_on_id, cycle.enrolment_id) == (
        2,
        State.DRAFTING,
        publication.revision_id,
        cast.enrolment.pk,
    )
    assert Cycle.objects.get(number=1, company=cast.company).state == State.PUBLISHED
    assert cycle.policy.published_revision_id == publication.revision_id
    content = working(cast, cycle)
    before = texts_of(publication.revision.content)
    assert texts_of(content) == before
    ids = [p["id"] for s in content["sections"] for p in s["paragraphs"]]
    origins = [p["origin"] for s in content["sections"] for p in s["paragraphs"]]
    assert origins == [p["id"] for s in publication.revision.content["sections"] for p in s["paragraphs"]]
    assert not set(ids) & set(origins)


def working(cast, cycle):
    with seen_by(cast.people["staff"]):
        return working_content(cycle)


def texts_of(content) -> list:
    return [(s["code"], [(p["ja"], p["en"]) for p in s["paragraphs"]]) for s in content["sections"]]


def test_the_two_rounds_are_compared_paragraph_by_paragraph(cast):
    publication = published(cast)
    cycle = begin_next(cast)
    changed = ParagraphText.objects.filter(cycle=cycle, language="ja").exclude(text="").first()
    ParagraphText.objects.filter(pk=changed.pk).update(text=changed.text + "毎年見直します。")
    comparison = compare_contents(publication.revision.content, working(cast, cycle), language="ja")
    fates = [block.fate for block in comparison.blocks]
    assert (fates.count(Fate.CHANGED), fates.count(Fate.KEPT)) == (1, len(fates) - 1)
    (block,) = [block for block in comparison.blocks if block.fate == Fate.CHANGED]
    assert block.id == str(changed.paragraph_id)


def test_one_round_at_a_time_and_only_after_a_publication(cast):
    approved(cast)
    with pytest.raises(NotPublished):
        begin_next(cast)
    publish(cast)
    begin_next(cast)
    with pytest.raises(NotPublished):
        begin_next(cast)
    assert Cycle.objects.filter(company=cast.company).count() == 2


@pytest.mark.parametrize("who", ["adviser", "secretariat", "neighbour"])
def test_only_the_company_begins_the_next_round(cast, who):
    policy = published(cast).cycle.policy
    with seen_by(cast.people[who]), pytest.raises(PermissionDenied):
        open_next_cycle(policy=policy, actor=cast.people[who], today=TODAY)


def test_the_next_round_belongs_to_the_programme_that_the_company_takes_part_in_now(cast):
    """The text that it starts from stays where it was: the one key that may cross from one programme to another."""
    published(cast)
    running = make_programme(starts_on=TODAY.replace(month=1, day=1), ends_on=TODAY + timedelta(days=90))
    enrolment = join(running, cast.company)
    cycle = begin_next(cast)
    assert (cycle.enrolment_id, cycle.programme_id) == (enrolment.pk, running.pk)
    assert cycle.based_on.programme_id == cast.programme.pk
    assert texts_of(working(cast, cycle)) == texts_of(cycle.based_on.content)


def join(programme, company) -> Enrolment:
    operator = system_operator()
    enrolment = Enrolment(company=company, programme=programme, code="X1", joined_on=programme.starts_on)
    with acting_as(operator.pk):
        programmes.ensure_operator_seat(programme=programme, operator=operator)
        programmes.enrol_companies(enrolments=[enrolment], actor=operator)
    return enrolment


def test_the_interview_is_not_asked_again(cast):
    cycle = published(cast).cycle
    Interview.objects.create(**of_cycle(cycle), answers={"group": "no"}, answered_by_id=cast.people["staff"].pk)
    following = begin_next(cast)
    assert Interview.objects.get(cycle=following).answers == {"group": "no"}


def test_a_third_round_is_still_compared_with_the_first(cast):
    first = published(cast)
    begin_next(cast)
    second = approve_and_publish(cast)
    third = working(cast, begin_next(cast))
    assert {p["origin"] for s in third["sections"] for p in s["paragraphs"]} == {
        p["id"] for s in first.revision.content["sections"] for p in s["paragraphs"]
    }
    for earlier in (first, second):
        assert not compare_contents(earlier.revision.content, third, language="ja").is_change


def approve_and_publish(cast, **fields):
    """Take the present round to its publication, unreviewed."""
    actor = cast.people["staff"]
    asked_whom = {"kind": EvidenceKind.EXPERTISE, "happened_on": LONG_AGO, "who": "社労士", "text": "助言を受けた。"}
    with seen_by(actor, company_id=cast.company.pk):
        all_services.record_evidence(cycle=last_cycle(cast), actor=actor, **asked_whom)
        all_services.submit(cycle=last_cycle(cast), actor=actor, now=NOW, today=TODAY)
        asked = all_services.request_approval(cycle=last_cycle(cast), approver=president_of(cast), actor=actor, now=NOW)
    decide(asked.request, answer())
    return publish(cast, **fields)


def test_the_second_publication_supersedes_the_first_in_one_transaction(cast):
    first = published(cast)
    begin_next(cast)
    second = approve_and_publish(cast)
    states = dict(Cycle.objects.filter(company=cast.company).values_list("number", "state"))
    assert states == {1: State.SUPERSEDED, 2: State.PUBLISHED}
    assert last_cycle(cast).policy.published_revision_id == second.revision_id
    entry = RegisterEntry.objects.get()
    assert [v.publication_id for v in entry.versions.order_by("number")] == [first.pk, second.pk]
    assert entry.present.publication_id == second.pk
    with pytest.raises(services.PublicationRefused) as refused:
        change(cast, first, address=ADDRESS)
    assert refused.value.code == "superseded"


def test_at_the_own_address_alone_the_earlier_version_leaves_the_register(cast):
    published(cast)
    begin_next(cast)
    approve_and_publish(cast, in_register=False, address=ADDRESS)
    entry = RegisterEntry.objects.get()
    assert (entry.is_listed, entry.present.number, entry.present.withdrawn_on) == (False, 1, TODAY)
