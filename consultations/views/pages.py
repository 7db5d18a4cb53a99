"""Pages of consultations: one company's with their minutes, and a programme's with its ledger."""

from django.views.generic import ListView

from audit import services as audit
from companies.enums import AccessKind
from consultations import queries, rendering
from consultations.forms import ConsultationListForm
from consultations.models import Consultation, LedgerEntry
from programmes.models import Enrolment
from programmes.views import PAGE_SIZE, CompanyPageMixin, CountedPaginator, ProgrammeMixin


class CompanyConsultationsView(CompanyPageMixin, ListView):
    """The company's consultations, each programme with its ledger; minutes for the company and its advisers."""

    template_name = "consultations/company.html"
    tab = "consultations:company"

    def get_queryset(self):
        consultations = Consultation.objects.visible_to(self.request.user).filter(company=self.company)
        return consultations.select_related("adviser").order_by("-starts_at", "pk")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, now = self.request.user, self.now
        minutes = queries.minutes_of(user, context["object_list"])
        if minutes and not self.is_member:
            audit.log_look(actor=user, obj=self.company, company_id=self.company.pk, now=now)
        enrolments = Enrolment.objects.visible_to(user).filter(company=self.company).select_related("programme")
        entries = list(LedgerEntry.objects.visible_to(user).filter(company=self.company))
        years = [self._year(enrolment, context["object_list"], entries, minutes, now) for enrolment in enrolments]
        can_book = any(queries.is_bookable(year["programme"], day=self.day) for year in years)
        return context | {"years": years, "can_book": can_book}

    def _year(self, enrolment, consultations, entries, minutes, now) -> dict:
        own = [each for each in consultations if each.enrolment_id == enrolment.pk]
        each = enrolment.programme.consultations_per_company
        own_entries = [entry for entry in entries if entry.enrolment_id == enrolment.pk]
        ledger = queries.own_ledger(own, entitled=each, now=now, entries=own_entries)
        is_over = not queries.is_bookable(enrolment.programme, day=self.day)
        return {
            "programme": enrolment.programme,
            "figures": rendering.ledger_figures(ledger, is_over=is_over),
            "line": rendering.ledger_line(ledger, is_over=is_over),
            "cards": [rendering.card(each, now=now, minutes=minutes.get(each.pk)) for each in own],
        }


class ProgrammeConsultationsView(ProgrammeMixin, ListView):
    """All consultations of a programme for its secretariat, those of the assigned companies for an adviser."""

    template_name = "consultations/programme.html"
    audience = (AccessKind.SECRETARIAT, AccessKind.ADVISER)
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        self.form = ConsultationListForm(self.request.GET)
        every = Consultation.objects.visible_to(self.request.user).filter(programme=self.programme)
        found = self.form.search(every)
        self.counts = queries.state_counts(found)
        return self.form.order(self.form.narrow(found).select_related("company", "adviser"))

    def get_paginator(self, queryset, per_page, **kwargs):
        state = self.form.value("state")
        count = self.counts.get(state, 0) if state else sum(self.counts.values())
        return CountedPaginator(queryset, per_page, count=count, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        now, query = self.now, self.request.GET
        ledger = queries.ledger(self.request.user, self.programme, now=now, day=self.day)
        is_over = not queries.is_bookable(self.programme, day=self.day)
        rows = context["page_obj"].object_list
        return context | {
            "filter_form": self.form,
            "figures": rendering.ledger_figures(ledger, is_over=is_over),
            "line": rendering.ledger_line(ledger, is_over=is_over),
            "chips": rendering.state_chips(self.counts, state=self.form.value("state"), query=query),
            "table": rendering.consultations_table(rows, now=now, query=query, sort=self.form.value("sort") or "when"),
        }
