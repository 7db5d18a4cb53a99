"""Closing a programme: what is still open, the question with its reason, and the way back for the leader."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from accounts.views import ConfirmedMixin
from companies.enums import AccessKind
from programmes import permissions
from programmes.forms.ending import CloseForm, ReopenForm
from programmes.queries.ending import unfinished
from programmes.rendering import ending as drawn
from programmes.services import ending as services

from .mixins import ProgrammeMixin


class EndingView(ProgrammeMixin, TemplateView):
    """What is still open, each with the way to it; and of a closed programme since when and why."""

    template_name = "programmes/ending/ending.html"
    audience = (AccessKind.SECRETARIAT,)

    def get_context_data(self, **kwargs):
        user, programme = self.request.user, self.programme
        is_closed = bool(programme.closed_at)
        return super().get_context_data(
            terms=drawn.ending_terms(programme),
            table=None if is_closed else drawn.unfinished_table(unfinished(user, programme, now=self.now)),
            can_reopen=is_closed and permissions.can_reopen(user, programme.pk),
            **kwargs,
        )


class _DeedMixin:
    """One deed with its reason; `deed` does it and returns what to say."""

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.back_url
        return form

    @property
    def back_url(self) -> str:
        return reverse("programmes:ending", args=[self.programme.pk])

    def form_valid(self, form):
        try:
            done = self.deed(form.cleaned_data["reason"])
        except services.EndingRefused as refused:
            messages.info(self.request, str(refused))
        else:
            messages.success(self.request, done)
        return HttpResponseRedirect(self.back_url)


class CloseView(_DeedMixin, ProgrammeMixin, ConfirmedMixin, FormView):
    """The question before a programme is closed, with what that means."""

    template_name = "programmes/ending/close.html"
    form_class = CloseForm
    audience = (AccessKind.SECRETARIAT,)

    def get_context_data(self, **kwargs):
        left = unfinished(self.request.user, self.programme, now=self.now)
        return super().get_context_data(left=sum(each.count for each in left), **kwargs)

    def deed(self, reason: str) -> str:
        services.close_programme(programme=self.programme, reason=reason, actor=self.request.user, now=self.now)
        return _("The programme is closed. Everybody can read it, and nobody can change it.")


class ReopenView(_DeedMixin, ProgrammeMixin, ConfirmedMixin, FormView):
    """The leader of the secretariat opens it again."""

    template_name = "programmes/ending/reopen.html"
    form_class = ReopenForm
    audience = (AccessKind.SECRETARIAT,)

    def is_for_this_person(self) -> bool:
        return super().is_for_this_person() and permissions.can_reopen(self.request.user, self.programme.pk)

    def deed(self, reason: str) -> str:
        services.reopen_programme(programme=self.programme, reason=reason, actor=self.request.user, now=self.now)
        return _("The programme is open again. Advisers have to be assigned anew where they are to go on.")
