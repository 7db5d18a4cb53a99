"""What a company prepares and keeps of its sessions, beside the dates: presentations and certificates."""

from django import template

from programmes.queries.closing import own_closing_meetings
from programmes.rendering.programme import when

register = template.Library()


@register.inclusion_tag("programmes/closing/_own_papers.html", takes_context=True)
def own_papers(context, *, company) -> dict:
    """Links to the company's presentation at each closing meeting, and to the certificates of its people."""
    meetings = own_closing_meetings(context["request"].user, company_id=company.pk)
    return {"company": company, "meetings": [(meeting, when(meeting)) for meeting in meetings]}
