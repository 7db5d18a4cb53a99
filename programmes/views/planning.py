"""Planning a session: the secretariat's pages from the first draft to its publication."""

from functools import cached_property

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView, TemplateView

from companies.enums import AccessKind
from programmes import rendering
from programmes.enums import SessionState
from programmes.forms.planning import SessionForm
from programmes.forms.planning_agenda import AgendaForms
from programmes.models import Session
from programmes.queries import planning as queries
from programmes.rendering import planning as words
from programmes.rendering import session_tabs as tabs
from programmes.services import planning as services
from programmes.services import planning_agenda as agendas
from programmes.workflow import TransitionRefused

from .mixins import ProgrammeMixin


class SecretariatMixin(ProgrammeMixin):
    """A page of the secretariat."""

    audience = (AccessKind.SECRETARIAT,)


class SessionMixin(SecretariatMixin):
    """A page of the secretariat about one session, below the session's tabs. `here` is the name of its address."""

    here = "programmes:edit_session"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            sessions = Session.objects.visible_to(request.user).filter(programme=self.programme)
            self.session = get_object_or_404(sessions.select_related("programme"), pk=kwargs["session_id"])

    def get_context_data(self, **kwargs):
        own = {
            "session": self.session,
            "tabs": tabs.session_tabs(self.session, here=self.here),
            "plan_tabs": tabs.plan_tabs(self.session, here=self.here),
            "badge": words.session_badge(self.session, now=self.now),
        }
        return super().get_context_data(**own, **kwargs)

    def address(self, name: str) -> str:
        return reverse(f"programmes:{name}", args=[self.programme.pk, self.session.pk])

    def go(self, name: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.address(name))


class NewSessionView(SecretariatMixin, FormView):
    """A new draft."""

    template_name = "programmes/plan/new.html"
    form_class = SessionForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"advisers": queries.advisers_of(self.request.user, self.programme)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("programmes:sessions", args=[self.programme.pk])
        return form

    def form_valid(self, form):
        try:
            session = services.plan_session(programme=self.programme, plan=form.plan(), actor=self.request.user)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The draft is saved. Next, its agenda."))
        return HttpResponseRedirect(reverse("programmes:session_agenda", args=[self.programme.pk, session.pk]))


class EditSessionView(SessionMixin, FormView):
    """The plan of a session there is. Once it is published, those who registered are told what changes for them."""

    template_name = "programmes/plan/edit.html"
    form_class = SessionForm

    def get_form_kwargs(self):
        user = self.request.user
        return super().get_form_kwargs() | {
            "instance": Session.objects.visible_to(user).get(pk=self.session.pk),
            "advisers": queries.advisers_of(user, self.programme),
            "ways_in": queries.ways_in(user, self.session, manages=True),
        }

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address("session")
        return form

    def form_valid(self, form):
        try:
            change = services.change_session(
                session=self.session, plan=form.plan(), actor=self.request.user, now=self.now
            )
        except ValidationError as error:
            form.add_error(None, error)
        except services.PlanRefused as refused:
            form.add_error(None, str(refused))
        if form.errors:
            return self.form_invalid(form)
        messages.success(self.request, _saved(change))
        return self.go("session")

    def get_context_data(self, **kwargs):
        registered = services.registered_by_mode(self.session)
        is_told = self.session.state == SessionState.PUBLISHED and self.session.ends_at > self.now
        return super().get_context_data(registered=sum(registered.values()), is_told=is_told, **kwargs)


def _saved(change: services.Change) -> str:
    sentences = [_("Your changes are saved.")]
    if change.moved:
        sentences.append(
            ngettext(
                "%(count)s person now takes part in the other way.",
                "%(count)s people now take part in the other way.",
                change.moved,
            )
            % {"count": change.moved}
        )
    if change.told:
        sentences.append(_told(change.told))
    return " ".join(sentences)


def _told(count: int) -> str:
    return ngettext("%(count)s person is told by e-mail.", "%(count)s people are told by e-mail.", count) % {
        "count": count
    }


class AgendaView(SessionMixin, TemplateView):
    """The agenda, all of it in one form. Buttons beside "save" add, move and take away rows and write nothing."""

    template_name = "programmes/plan/agenda.html"
    here = "programmes:session_agenda"
    refusal = ""

    @cached_property
    def agenda(self) -> AgendaForms:
        if self.request.method == "POST":
            return AgendaForms(self.session, self.request.POST)
        sessions = Session.objects.visible_to(self.request.user).prefetch_related("agenda__speakers")
        return AgendaForms(sessions.get(pk=self.session.pk))

    def post(self, request, *args, **kwargs):
        if self.agenda.is_saving and self.agenda.is_valid():
            try:
                agendas.set_agenda(session=self.session, entries=self.agenda.entries(), actor=request.user)
            except services.PlanRefused as refused:
                self.refusal = str(refused)
            else:
                messages.success(request, _("The agenda is saved."))
                return self.go("session")
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            agenda=self.agenda,
            refusals=[(self.refusal, "")] if self.refusal else [],
            hours=rendering.when(self.session),
            known=queries.known_speakers(self.request.user, self.programme),
            **kwargs,
        )


class ConfirmMixin(SessionMixin):
    """The question before a deed, and the deed. `states` are those in which it can be asked for."""

    states: tuple[SessionState, ...] = ()

    def dispatch(self, request, *args, **kwargs):
        # What was done meanwhile, in another window or by somebody else, is said on the session's page.
        if request.user.is_authenticated and self.is_for_this_person() and self.session.state not in self.states:
            messages.info(request, _("The session is “%(state)s”.") % {"state": self.session.get_state_display()})
            return self.go("session")
        return super().dispatch(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        try:
            done = self.do()
        except (services.PlanRefused, TransitionRefused) as refused:
            messages.error(request, str(refused))
            return self.go("session")
        messages.success(request, done)
        return self.after()

    def do(self) -> str:
        """Do the deed and return what to say of it."""
        raise NotImplementedError

    def after(self) -> HttpResponseRedirect:
        return self.go("session")


class PublishSessionView(ConfirmMixin, TemplateView):
    """What participants will see from now on, and what is still missing."""

    template_name = "programmes/plan/publish.html"
    states = (SessionState.DRAFT,)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            missing=services.missing_for_publication(self.session),
            advice=words.advice_before_publication(
                self.session, queries.ways_in(self.request.user, self.session, manages=True)
            ),
            terms=rendering.session_terms(self.session),
            **kwargs,
        )

    def do(self) -> str:
        services.publish_session(session=self.session, actor=self.request.user)
        return _("The session is published. Companies can register now.")


class CancelSessionView(ConfirmMixin, TemplateView):
    """The question before a session is called off."""

    template_name = "programmes/plan/cancel.html"
    states = (SessionState.PUBLISHED,)

    def get_context_data(self, **kwargs):
        registered = sum(services.registered_by_mode(self.session).values())
        return super().get_context_data(
            registered=registered, is_over=services.took_place(self.session, now=self.now), **kwargs
        )

    def do(self) -> str:
        change = services.cancel_session(session=self.session, actor=self.request.user, now=self.now)
        done = _("The session is cancelled.")
        return f"{done} {_told(change.told)}" if change.told else done


class DiscardSessionView(ConfirmMixin, TemplateView):
    """The question before a draft is thrown away."""

    template_name = "programmes/plan/discard.html"
    states = (SessionState.DRAFT,)

    def do(self) -> str:
        services.discard_session(session=self.session, actor=self.request.user)
        return _("The draft is thrown away.")

    def after(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("programmes:sessions", args=[self.programme.pk]))
