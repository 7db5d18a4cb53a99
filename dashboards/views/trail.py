"""The record of deeds: who did, saw and took what, of a company, of a programme, of oneself."""

from django.core.paginator import Page
from django.views.generic import TemplateView

from audit import queries, rendering
from policies.views.trail import CompanyTrailMixin, OwnTrailMixin, ProgrammeTrailMixin
from programmes.views import PAGE_SIZE, CountedPaginator


class TrailPage(TemplateView):
    """A page of the trail by days. A page number that is none shows the nearest one that there is."""

    template_name = "audit/trail.html"
    http_method_names = ("get", "head", "options")

    def get_context_data(self, **kwargs):
        form = self.form
        count = queries.counted(self.found) if form.is_valid() else 0
        page = self._page(min(count, queries.MOST_COUNTED))
        days = rendering.days(self.lines(page.object_list), query=self.request.GET, with_company=self.with_company)
        return super().get_context_data(
            **kwargs,
            filter_form=form,
            form=form if not form.is_valid() else None,
            chips=form.chips(person=self.person) if form.is_valid() else [],
            days=list(days),
            page_obj=page,
            has_more=count > queries.MOST_COUNTED,
            of=self.of,
            home_url=self.home_url(),
            home_label=self.of,
            file_url=self.address("reports:{}_trail_file"),
            query=self.request.GET.urlencode(),
        )

    def _page(self, count: int) -> Page:
        return CountedPaginator(self.found, PAGE_SIZE, count=count).get_page(self.request.GET.get("page"))


class CompanyTrailView(CompanyTrailMixin, TrailPage):
    def home_url(self) -> str:
        return self.address("dashboards:{}_home")


class ProgrammeTrailView(ProgrammeTrailMixin, TrailPage):
    def home_url(self) -> str:
        return self.address("dashboards:{}")


class OwnTrailView(OwnTrailMixin, TrailPage):
    def home_url(self) -> str:
        return ""
