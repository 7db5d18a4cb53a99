"""allauth's forms of the second step, with the portal's words and keyboards."""

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PortalFormMixin

LONGEST_NAME = 60
# Telephones offer digits; a full-width code that an input method wrote is understood as well.
KEYPAD = {"inputmode": "numeric", "autocomplete": "one-time-code"}


class _CodeMixin(PortalFormMixin):
    submit_label = _("Continue")
    code_label = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"] = forms.CharField(
            label=self.code_label, max_length=20, widget=forms.TextInput(attrs=KEYPAD)
        )

    def clean_code(self):
        self.cleaned_data["code"] = _as_digits(self.cleaned_data["code"])
        return super().clean_code()


def _as_digits(code: str) -> str:
    """Return the code without the spaces that an app shows in it, full-width digits made plain."""
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in code if not sign.isspace())


class SecondStepForm(_CodeMixin, AuthenticateForm):
    code_label = _("Code of the app, or a recovery code")


class ConfirmByCodeForm(_CodeMixin, ReauthenticateForm):
    code_label = _("Code of the app, or a recovery code")


class ActivateAppForm(_CodeMixin, ActivateTOTPForm):
    code_label = _("Code that the app shows now")


class AddPasskeyForm(PortalFormMixin, AddWebAuthnForm):
    submit_label = _("Add the passkey")

    def __init__(self, *args, **kwargs):
        kwargs["initial"] = {"passwordless": True} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.max_length = pgettext_lazy("passkey", "Name"), LONGEST_NAME
        name.help_text = _("So that you know it again in the list, for example “My phone”.")
        name.widget.attrs["maxlength"] = LONGEST_NAME
        name.validators = [*name.validators, forms.fields.validators.MaxLengthValidator(LONGEST_NAME)]
        alone.label = _("Sign in with it alone, without a password")
        alone.help_text = _(
            "The device then asks for your fingerprint, your face or its PIN. Take the tick away for a security key"
            " that you use after the password."
        )


class RenamePasskeyForm(PortalFormMixin, EditWebAuthnForm):
    submit_label = _("Save the name")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=pgettext_lazy("passkey", "Name"), max_length=LONGEST_NAME, initial=self.fields["name"].initial
        )
