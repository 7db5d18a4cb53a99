"""The themes of a programme."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView

from programmes.enums import MilestoneCode
from programmes.forms.themes import ThemesForm
from programmes.models import MilestoneKind
from programmes.services import themes as services

from .planning import SecretariatMixin


class ThemesView(SecretariatMixin, FormView):
    """Which themes the programme works on beside the policy, and until when their steps are to be taken."""

    template_name = "programmes/themes/themes.html"
    form_class = ThemesForm

    def get_form_kwargs(self):
        kinds = MilestoneKind.objects.visible_to(self.request.user).filter(
            programme=self.programme, source=MilestoneCode.THEME
        )
        return super().get_form_kwargs() | {"kinds": list(kinds)}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.cancel_url = reverse("dashboards:programme", args=[self.programme.pk])
        return form

    def form_valid(self, form):
        try:
            services.choose_themes(programme=self.programme, codes=form.codes, due=form.due, actor=self.request.user)
        except services.ThemeRefused as refused:
            form.add_error(None, str(refused))
            return self.form_invalid(form)
        messages.success(self.request, _("The themes are saved."))
        return HttpResponseRedirect(self.request.path)
