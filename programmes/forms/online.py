"""Forms of online attendance: the list, who is meant by a line, and one person's attendance by hand."""

from collections.abc import Iterable
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PortalFormMixin, UploadField
from companies.models import Person
from programmes.enums import Mode
from programmes.models import Session
from programmes.services.door import Correction
from programmes.validators import FILE_BYTES

NOBODY = "nobody"


class OnlineListForm(PortalFormMixin, forms.Form):
    """One list, and how much of the session counts as taking part."""

    file = UploadField(label=_("List of the online meeting"), extensions=(".csv", ".tsv", ".txt"), max_bytes=FILE_BYTES)
    share = forms.IntegerField(
        label=_("Minimum share of the session (%)"),
        help_text=_("Who was there for less stays “not known”, and you can decide by hand."),
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )

    submit_label = _("Upload and check")
    show_needs = False


class LineForm(PortalFormMixin, forms.Form):
    """Who is meant by a line of the list."""

    person = forms.ChoiceField(label=_("Who this is"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("How you know it: “asked by phone”, “the only one of this company”."),
    )

    submit_label = _("Decide")
    show_needs = False

    def __init__(self, *args, groups: Iterable[tuple[str, list[Person]]], **kwargs):
        super().__init__(*args, **kwargs)
        choices: list = [("", pgettext_lazy("select", "Please choose"))]
        choices.append((NOBODY, _("Nobody who takes part (observer, secretariat, a test)")))
        for label, people in groups:
            if people:
                choices.append((label, [(str(person.pk), _named(person)) for person in people]))
        self.fields["person"].choices = choices

    @property
    def person_id(self) -> UUID | None:
        chosen = self.cleaned_data["person"]
        return None if chosen == NOBODY else UUID(chosen)


def _named(person: Person) -> str:
    title = f" {person.title}" if person.title else ""
    return f"{person.name}{title} · {person.company.name}"


class CorrectionForm(PortalFormMixin, forms.Form):
    """One person's attendance, with the reason why it is entered by hand."""

    CAME, ABSENT, UNKNOWN = "came", "absent", "unknown"
    attended = forms.ChoiceField(
        label=_("Attendance"),
        choices=[(CAME, _("Took part")), (ABSENT, _("Did not take part")), (UNKNOWN, _("Not known"))],
        widget=forms.RadioSelect,
    )
    mode = forms.ChoiceField(label=_("How they took part"), required=False, widget=forms.RadioSelect)
    is_late = forms.BooleanField(label=_("Came late"), required=False)
    left_early = forms.BooleanField(label=_("Left early"), required=False)
    reason = forms.CharField(label=_("Reason for the entry by hand"), max_length=300)

    submit_label = _("Save the attendance")

    def __init__(self, *args, session: Session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [(mode, Mode(mode).label) for mode in session.modes]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("attended") == self.CAME and not cleaned.get("mode") and "mode" not in self.errors:
            self.add_error("mode", ValidationError(_("Please say how they took part."), code="required"))
        return cleaned

    @property
    def correction(self) -> Correction:
        cleaned = self.cleaned_data
        came = cleaned["attended"] == self.CAME
        return Correction(
            attended=True if came else None if cleaned["attended"] == self.UNKNOWN else False,
            mode=cleaned["mode"] if came else "",
            is_late=came and cleaned["is_late"],
            left_early=came and cleaned["left_early"],
            reason=cleaned["reason"],
        )


def line_number(values) -> int | None:
    """Return which line of a list is meant, from 0; None for none or nonsense."""
    text = values.get("line", "")
    return int(text) - 1 if text.isdecimal() and len(text) < 6 and int(text) > 0 else None
