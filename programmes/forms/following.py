"""What the secretariat enters about one company: who is in charge, a longer deadline, the memo."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin


class ChargeForm(PortalFormMixin, forms.Form):
    """Somebody of the secretariat, or nobody."""

    submit_label = _("Save who is in charge")

    seat = forms.ModelChoiceField(label=_("In charge"), queryset=None, required=False, empty_label=_("Nobody yet"))

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seat"].queryset = seats


class ExtensionForm(PortalFormMixin, forms.Form):
    """Until when, and why."""

    submit_label = _("Extend the deadline")

    due_on = forms.DateField(label=_("New deadline"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The company and its advisers read this."),
    )


class MemoForm(PortalFormMixin, forms.Form):
    """The memo, and the number of the text that it was written from."""

    submit_label = _("Save the memo")

    text = forms.CharField(
        label=_("Memo"),
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Only the secretariat of this programme reads it; neither the company nor its advisers."),
    )
    base = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def clean_text(self):
        return self.cleaned_data["text"].replace("\r\n", "\n").strip("\n")

    def clean_base(self):
        return self.cleaned_data["base"] or 0
