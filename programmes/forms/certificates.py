"""Checking a certificate by its code, and revoking one."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from programmes.queries.certificates import CODE_LENGTH, read_code


class CodeForm(PortalFormMixin, forms.Form):
    """A code as it stands on paper, typed with or without its lines, in any width and case."""

    code = forms.CharField(
        label=_("Code on the certificate"),
        max_length=100,
        help_text=_("28 letters and digits in groups of four. Lines, blanks and small letters do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    submit_label = _("Check the certificate")
    show_needs = False

    def clean_code(self):
        if not (code := read_code(self.cleaned_data["code"])):
            raise ValidationError(
                gettext("A code has %(length)s letters and digits. Please compare it with the paper once more.")
                % {"length": CODE_LENGTH},
                code="shape",
            )
        return code


class RevokeForm(PortalFormMixin, forms.Form):
    """Why a certificate is revoked, and whether the person gets another."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stands in the record. Who checks the certificate sees only that it was revoked."),
    )
    again = forms.BooleanField(
        label=_("Issue another with the names as they are now"),
        required=False,
        help_text=_("For example after a name was put right. The new certificate has a new code."),
    )

    submit_label = _("Revoke the certificate")
    submit_look = "danger"
    cancel_label = _("Go back without changing anything")
