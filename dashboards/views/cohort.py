"""The secretariat's cohort matrix: every company of a programme by its milestones, as of a day."""

from django.http import Http404
from django.views.generic import ListView

from common.components import with_query
from companies.enums import AccessKind
from dashboards.rendering import matrix as drawn
from policies.forms.cohort import CohortForm
from policies.forms.listing import Asked, Listing
from policies.queries import cohort
from programmes.views import CountedPaginator, ProgrammeMixin


class CohortView(ProgrammeMixin, ListView):
    """Companies by milestones; search, filters, order, view and day live in the address, and all of it is of that day."""

    template_name = "dashboards/companies.html"
    audience = (AccessKind.SECRETARIAT,)

    def get_queryset(self):
        self.form = CohortForm(self.request.GET)
        self.today, self.day = self.day, self.form.day(self.day)
        listing = Listing(Asked(self.request.user, self.programme, self.form, self.day, self.today))
        self.counts, self.plan = listing.counts(), listing.plan()
        self.form.offer(self.plan)
        return listing

    def get_paginate_by(self, queryset):
        return self.form.size()

    def paginate_queryset(self, queryset, page_size):
        """A page that the list does not have is empty, and says so."""
        self.no_page = ""
        try:
            return super().paginate_queryset(queryset, page_size)
        except Http404:
            self.no_page = self.request.GET.get("page", "")[:20]
            return self.get_paginator(queryset, page_size), None, [], False

    def render_to_response(self, context, **response_kwargs):
        return super().render_to_response(context, status=404 if self.no_page else 200, **response_kwargs)

    @property
    def total(self) -> int:
        return self.counts.get(self.form.value("show") or "all", 0)

    def get_paginator(self, queryset, per_page, **kwargs):
        return CountedPaginator(queryset, per_page, count=self.total, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        query, form, plan = self.request.GET, self.form, self.plan
        table = drawn.matrix(
            context["page_obj"].object_list if context["page_obj"] else [],
            cohort.shown_steps(plan.steps, form.value("view")),
            target=cohort.target_step(plan.steps),
            programme=self.programme,
            day=self.day,
            total=self.total,
            query=query,
            sort=form.present_sort(),
        )
        return context | {
            "filter_form": form,
            "is_today": self.day == self.today,
            "no_page": self.no_page,
            "first_page_url": with_query(query, page=None),
            "published": drawn.published_line(plan.steps, total=self.total),
            "total": self.total,
            "total_shown": f"{self.total:,}",
            "densities": drawn.density_choices(form.value("density"), query=query),
            "is_dense": bool(form.value("density")),
            "chips": drawn.chips(self.counts, show=form.value("show"), query=query),
            "views": drawn.view_choices(plan.steps, view=form.value("view"), query=query),
            "sizes": drawn.size_choices(form.size(), total=self.total, query=query),
            "steps": drawn.definitions(plan),
            "matrix": table,
            "panel_open": any(form.value(name) for name in form.panel),
            "query": query.urlencode(),
        }
