"""The pages of one session, for its secretariat: the same tabs on each of them."""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, pgettext

from programmes.enums import SessionState, Strand
from programmes.models import Session

from .programme import Tab

# A draft has nobody yet: only these pages have anything to show.
OF_DRAFTS = ("programmes:session", "programmes:edit_session", "programmes:session_photos")
# Pages of the plan: under one tab, with a line of their own below it.
OF_PLAN = ("programmes:edit_session", "programmes:session_agenda", "programmes:session_materials")


def session_tabs(session: Session, *, here: str) -> list[Tab]:
    """Return the secretariat's pages of a session; `here` is the name of the present page's address."""
    labels = {
        "programmes:session": gettext("Overview"),
        "programmes:edit_session": pgettext("of a session", "Plan"),
        "programmes:registrations": gettext("Registration"),
        "programmes:door": gettext("Door"),
        "programmes:online_list": gettext("Online list"),
        "programmes:survey": gettext("Feedback"),
        "programmes:closing": gettext("Presentations"),
        "programmes:certificates": gettext("Certificates"),
        "programmes:session_photos": gettext("Photographs"),
        "programmes:outcome": gettext("Outcome"),
    }
    if session.state == SessionState.DRAFT:
        labels = {name: label for name, label in labels.items() if name in OF_DRAFTS}
    if session.strand != Strand.CLOSING:
        labels.pop("programmes:closing", None)
    present = "programmes:edit_session" if here in OF_PLAN else here
    return _tabs(session, labels, present)


def plan_tabs(session: Session, *, here: str) -> list[Tab]:
    """Return the pages of a session's plan."""
    labels = {
        "programmes:edit_session": gettext("Date, place and registration"),
        "programmes:session_agenda": gettext("Agenda"),
        "programmes:session_materials": gettext("Materials"),
    }
    return _tabs(session, labels, here)


def _tabs(session: Session, labels: dict[str, str], here: str) -> list[Tab]:
    tabs = []
    for name, label in labels.items():
        try:
            url = reverse(name, args=[session.programme_id, session.pk])
        except NoReverseMatch:
            continue
        tabs.append(Tab(label, url, name == here))
    return tabs
