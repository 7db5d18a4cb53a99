"""Checking an issued report by its number, its file, or both."""

from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from reports.queries.verification import read_number, read_sha256


class CheckIssueForm(PortalFormMixin, forms.Form):
    """The number on the list or in the file's name, and the file's sha256, which a browser with scripts works out."""

    number = forms.CharField(
        label=pgettext_lazy("issue", "Number"),
        required=False,
        max_length=100,
        help_text=_("For example SPP-2024-01. Width and small letters do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    sha256 = forms.CharField(
        label=_("sha256 of the file"),
        required=False,
        max_length=200,
        help_text=_("64 digits and letters from a to f, such as “sha256sum” or “certutil -hashfile” print them."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-sha256": ""}),
    )

    submit_label = _("Check the report")
    show_needs = False

    @cached_property
    def helper(self):
        """A question that changes nothing, whose answer has an address."""
        helper = super().helper
        helper.form_method = "get"
        return helper

    def clean_number(self):
        typed = self.cleaned_data["number"]
        if typed.strip() and not (number := read_number(typed)):
            raise ValidationError(gettext("A number has letters, digits and hyphens only."), code="shape")
        return number if typed.strip() else ""

    def clean_sha256(self):
        typed = self.cleaned_data["sha256"]
        if typed.strip() and not (digest := read_sha256(typed)):
            words = gettext("A sha256 has 64 digits and letters from a to f. Please compare it once more.")
            raise ValidationError(words, code="shape")
        return digest if typed.strip() else ""

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("number") and not data.get("sha256"):
            self.add_error("number", ValidationError(gettext("Please enter the number, the sha256, or both.")))
        return data
