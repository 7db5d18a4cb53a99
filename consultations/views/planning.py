"""What the secretariat arranges: wishes, ledgers with their entries, and rounds."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import ListView, TemplateView

from companies.enums import AccessKind
from consultations import permissions, queries, rendering, services
from consultations.enums import Problem, RoundState
from consultations.forms import EntryForm, OfferForm, RoundForm
from consultations.models import Consultation, LedgerEntry, Offer, Round, SlotWish
from consultations.services import RoundRefused
from jobs.models import Job
from jobs.views import job_progress_context
from programmes.models import Enrolment, Seat
from programmes.views import PAGE_SIZE, CompanyPageMixin, ProgrammeMixin


class LedgerView(CompanyPageMixin, TemplateView):
    """Why a company has had, or can have, as many consultations as it says: every line with what it counts."""

    template_name = "consultations/ledger.html"
    tab = "consultations:company"

    def get_context_data(self, **kwargs):
        user = self.request.user
        consultations = list(Consultation.objects.visible_to(user).filter(company=self.company))
        entries = list(LedgerEntry.objects.visible_to(user).filter(company=self.company))
        enrolments = Enrolment.objects.visible_to(user).filter(company=self.company).select_related("programme")
        years = [
            self._year(
                enrolment,
                [each for each in consultations if each.enrolment_id == enrolment.pk],
                [each for each in entries if each.enrolment_id == enrolment.pk],
            )
            for enrolment in enrolments
        ]
        return super().get_context_data(years=years, **kwargs)

    def _year(self, enrolment, consultations, entries) -> dict:
        each = enrolment.programme.consultations_per_company
        ledger = queries.own_ledger(consultations, entitled=each, now=self.now, entries=entries)
        is_over = not queries.is_bookable(enrolment.programme, day=self.day)
        return {
            "programme": enrolment.programme,
            "line": rendering.ledger_line(ledger, is_over=is_over),
            "table": rendering.ledger_table(queries.ledger_lines(enrolment, consultations, entries), is_over=is_over),
            "entry_url": reverse("consultations:entry", args=[self.company.pk, enrolment.pk])
            if self.places.manages(enrolment.programme_id)
            else "",
        }


class EntryView(CompanyPageMixin, TemplateView):
    """The secretariat records an extra consultation or a forfeited one, with the reason that the company reads."""

    template_name = "consultations/entry.html"
    tab = "consultations:company"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            enrolments = Enrolment.objects.visible_to(request.user).filter(company=self.company)
            self.enrolment = get_object_or_404(enrolments.select_related("programme"), pk=kwargs["enrolment_id"])

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not permissions.can_settle(request.user, self.enrolment):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def ledger_url(self) -> str:
        return reverse("consultations:ledger", args=[self.company.pk])

    def get_context_data(self, **kwargs):
        form = kwargs.pop("form", None) or EntryForm(initial={"operation": uuid4()})
        form.cancel_url = self.ledger_url()
        left = queries.remaining(self.enrolment)
        return super().get_context_data(form=form, left=left, ledger_url=self.ledger_url(), **kwargs)

    def post(self, request, *args, **kwargs):
        form = EntryForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            services.record_entry(enrolment=self.enrolment, actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.render_to_response(self.get_context_data(form=form), status=422)
        messages.success(request, _("Recorded. The company reads the reason in its ledger."))
        return HttpResponseRedirect(self.ledger_url())


class DeskMixin(ProgrammeMixin):
    """A page of the secretariat alone."""

    audience = (AccessKind.SECRETARIAT,)


class WishesView(DeskMixin, ListView):
    """Companies that no time suited, with what they wrote."""

    template_name = "consultations/wishes.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return queries.open_wishes(self.request.user, self.programme)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["wishes"] = [rendering.wish_card(wish) for wish in context["page_obj"].object_list]
        return context

    def post(self, request, *args, **kwargs):
        try:
            pk = services.read_operation(request.POST.get("wish", ""))
        except ValueError as error:
            raise Http404 from error
        wishes = SlotWish.objects.visible_to(request.user).filter(programme=self.programme)
        wish = get_object_or_404(wishes.select_related("enrolment"), pk=pk)
        services.settle_wish(wish=wish, actor=request.user, now=self.now)
        messages.success(request, _("The wish is settled."))
        return HttpResponseRedirect(reverse("consultations:wishes", args=[self.programme.pk]))


class RoundsView(DeskMixin, TemplateView):
    """The rounds of a programme, and the proposal of a new one."""

    template_name = "consultations/rounds.html"

    def rounds(self) -> list[Round]:
        return list(Round.objects.visible_to(self.request.user).filter(programme=self.programme))

    def get_context_data(self, **kwargs):
        rounds = self.rounds()
        first, last = queries.programme_period(self.programme)
        start = {"number": len(rounds) + 1, "starts_on": max(first, self.day), "ends_on": last}
        form = kwargs.pop("form", None) or RoundForm(initial=start)
        counts = queries.offer_counts(self.request.user, self.programme)
        table = rendering.rounds_table(rounds, counts)
        return super().get_context_data(form=form, table=table, **kwargs)

    def post(self, request, *args, **kwargs):
        form = RoundForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            made = services.propose_round(
                programme=self.programme, actor=request.user, now=self.now, **form.cleaned_data
            )
        except RoundRefused:
            form.add_error("number", _("This round was sent already. Please choose another number."))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        return HttpResponseRedirect(reverse("consultations:round", args=[self.programme.pk, made.pk]))


class RoundMixin(DeskMixin):
    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            rounds = Round.objects.visible_to(request.user).filter(programme=self.programme)
            self.round = get_object_or_404(rounds, pk=kwargs["round_id"])

    @property
    def is_draft(self) -> bool:
        return self.round.state == RoundState.DRAFT

    def round_url(self) -> str:
        return reverse("consultations:round", args=[self.programme.pk, self.round.pk])

    def get_context_data(self, **kwargs):
        return super().get_context_data(round=self.round, is_draft=self.is_draft, round_url=self.round_url(), **kwargs)


class RoundView(RoundMixin, ListView):
    """The proposal, company by company: to adjust, to send, or to throw away."""

    template_name = "consultations/round.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        offers = Offer.objects.visible_to(self.request.user).filter(round=self.round)
        return offers.select_related("company", "adviser").order_by("enrolment__code", "pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        offers = context["page_obj"].object_list
        counts = queries.offer_counts(self.request.user, self.programme).get(self.round.pk, (0, 0))
        job = None if self.is_draft else queries.invitations_job(self.request.user, self.round)
        is_told = job is None or job.state == Job.State.DONE
        return context | {
            "table": rendering.offers_table(offers, programme_id=self.programme.pk, is_draft=self.is_draft),
            "offered": counts[0],
            "without": counts[1],
            "progress": None if is_told else job_progress_context(job, self.request.user),
        }

    def post(self, request, *args, **kwargs):
        deed = request.POST.get("deed")
        try:
            if deed == "send":
                booked = services.send_round(made=self.round, actor=request.user, now=self.now)
                messages.success(
                    request,
                    _("%(count)s consultations are booked. The invitations are being written.")
                    % {"count": len(booked)},
                )
            elif deed == "discard":
                services.discard_round(made=self.round, actor=request.user)
                messages.success(request, _("The proposal was thrown away. Nothing was booked."))
                return HttpResponseRedirect(reverse("consultations:rounds", args=[self.programme.pk]))
        except RoundRefused:
            messages.error(request, _("This round was sent already. Nothing was changed."))
        return HttpResponseRedirect(self.round_url())


class OfferView(RoundMixin, TemplateView):
    """One company of a proposal: another adviser or time, or none."""

    template_name = "consultations/offer.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            offers = Offer.objects.visible_to(request.user).filter(round=self.round)
            offers = offers.select_related("company", "enrolment__programme", "adviser")
            self.offer = get_object_or_404(offers, pk=kwargs["offer_id"])

    def form(self, data=None) -> OfferForm:
        seats = Seat.objects.visible_to(self.request.user).filter(programme=self.programme).current().advising()
        barred = queries.barred_seats(self.request.user, self.offer.company)
        form = OfferForm(data, offer=self.offer, advisers=seats.exclude(pk__in=barred).order_by("name_kana", "email"))
        form.cancel_url = self.round_url()
        return form

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            offer=self.offer,
            problem=Problem(self.offer.problem).label if self.offer.problem else "",
            **({"form": self.form()} | kwargs),
        )

    def post(self, request, *args, **kwargs):
        form = self.form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            services.change_offer(offer=self.offer, actor=request.user, **form.chosen())
        except RoundRefused:
            form.add_error(None, _("This round was sent already. Nothing was changed."))
            return self.render_to_response(self.get_context_data(form=form), status=409)
        return HttpResponseRedirect(self.round_url())
