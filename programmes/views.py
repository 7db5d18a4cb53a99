"""Pages of a programme: the list of programmes, sessions and what came of them."""

from functools import cached_property

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.generic import DetailView, ListView

from audit import services as audit
from companies.enums import AccessKind
from companies.views import CompanyMixin

from . import queries, rendering
from .models import Attendance, Feedback, Programme, Session

PAGE_SIZE = 50


def places_of(request) -> queries.Places:
    """Return where the person of this request may act; asked once a request, for the frame and the page alike."""
    if not hasattr(request, "places"):
        company_id = request.resolver_match.kwargs.get("company_id") if request.resolver_match else None
        request.places = queries.places(request.user, company_id=company_id)
    return request.places


class CountedPaginator(Paginator):
    """Pages of a list whose length the page has counted already, for its chips."""

    def __init__(self, *args, count: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.known_count = count

    @cached_property
    def count(self) -> int:
        return self.known_count


class ProgrammeMixin(LoginRequiredMixin):
    """Loads the programme in the address through the door, and guards the page.

    `audience` names the kinds of seat the page is for; empty is everybody who takes part. A programme of others is not
    there (404); the page of another role is refused (403).
    """

    audience: tuple[AccessKind, ...] = ()

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.programme = get_object_or_404(Programme.objects.visible_to(request.user), pk=kwargs["programme_id"])
            self.places = places_of(request)
            self.manages = self.places.manages(self.programme.pk)
            self.now = timezone.now()
            self.day = timezone.localdate(self.now)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and not self.is_for_this_person():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def is_for_this_person(self) -> bool:
        kinds = {place.kind for place in self.places.in_programme(self.programme.pk)}
        return not self.audience or bool(kinds.intersection(self.audience))

    def get_context_data(self, **kwargs):
        as_of = rendering.as_of_line(self.day)
        own = {"programme": self.programme, "manages": self.manages, "as_of": as_of}
        return super().get_context_data(lead=f"{self.programme.name} · {as_of}", **own, **kwargs)

    def scope_line(self) -> str:
        return rendering.scope_line(manages=self.manages, advises=self.places.advises(self.programme.pk))


class CompanyPageMixin(CompanyMixin):
    """A page of one company: what the person is to it, its tabs for those from outside, and the way back to their list."""

    tab = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.places = places_of(request)
            self.now = timezone.now()
            self.day = timezone.localdate(self.now)
            self.is_member = self.places.is_member(self.company.pk)

    def get_context_data(self, **kwargs):
        own = {"is_member": self.is_member, "as_of": rendering.as_of_line(self.day), "today": self.day}
        if not self.is_member:
            own["tabs"] = rendering.company_tabs(self.company.pk, here=self.tab)
        return super().get_context_data(**own, **kwargs)


class ProgrammesView(LoginRequiredMixin, ListView):
    """The programmes that the person takes part in."""

    template_name = "programmes/programmes.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return Programme.objects.visible_to(self.request.user)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        table = rendering.programmes_table(context["page_obj"].object_list, places=places_of(self.request))
        return context | {"table": table}


class SessionsView(ProgrammeMixin, ListView):
    """The sessions of a programme with what each came to, as far as the person may see it."""

    template_name = "programmes/sessions.html"
    paginate_by = PAGE_SIZE

    def get_queryset(self):
        return Session.objects.visible_to(self.request.user).filter(programme=self.programme)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        sessions = list(context["page_obj"].object_list)
        turnouts = queries.turnouts(self.request.user, sessions)
        return context | {
            "table": rendering.sessions_table(sessions, turnouts, now=self.now),
            "scope": self.scope_line(),
        }


class SessionView(ProgrammeMixin, DetailView):
    """One session: when and where, its agenda with the speakers, who came, and the feedback for those who may read it."""

    template_name = "programmes/session.html"
    pk_url_kwarg = "session_id"
    context_object_name = "session"

    def get_queryset(self):
        sessions = Session.objects.visible_to(self.request.user).filter(programme=self.programme)
        return sessions.prefetch_related("agenda__speakers")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, session = self.request.user, self.object
        turnout = queries.turnouts(user, [session]).get(session.pk, queries.Turnout())
        page = CountedPaginator(queries.attendances(user, session), PAGE_SIZE, count=turnout.registered).get_page(
            self.request.GET.get("page")
        )
        feedback = list(Feedback.objects.visible_to(user).filter(session=session).select_related("person"))
        if feedback and self.manages:
            audit.log_look(actor=user, obj=session, programme_id=self.programme.pk, now=self.now)
        return context | {
            "page_obj": page,
            "scope": self.scope_line(),
            "terms": rendering.session_terms(session),
            "agenda": rendering.agenda(session),
            "figures": rendering.turnout_figures(turnout, session=session, now=self.now),
            "table": rendering.attendance_table(page.object_list, session=session),
            "feedback": rendering.feedback_notes(feedback, with_names=not self.manages),
        }


class CompanySessionsView(CompanyPageMixin, ListView):
    """The sessions of a company's programmes, with who of its people comes or came."""

    template_name = "programmes/company_sessions.html"
    tab = "programmes:company_sessions"

    def get_queryset(self):
        taking_part = [place.id for place in self.places.taking_part]
        return Session.objects.visible_to(self.request.user).filter(programme__in=taking_part)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        attendances = Attendance.objects.visible_to(self.request.user).filter(company=self.company)
        sessions = rendering.own_sessions(context["object_list"], attendances.select_related("person"), now=self.now)
        return context | sessions
