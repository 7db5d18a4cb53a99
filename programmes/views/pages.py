"""Pages of a programme: the list of programmes, sessions and what came of them."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import DetailView, ListView

from audit import services as audit
from programmes import queries, rendering, workflow
from programmes.models import Feedback, Photo, Programme, Session
from programmes.queries import planning
from programmes.queries.survey import own_surveys
from programmes.rendering import planning as words
from programmes.rendering import survey as survey_words
from programmes.rendering.photos import shots
from programmes.rendering.session_tabs import session_tabs
from programmes.services.survey_links import survey_path

from .mixins import PAGE_SIZE, CountedPaginator, ProgrammeMixin, places_of


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
        return sessions.prefetch_related("agenda__speakers", "facilitators__seat")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        user, session = self.request.user, self.object
        turnout = queries.turnouts(user, [session]).get(session.pk, queries.Turnout())
        page = CountedPaginator(queries.attendances(user, session), PAGE_SIZE, count=turnout.listed).get_page(
            self.request.GET.get("page")
        )
        # Answers without a name are read on the page of the survey alone, where there are enough of them.
        said = Feedback.objects.visible_to(user).filter(session=session).named().with_words()
        feedback = list(said.select_related("person"))
        own = own_surveys().get(session.pk)
        if feedback and self.manages:
            audit.log_look(actor=user, obj=session, programme_id=self.programme.pk, now=self.now)
        return context | {
            "page_obj": page,
            "scope": self.scope_line(),
            "badge": words.session_badge(session, now=self.now),
            "tabs": session_tabs(session, here="programmes:session") if self.manages else [],
            "moves": [str(move) for move in workflow.available(session, user)] if self.manages else [],
            "is_over": session.ends_at <= self.now,
            "ways_in": words.ways_in(planning.ways_in(user, session, manages=self.manages)),
            "facilitators": words.facilitators(session),
            "materials": words.material_lines(
                planning.materials(user, session, today=self.day), session=session, today=self.day
            ),
            "shots": shots(Photo.objects.visible_to(user).filter(session=session, has_consent=True), session),
            "terms": rendering.session_terms(session),
            "agenda": rendering.agenda(session),
            "figures": rendering.turnout_figures(turnout, session=session, now=self.now),
            "table": rendering.attendance_table(page.object_list, session=session),
            "feedback": rendering.feedback_notes(feedback, with_names=not self.manages),
            "own_survey": survey_words.own_survey(own, url=survey_path(own.invitation_id) if own else "", now=self.now),
            "has_own_words": any(note.person.user_id == user.pk for note in feedback),
        }
