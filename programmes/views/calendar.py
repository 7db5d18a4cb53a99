"""Calendar entries: a session as a file, a person's own address, and the page on which it is made and revoked."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from common.calendars import Entry, calendar_feed, calendar_file, further_entries
from common.tenancy import acting_as
from common.tokens import token_hash
from common.views.links import LinkView
from programmes import queries
from programmes.enums import SessionState
from programmes.models import CalendarFeed, Session
from programmes.rendering.calendar import session_entry
from programmes.services import calendar as services

from .mixins import ProgrammeMixin

CONTENT_TYPE = "text/calendar; charset=utf-8"
# So long what is over stays in the personal calendar.
KEPT = timedelta(days=30)


def entries_of(user, sessions: list[Session]) -> list[Entry]:
    """Return sessions as entries with what the person said to each, and the ways in that they may see."""
    rows, ways = queries.own_standings(user, sessions), queries.ways_in(user, sessions)
    return [session_entry(session, rows.get(session.pk), ways.get(session.pk, ())) for session in sessions]


class SessionCalendarView(ProgrammeMixin, View):
    """One session as a file for the calendar of who asks."""

    def get(self, request, *args, **kwargs):
        announced = Session.objects.visible_to(request.user).exclude(state=SessionState.DRAFT)
        session = get_object_or_404(announced, programme=self.programme, pk=kwargs["session_id"])
        [entry] = entries_of(request.user, [session])
        response = HttpResponse(calendar_file(entry, now=self.now), content_type=CONTENT_TYPE)
        response["Content-Disposition"] = f'attachment; filename="session-{session.pk}.ics"'
        response["Cache-Control"] = "private, no-store"
        return response


class CalendarFeedView(LinkView):
    """The personal calendar, for programs that cannot sign in. An unknown word and a revoked one are answered alike."""

    http_method_names = ("get", "head", "options")
    unknown_template = "404.html"

    def find(self, token):
        self.hash = token_hash(token)
        return queries.feed_owner(self.hash)

    def get(self, request, token):
        owner, now = self.door, timezone.now()
        with acting_as(owner.pk), translation.override(owner.language):
            found = entries_of(owner, list(queries.calendar_sessions(owner, since=now - KEPT)))
            found += further_entries(owner, since=now - KEPT)
            written = calendar_feed(found, name=_("SPP Portal"), now=now)
        return HttpResponse(written, content_type=CONTENT_TYPE)


class CalendarSettingsView(LoginRequiredMixin, TemplateView):
    """Making and revoking the address. The answer to making it is the one page that ever shows it."""

    template_name = "programmes/registration/calendar.html"

    def post(self, request, *args, **kwargs):
        if "revoke" in request.POST:
            if services.revoke_feed(actor=request.user):
                messages.success(request, _("The calendar address is closed."))
            return HttpResponseRedirect(reverse("programmes:calendar_settings"))
        token = services.renew_feed(actor=request.user)
        path = reverse("programmes:calendar_feed", args=[token])
        response = self.render_to_response(self.get_context_data(address=f"{settings.PORTAL_URL}{path}"))
        response["Cache-Control"] = "private, no-store"
        return response

    def get_context_data(self, **kwargs):
        feed = CalendarFeed.objects.visible_to(self.request.user).filter(revoked_at__isnull=True).first()
        return super().get_context_data(feed=feed, **kwargs)
