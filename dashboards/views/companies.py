"""The secretariat's list of companies, and the page of one company."""

from django.views.generic import ListView, TemplateView

from companies import queries as companies
from companies.enums import AccessKind
from consultations.models import Consultation
from dashboards import queries, rendering
from dashboards.forms import CompanyListForm
from programmes.models import Attendance, Enrolment, MilestoneKind
from programmes.views import PAGE_SIZE, CompanyPageMixin, CountedPaginator, ProgrammeMixin


class CompaniesView(ProgrammeMixin, ListView):
    """The companies of a programme by stage and milestone; search, filter, order and day live in the address."""

    template_name = "dashboards/companies.html"
    audience = (AccessKind.SECRETARIAT,)
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        self.form = CompanyListForm(self.request.GET)
        self.today, self.day = self.day, self.form.day(self.day)
        self.kinds = list(MilestoneKind.objects.visible_to(self.request.user).filter(programme=self.programme))
        found = self.form.search(Enrolment.objects.visible_to(self.request.user).filter(programme=self.programme))
        self.counts = queries.list_counts(found, programme=self.programme, day=self.day)
        narrowed = self.form.narrow(found, programme=self.programme, day=self.day)
        ordered = self.form.order(narrowed, kinds=self.kinds, day=self.day)
        return queries.with_stage(ordered, programme=self.programme, day=self.day)

    def get_paginator(self, queryset, per_page, **kwargs):
        count = self.counts.get(self.form.value("show") or "all", 0)
        return CountedPaginator(queryset, per_page, count=count, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        query, sort = self.request.GET, self.form.value("sort") or "name"
        rows = context["page_obj"].object_list
        return context | {
            "filter_form": self.form,
            "is_today": self.day == self.today,
            "chips": rendering.company_chips(self.counts, show=self.form.value("show"), query=query),
            "table": rendering.companies_table(
                rows, self.kinds, programme=self.programme, query=query, sort=sort, day=self.day
            ),
        }


class CompanyView(CompanyPageMixin, TemplateView):
    """One company: who they are, what they take part in and how far they are."""

    template_name = "dashboards/company.html"
    tab = "dashboards:company"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, now = self.request.user, self.now
        enrolments = list(queries.enrolments_of(user, self.company, day=self.day))
        kinds = MilestoneKind.objects.visible_to(user).filter(programme__in=[e.programme_id for e in enrolments])
        consultations_of = Consultation.objects.visible_to(user).filter(company=self.company).select_related("adviser")
        attended = Attendance.objects.visible_to(user).present().filter(company=self.company)
        years = rendering.years(
            enrolments, list(kinds), list(attended.select_related("session", "person")), list(consultations_of), now=now
        )
        return context | {
            "years": years,
            "terms": rendering.profile_terms(self.company),
            "people": rendering.people_table(companies.people(user, self.company)),
        }
