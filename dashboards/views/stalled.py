"""Companies that do not move, for the secretariat."""

from django.views.generic import ListView

from companies.enums import AccessKind
from dashboards.queries import stalled as queries
from dashboards.rendering import stalled as drawn
from programmes.views import PAGE_SIZE, ProgrammeMixin


class StalledView(ProgrammeMixin, ListView):
    """Who has not moved for days, whose turn it is, and what to do; nothing of any text."""

    template_name = "dashboards/stalled.html"
    audience = (AccessKind.SECRETARIAT,)
    paginate_by = PAGE_SIZE

    @property
    def days(self) -> int:
        asked = self.request.GET.get("days", "")
        return next((days for days in queries.DAYS if str(days) == asked), queries.USUAL)

    def get_queryset(self):
        return queries.stalled(self.request.user, self.programme, days=self.days, day=self.day, now=self.now)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "left_out": drawn.left_out(self.request.GET.get("days", ""), self.days),
            "chips": drawn.day_chips(self.days, self.request.GET),
            "table": drawn.stalled_table(context["page_obj"].object_list, today=self.day),
        }
