"""A step of a theme that a company took, as the secretariat records it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import FormView

from dashboards.rendering import following as drawn
from programmes.enums import MilestoneCode
from programmes.forms.themes import StepForm
from programmes.models import MilestoneDate
from programmes.services import themes as services

from .following import EnrolmentMixin


class StepView(EnrolmentMixin, FormView):
    """When the company took the step and what shows it; taken back where it was a mistake."""

    template_name = "dashboards/following/step.html"
    form_class = StepForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            steps = self.deadlines().filter(source=MilestoneCode.THEME)
            self.kind = get_object_or_404(steps, pk=kwargs["kind_id"])
            self.standing = (
                MilestoneDate.objects.visible_to(request.user)
                .filter(enrolment=self.enrolment, kind=self.kind, cancelled_on__isnull=True)
                .select_related("recorded_by")
                .first()
            )

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = self.page_url
        return form

    def get_initial(self):
        if self.standing:
            return {"reached_on": self.standing.reached_on, "note": self.standing.note}
        return {"reached_on": self.day}

    def post(self, request, *args, **kwargs):
        if "take_back" in request.POST:
            if services.take_back_step(enrolment=self.enrolment, kind=self.kind, actor=request.user):
                messages.success(request, _("The step is taken back."))
            else:
                messages.info(request, _("Nothing was recorded any more."))
            return self.to_page(f"#m-{self.kind.code}")
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        try:
            services.record_step(
                enrolment=self.enrolment, kind=self.kind, actor=self.request.user, today=self.day, **form.cleaned_data
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("The step is recorded."))
        return self.to_page(f"#m-{self.kind.code}")

    def get_context_data(self, **kwargs):
        own = {"kind": self.kind, "standing": self.standing, "terms": drawn.step_terms(self.kind, self.standing)}
        return super().get_context_data(**own, **kwargs)
