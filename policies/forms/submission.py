"""The words that go with a text when it is handed to the adviser."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from policies.services.submission import MAX_MESSAGE_CHARACTERS

from .fields import CheckedText, PastDay, checked_lines


class SubmissionForm(PortalFormMixin, forms.Form):
    """Says that the text is ready. Asks whom the company consulted only where that is not recorded yet."""

    expertise_on = PastDay(label=_("Day on which you consulted somebody"))
    expertise_who = CheckedText(
        label=_("Whom or what you consulted"),
        max_length=200,
        help_text=_("For example the adviser's name, a seminar of the programme, or METI's guidelines."),
    )
    expertise_text = checked_lines(
        label=_("What it brought for the policy"),
        rows=3,
        max_length=2_000,
        help_text=_("One or two sentences are enough."),
    )
    message = checked_lines(
        label=_("Message to the adviser"),
        required=False,
        rows=3,
        max_length=MAX_MESSAGE_CHARACTERS,
        help_text=_("What you are unsure about, or what should be looked at first. Up to 500 characters."),
    )
    is_ready = forms.BooleanField(
        label=_("We have read the whole text, and what it says about our company is true as far as we know."),
        error_messages={"required": _("Please confirm that you have read the whole text.")},
    )

    submit_label = _("Submit to the adviser")
    cancel_label = _("Go back without submitting")
    EXPERTISE = ("expertise_on", "expertise_who", "expertise_text")

    def __init__(self, *args, asks_expertise: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks_expertise:
            for name in self.EXPERTISE:
                del self.fields[name]

    @property
    def expertise(self) -> dict | None:
        """Return what was said of the expertise, as `record_evidence` takes it; None where nothing was asked."""
        if "expertise_on" not in self.fields:
            return None
        return {
            "happened_on": self.cleaned_data["expertise_on"],
            "who": self.cleaned_data["expertise_who"],
            "text": self.cleaned_data["expertise_text"],
        }
