"""What came of a session."""

from django.db.models import prefetch_related_objects
from django.urls import NoReverseMatch, reverse
from django.views.generic import TemplateView

from programmes import rendering
from programmes.models import Session
from programmes.queries import outcome as queries
from programmes.rendering import outcome as words

from .door import SessionMixin
from .mixins import PAGE_SIZE, CountedPaginator


class OutcomeView(SessionMixin, TemplateView):
    """What the report prints of this session, with the rows behind every number."""

    template_name = "programmes/outcome/outcome.html"
    tab_name = "programmes:outcome"

    def get_context_data(self, **kwargs):
        user, session = self.request.user, self.session
        prefetch_related_objects([session], "agenda__speakers")
        found = queries.outcome(user, session)
        chosen = self.request.GET.get("show", "")
        chosen = chosen if words.is_known(chosen) else ""
        own = {
            "is_over": session.ends_at <= self.now,
            "figures": words.outcome_figures(found),
            "printed": words.printed_line(session, found),
            "outcome": found,
            "terms": rendering.session_terms(session),
            "agenda": rendering.agenda(session),
            "chips": words.outcome_chips(found, chosen=chosen),
            "rows_title": words.rows_title(chosen),
            "sheet_url": _sheet(session),
            "close_url": self.address("close_attendance"),
            **self.rows(chosen, found),
        }
        return super().get_context_data(**own, **kwargs)

    def rows(self, chosen: str, found: queries.Outcome) -> dict:
        user = self.request.user
        if chosen == queries.COMPANIES:
            return {"table": words.companies_table(queries.outcome_companies(user, self.session))}
        rows = queries.outcome_rows(user, self.session, of=chosen)
        count = found.rows[chosen] if chosen else rows.count()
        page = CountedPaginator(rows, PAGE_SIZE, count=count).get_page(self.request.GET.get("page"))
        table = words.outcome_table(page.object_list, session=self.session, title=words.rows_title(chosen))
        return {"table": table, "page_obj": page}


def _sheet(session: Session) -> str:
    """Return where the sheet is made: by an app above this one."""
    try:
        return reverse("reports:session_sheet", args=[session.programme_id, session.pk])
    except NoReverseMatch:
        return ""
