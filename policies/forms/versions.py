"""Shapes of input on the pages of versions: a name to keep, two texts to compare, a file to make."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from policies.enums import ExportKind
from policies.queries import WORKING

BOTH = "ja-en"


class KeepForm(forms.Form):
    """The name under which the present text is kept."""

    label = forms.CharField(
        label=_("What to call this version"),
        max_length=100,
        help_text=_("For example “Before the meeting of the board”."),
    )


class CompareForm(forms.Form):
    """Two texts, as `(key, words)` of what the person may read; the newer one stands second."""

    def __init__(self, *args, texts: Sequence[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.ChoiceField(label=_("Older text"), choices=texts)
        self.fields["to"] = forms.ChoiceField(label=_("Newer text"), choices=texts)


class ExportForm(forms.Form):
    """What file is made, of which text, in which languages.

    `to` is a version or the working copy, `from` the version that tracked changes begin at; the view looks both up.
    """

    kind = forms.ChoiceField(label=_("File"), choices=ExportKind.choices)
    languages = forms.ChoiceField(
        label=_("Languages of the file"),
        choices=[("ja", _("Japanese")), ("en", _("English")), (BOTH, _("Japanese and English"))],
    )
    to = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, has_english: bool, before: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from"] = forms.CharField(required=False, widget=forms.HiddenInput)
        if not before:
            self.fields["kind"].choices = [each for each in ExportKind.choices if each[0] != ExportKind.TRACKED]
        if not has_english:
            self.fields["languages"] = forms.ChoiceField(choices=[("ja", _("Japanese"))], widget=forms.HiddenInput)

    def clean_languages(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data["languages"].split("-"))

    def clean(self):
        data = super().clean()
        if data.get("kind") == ExportKind.TRACKED and (not data.get("from") or data["from"] == WORKING):
            raise ValidationError(_("Please choose the earlier version that the changes begin at."))
        return data
