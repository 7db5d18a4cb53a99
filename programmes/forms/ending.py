"""Why a programme is closed, and why it is opened again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin


class CloseForm(PortalFormMixin, forms.Form):
    reason = forms.CharField(
        label=_("Why the programme is closed"),
        max_length=300,
        help_text=_("One sentence. Everybody who takes part can read it."),
    )

    submit_label = _("Close the programme")
    submit_look = "danger"
    cancel_label = _("Go back without closing")


class ReopenForm(PortalFormMixin, forms.Form):
    reason = forms.CharField(
        label=_("Why the programme is opened again"),
        max_length=300,
        help_text=_("One sentence. It is kept with your name."),
    )

    submit_label = _("Open the programme again")
    cancel_label = _("Go back without opening")
