"""Copying one session, or a programme's whole plan."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import FormView

from programmes.forms.planning_copying import CopyPlanForm, CopySessionForm
from programmes.models import Programme
from programmes.services import planning_copying as services
from programmes.services.planning import PlanRefused

from .planning import SecretariatMixin, SessionMixin


class CopySessionView(SessionMixin, FormView):
    """A copy of this session: which programme, which day."""

    template_name = "programmes/plan/copy_session.html"
    form_class = CopySessionForm

    def get_form_kwargs(self):
        programmes = Programme.objects.managed_by(self.request.user)
        return super().get_form_kwargs() | {"session": self.session, "programmes": programmes}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.address("session")
        return form

    def form_valid(self, form):
        data = form.cleaned_data
        try:
            copy = services.copy_session(
                session=self.session,
                programme=data["programme"],
                starts_at=form.starts_at,
                code=data["code"],
                with_speakers=data["with_speakers"],
                actor=self.request.user,
            )
        except PlanRefused as refused:
            form.add_error("code", str(refused))
            return self.form_invalid(form)
        messages.success(self.request, _("This is the copy, as a draft. Check it, and publish it when it is ready."))
        return HttpResponseRedirect(reverse("programmes:edit_session", args=[copy.programme_id, copy.pk]))


class CopyPlanView(SecretariatMixin, FormView):
    """The whole plan as drafts of another programme."""

    template_name = "programmes/plan/copy_plan.html"
    form_class = CopyPlanForm

    def others(self):
        return Programme.objects.managed_by(self.request.user).exclude(pk=self.programme.pk)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"programmes": self.others()}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("programmes:sessions", args=[self.programme.pk])
        return form

    def form_valid(self, form):
        target, weeks = form.cleaned_data["target"], form.cleaned_data["weeks"]
        if weeks is None:
            weeks = services.weeks_between(self.programme, target)
        try:
            made = services.copy_plan(
                source=self.programme,
                target=target,
                weeks=weeks,
                with_speakers=form.cleaned_data["with_speakers"],
                actor=self.request.user,
            )
        except PlanRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        count = len(made)
        messages.success(
            self.request,
            ngettext("%(count)s session is copied as a draft.", "%(count)s sessions are copied as drafts.", count)
            % {"count": count},
        )
        return HttpResponseRedirect(reverse("programmes:sessions", args=[target.pk]))

    def get_context_data(self, **kwargs):
        return super().get_context_data(has_others=self.others().exists(), **kwargs)
