"""Inviting a reader, and what a reader says."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from reports.enums import Language, Verdict
from reports.models import MAX_COMMENT


class InviteReaderForm(PortalFormMixin, forms.Form):
    """Who reads, in which language they are written to, and until when they may answer."""

    name = forms.CharField(label=_("Name"), max_length=100)
    organisation = forms.CharField(label=_("Organisation"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=Language, widget=forms.RadioSelect)
    due_on = forms.DateField(
        label=pgettext_lazy("reading", "By when"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The link opens the report until the end of this day."),
    )

    submit_label = _("Send the link")

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day < self.today:
            raise ValidationError(gettext("This day is over. Please choose today or a later day."))
        return day


class ReadingForm(PortalFormMixin, forms.Form):
    """A field for each block of the report, and whether the reader agrees."""

    verdict = forms.ChoiceField(
        label=_("Do you agree with the report?"),
        required=False,
        choices=[("", pgettext_lazy("reading", "I am still reading")), *Verdict.choices],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=pgettext_lazy("reading", "What has to be changed"),
        required=False,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Needed where you do not agree yet."),
    )

    submit_label = _("Send what I have written")
    show_needs = False

    def __init__(self, *args, blocks: Iterable, **kwargs):
        super().__init__(*args, **kwargs)
        self.headings = {block.key: block.heading for block in blocks if block.key}
        for key, heading in self.headings.items():
            self.fields[f"block-{key}"] = forms.CharField(
                label=gettext("Your comment on “%(heading)s”") % {"heading": heading},
                required=False,
                max_length=MAX_COMMENT,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean(self):
        data = super().clean()
        if data.get("verdict") == Verdict.DIFFERS and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", ValidationError(gettext("Please say what has to be changed.")))
        return data

    @property
    def comments(self) -> dict[str, str]:
        """Return what was said of each block, those without a word included."""
        return {key: self.cleaned_data[f"block-{key}"] for key in self.headings}
