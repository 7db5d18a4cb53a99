"""Inviting people to sign in, one by one or many at once, and the page behind the link that they get."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import FormView, ListView, TemplateView

from accounts.catalogue import Document
from common.tenancy import acting_as
from common.tokens import token_hash
from common.views.links import GONE, LinkView
from companies.enums import AccessKind
from companies.forms import CompanySearchForm
from jobs.models import Job
from jobs.views import job_progress_context
from programmes import permissions
from programmes.enums import SeatRole
from programmes.forms.invitations import AgreementForm, NewAccountForm, SeatForm
from programmes.models import Invitation, Seat
from programmes.queries import invitations as questions_about
from programmes.queries.invitations import KIND, LinkStatus, Stage
from programmes.rendering import invitations as words
from programmes.services import invitations as services

from .mixins import PAGE_SIZE, ProgrammeMixin

# More than these are not ticked on one page; "everybody" goes by the stage and not by a list of ids.
MOST_CHOSEN = 500


class DeskMixin(ProgrammeMixin):
    audience = (AccessKind.SECRETARIAT,)

    def to_list(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(words.invitations_url(self.programme.pk))


class InvitationsView(DeskMixin, ListView):
    """Who acts for the companies and who has a seat, how far each is on the way in, and whom to invite now."""

    template_name = "programmes/invitations/list.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        self.search = MemberSearchForm(self.request.GET)
        rows = questions_about.members(self.request.user, self.programme, today=self.day, now=self.now)
        rows = self.search.search(rows)
        self.counts = questions_about.member_counts(rows)
        self.stage = _stage(self.request.GET.get("stage", ""))
        return rows.filter(stage=self.stage) if self.stage else rows

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        own = [] if self.stage or self.search.value("q") or context["page_obj"].number > 1 else self._seats()
        rows = list(context["page_obj"].object_list)
        results = questions_about.mail_results(row.invitation for row in [*rows, *own])
        taken = questions_about.taken_addresses(row.person for row in rows)
        pk = self.programme.pk
        return context | {
            "search_form": self.search,
            "chips": words.chips(self.counts, stage=self.stage, query=self.request.GET),
            "stage": self.stage,
            "seats": words.seats(own, results),
            "members": words.members(rows, results, taken, programme_id=pk),
            "new_count": self.counts.get(Stage.NONE.value, 0),
        }

    def _seats(self) -> list[Seat]:
        return list(questions_about.seats(self.request.user, self.programme, now=self.now))


class MemberSearchForm(CompanySearchForm):
    """A search by the company's name."""

    filters = ("q", "stage")


def _stage(value: str) -> str:
    """Return the stage that the address names, "" where it names none there is."""
    return value if value in [each.value for each in Stage] else ""


class InviteView(DeskMixin, TemplateView):
    """The last look before invitations leave: who gets one. Nothing is sent before it is confirmed.

    Whom: those who were ticked (`who`, once for each), or with `everybody` all who act for a company and were never invited.
    """

    template_name = "programmes/invitations/send.html"
    http_method_names = ["post", "options"]

    def post(self, request, *args, **kwargs):
        people, seats = self._chosen()
        if "confirmed" in request.POST:
            return self._send(people, seats)
        rows = self._rows(people, seats)
        if not rows:
            messages.info(request, _("Please tick whom to invite. Who has no address cannot be invited."))
            return self.to_list()
        context = {
            "count": len(rows),
            "chosen": rows,
            "shown": rows[:PAGE_SIZE],
            "more": max(0, len(rows) - PAGE_SIZE),
            "everybody": "everybody" in request.POST,
        }
        return self.render_to_response(self.get_context_data(**context))

    def _chosen(self) -> tuple[set[UUID], set[UUID]]:
        """Return the people and the seats that were ticked; what is none of the programme falls out of the service."""
        if "everybody" in self.request.POST:
            rows = questions_about.members(self.request.user, self.programme, today=self.day, now=self.now)
            return set(rows.filter(stage=Stage.NONE).values_list("person_id", flat=True)), set()
        people, seats = set(), set()
        for value in self.request.POST.getlist("who")[:MOST_CHOSEN]:
            kind, _colon, text = value.partition(":")
            try:
                {"p": people, "s": seats}[kind].add(UUID(text))
            except (KeyError, ValueError):
                continue
        return people, seats

    def _rows(self, people: set[UUID], seats: set[UUID]) -> list[words.Guest]:
        user = self.request.user
        own = questions_about.seats(user, self.programme, now=self.now).filter(pk__in=seats)
        rows = questions_about.members(user, self.programme, today=self.day, now=self.now).filter(person__in=people)
        taken = questions_about.taken_addresses(row.person for row in rows)
        found = [*words.seats(own, {}), *words.members(rows, {}, taken, programme_id=self.programme.pk)]
        return [each for each in found if each.can_be_chosen]

    def _send(self, people: set[UUID], seats: set[UUID]) -> HttpResponseRedirect:
        try:
            job, _count = services.invite(
                programme=self.programme, people=people, seats=seats, actor=self.request.user, now=self.now
            )
        except services.NobodyToInvite:
            messages.info(
                self.request, _("Nobody was left to invite: they have come in meanwhile, or were just invited.")
            )
            return self.to_list()
        return HttpResponseRedirect(words.run_url(job))


class InvitationRunView(DeskMixin, ListView):
    """What became of one press: how far it is, and the result for each address."""

    template_name = "programmes/invitations/run.html"
    paginate_by = PAGE_SIZE

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = Job.objects.visible_to(request.user).filter(kind=KIND, programme_id=self.programme.pk)
            self.job = get_object_or_404(found, pk=kwargs["job_id"])

    def get_queryset(self):
        return questions_about.of_job(self.request.user, self.job)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        rows = list(context["page_obj"].object_list)
        results = questions_about.mail_results(row.pk for row in rows)
        return context | {
            "progress": job_progress_context(self.job, self.request.user),
            "is_working": self.job.is_open,
            "table": words.run_table(rows, results, now=self.now),
        }


class TakeBackView(DeskMixin, TemplateView):
    """The question before an invitation is taken back."""

    template_name = "programmes/invitations/take_back.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            found = Invitation.objects.visible_to(request.user).filter(programme=self.programme)
            kept = ("person", "seat", "company", "programme", "invited_by")
            self.invitation = get_object_or_404(found.select_related(*kept), pk=kwargs["invitation_id"])

    def get_context_data(self, **kwargs):
        invited = self.invitation.seat or self.invitation.person
        return super().get_context_data(name=invited.name, what=words.what_is_offered(self.invitation), **kwargs)

    def post(self, request, *args, **kwargs):
        if services.take_back(invitation=self.invitation, actor=request.user, now=self.now):
            messages.success(request, _("The invitation is taken back. Its link does nothing any more."))
        else:
            messages.info(request, _("This invitation was accepted, or taken back before."))
        return self.to_list()


class NewSeatView(DeskMixin, FormView):
    """Name an adviser, or somebody of the secretariat, who is to be invited."""

    template_name = "programmes/invitations/seat.html"
    form_class = SeatForm

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        leads = permissions.leads(self.request.user, self.programme.pk)
        return kwargs | {"leads": leads, "instance": Seat(programme=self.programme, role=SeatRole.ADVISER)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = words.invitations_url(self.programme.pk)
        return form

    def form_valid(self, form):
        form.instance.role = form.cleaned_data["role"]
        try:
            seat = services.offer_seat(seat=form.instance, actor=self.request.user)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("%(name)s is on the list. They can be invited now.") % {"name": seat.name})
        return self.to_list()


class AcceptInvitationView(LinkView):
    """What somebody is invited to and by whom, and how to accept. GET shows; the POST uses the link up.

    Whoever has an account signs in with it first: the link alone opens no account that is there. Whoever has none makes
    one here, and then signs in with it like everybody else.
    """

    limit = "invitation"
    unknown_template = "programmes/invitations/unknown.html"

    def find(self, token):
        self.hash = token_hash(token)
        return questions_about.invitation_door(self.hash)

    def rights(self):
        """Act as who invited, in the company alone where it is about one, for the block."""
        return acting_as(self.door.user_id, company_id=self.door.company_id)

    def get(self, request, token):
        with self.rights():
            page = self._page()
        return self._show(page)

    def post(self, request, token):
        with self.rights():
            page = self._page(request.POST)
            form = page.get("form")
            if form is not None and form.is_valid():
                page = self._accept(page)
        return self._show(page)

    def _accept(self, page: dict) -> dict:
        form, user = page["form"], self.request.user
        new = form.account() if isinstance(form, NewAccountForm) else None
        try:
            services.accept(invitation=self.row, now=self.now, account=None if new else user, new=new)
        except services.InvitationSpent as error:
            return page | {"status": str(error.status)}
        except services.AddressTaken as error:
            form.add_error(None, error)
            return page
        except PermissionDenied:
            # Somebody made an account with this address between the page and its answer: sign in with that one.
            return self._page()
        return page | {"status": "accepted_now", "is_new": new is not None}

    def _page(self, data=None) -> dict:
        self.now = timezone.now()
        self.row = row = questions_about.invitation_behind(self.door)
        if row is None or not permissions.can_manage(row.invited_by, row.programme_id):
            return {"status": str(LinkStatus.GONE)}
        status = questions_about.link_status(row, now=self.now)
        page = {"status": str(status), "inviter": row.invited_by.name, "programme_name": row.programme.name}
        if status != LinkStatus.OPEN:
            return page
        page |= {"terms": words.offer_terms(row), "address": row.address}
        return page | self._way_in(row, data)

    def _way_in(self, row: Invitation, data) -> dict:
        """Return the form that fits: for a new account, for whoever is signed in as the one invited; else none, and why."""
        user, present = self.request.user, questions_about.account_of(row.address)
        documents = [(each, _document_url(each)) for each in services.documents_for(row)]
        if user.is_authenticated and user != present:
            return {"form": None, "signed_in_as": user.email}
        if present is None:
            invited = row.seat or row.person
            # The language in which they read this page, which may be another than the mail's.
            initial = {"name_ja": invited.name_ja, "name_en": invited.name_en, "language": get_language()}
            return {"form": NewAccountForm(data, documents=documents, address=row.address, initial=initial)}
        if not user.is_authenticated:
            return {"form": None, "needs_sign_in": True}
        return {"form": AgreementForm(data, documents=documents)}

    def _show(self, page: dict):
        status = page["status"]
        if status == "accepted_now":
            return self.answer("programmes/invitations/accepted.html", page)
        if status != LinkStatus.OPEN:
            return self.answer("programmes/invitations/spent.html", page, GONE)
        page["sign_in_url"] = f"{reverse('account_login')}?next={self.request.path}"
        return self.answer("programmes/invitations/accept.html", page)


def _document_url(document: Document) -> str:
    return reverse("accounts:document", args=[document])
