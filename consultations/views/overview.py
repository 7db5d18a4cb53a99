"""The secretariat's overview of a programme's consultations: companies and rounds, advisers and hours, without content."""

from django.http import HttpResponse
from django.views.generic import ListView, View

from companies.enums import AccessKind
from consultations.forms.overview import HoursForm, OverviewForm
from consultations.queries import overview as queries
from consultations.queries import waiting_stand_ins
from consultations.rendering import overview as drawn
from programmes.models import Enrolment
from programmes.views import PAGE_SIZE, CountedPaginator, ProgrammeMixin


class FilteredMixin(ProgrammeMixin):
    """The companies of the programme as the address asks for them."""

    audience = (AccessKind.SECRETARIAT,)

    def filtered(self):
        self.form = OverviewForm(self.request.GET)
        taking_part = Enrolment.objects.visible_to(self.request.user).filter(programme=self.programme).as_of(self.day)
        self.found = queries.with_rounds(self.form.search(taking_part), now=self.now, day=self.day)
        shown = self.found.filter(queries.condition(self.form.value("show"), each=self.each))
        return self.form.order(shown)

    @property
    def each(self) -> int:
        return self.programme.consultations_per_company


class OverviewView(FilteredMixin, ListView):
    """Companies by rounds, page by page, and the advisers' load."""

    template_name = "consultations/overview.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        shown = self.filtered()
        self.counts = queries.overview_counts(self.found, each=self.each)
        return shown

    def get_paginator(self, queryset, per_page, **kwargs):
        count = self.counts[self.form.value("show") or "all"]
        return CountedPaginator(queryset, per_page, count=count, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, query = self.request.user, self.request.GET
        rows = list(context["page_obj"].object_list)
        rounds = queries.rounds_of(user, [enrolment.pk for enrolment in rows])
        most = queries.most_rounds(user, self.programme)
        sort = self.form.value("sort") or "name"
        return context | {
            "filter_form": self.form,
            "chips": drawn.chips(self.counts, show=self.form.value("show"), query=query),
            "table": drawn.overview_table(rows, rounds, most=most, now=self.now, query=query, sort=sort),
            "load": drawn.load_table(queries.adviser_load(user, self.programme, now=self.now, day=self.day)),
            "stand_ins": drawn.stand_in_tasks(waiting_stand_ins(user, self.programme, day=self.day)),
            "hours_form": HoursForm(),
            "query": query.urlencode(),
        }


class OverviewSheetView(FilteredMixin, View):
    """The overview as it is filtered, whole, for Excel."""

    def get(self, request, *args, **kwargs):
        rows = list(self.filtered())
        rounds = queries.rounds_of(request.user, [enrolment.pk for enrolment in rows])
        most = queries.most_rounds(request.user, self.programme)
        return csv_response(drawn.overview_csv(rows, rounds, most=most, now=self.now), "consultations.csv")


def csv_response(content: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
