"""Asking top management, and what it answers."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin, UploadField
from companies.models import Person
from policies.enums import ApprovalOutcome
from policies.services import Answer

from .fields import MAX_PROOF_BYTES, SCAN_TYPES, CheckedText, PastDay, checked_lines, upload_of


class PersonChoice(forms.ModelChoiceField):
    """People of the company with their title, and whether a mail reaches them."""

    def __init__(self, **kwargs):
        super().__init__(queryset=Person.objects.none(), widget=forms.RadioSelect, empty_label=None, **kwargs)

    def offer(self, people: list[Person]) -> None:
        """Offer these people in this order; the caller has loaded them through their door."""
        self.queryset = Person.objects.filter(pk__in=[person.pk for person in people])
        self.choices = [(person.pk, self.label_from_instance(person)) for person in people]

    def label_from_instance(self, person) -> str:
        return person_label(person)


def person_label(person: Person) -> str:
    return " ".join(filter(None, [person.title, person.name]))


OTHER = "other"


class ApprovalRequestForm(PortalFormMixin, forms.Form):
    """Whom to ask: somebody whom the portal knows, or a person named here. The link goes by mail where there is an address."""

    approver = forms.ChoiceField(label=_("Who approves?"), widget=forms.RadioSelect)
    name = CheckedText(label=_("Name of the other person"), required=False, max_length=100)
    title = CheckedText(label=_("Job title of the other person"), required=False, max_length=100)
    email = forms.EmailField(
        label=_("E-mail address of the other person"),
        required=False,
        help_text=_("Without an address the link goes by hand, on the printed sheet."),
    )

    submit_label = _("Freeze the text and make the link")
    cancel_label = _("Go back without asking")

    def __init__(self, *args, people: list[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        self.fields["approver"].choices = [
            *((key, person_label(person)) for key, person in self.people.items()),
            (OTHER, _("Another person, named below")),
        ]

    def clean(self):
        data = super().clean()
        if data.get("approver") == OTHER and not data.get("name") and "name" not in self.errors:
            self.add_error(
                "name", ValidationError(gettext("Please write the name of the other person."), code="required")
            )
        return data

    @property
    def chosen(self) -> Person | None:
        """Return who was chosen; None for a person named in the other fields."""
        return self.people.get(self.cleaned_data["approver"])

    @property
    def named(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("name", "title", "email")}


class AnswerForm(PortalFormMixin, forms.Form):
    """What whoever holds the link decides, with their own name under it."""

    outcome = forms.ChoiceField(
        label=pgettext_lazy("approval", "Your decision"),
        choices=[
            (ApprovalOutcome.APPROVED, _("I approve this text as our company's policy")),
            (ApprovalOutcome.RETURNED, _("I return it to be changed")),
        ],
        widget=forms.RadioSelect,
    )
    reason = checked_lines(
        label=_("Reason for returning it"),
        required=False,
        max_length=2_000,
        rows=3,
        help_text=_("Only when you return it: what should be changed. The people who wrote the text read this."),
    )
    name = CheckedText(label=_("Your name"), max_length=100)
    title = CheckedText(label=_("Your job title"), max_length=100)
    body = CheckedText(
        label=_("Decided by"),
        required=False,
        max_length=100,
        help_text=_(
            "Where a meeting decided: for example the board of directors. Empty means that you decided yourself."
        ),
    )
    decided_on = PastDay(label=_("Day of the decision"))

    submit_label = _("Send this decision")

    def clean(self):
        data = super().clean()
        if data.get("outcome") == ApprovalOutcome.RETURNED and not data.get("reason"):
            self.add_error("reason", ValidationError(gettext("Please say why you return the text."), code="required"))
        return data

    def answer(self) -> Answer:
        data = self.cleaned_data
        return Answer(
            outcome=ApprovalOutcome(data["outcome"]),
            reason=data["reason"],
            name=data["name"],
            title=data["title"],
            body=data["body"],
            decided_on=data["decided_on"],
        )


class PaperForm(PortalFormMixin, forms.Form):
    """A decision that was signed on paper, with the scan that shows it."""

    scan = UploadField(label=_("Scan of the signed paper"), extensions=SCAN_TYPES, max_bytes=MAX_PROOF_BYTES)
    approver = PersonChoice(label=_("Who signed?"))
    name = CheckedText(label=_("Name as signed"), max_length=100)
    title = CheckedText(label=_("Job title as signed"), max_length=100)
    body = CheckedText(
        label=_("Decided by"),
        required=False,
        max_length=100,
        help_text=_("Where a meeting decided: for example the board of directors. Otherwise leave it empty."),
    )
    decided_on = PastDay(label=_("Day of the decision"))
    is_same_text = forms.BooleanField(label=_("The paper that was signed has exactly the text shown above."))
    # Of the text that was on the page, so that nobody confirms another one than they saw.
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput, required=False)

    submit_label = _("Record the approval")
    cancel_label = _("Go back without recording")

    def __init__(self, *args, people: list[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["approver"].offer(people)

    def answer(self) -> Answer:
        data = self.cleaned_data
        return Answer(
            outcome=ApprovalOutcome.APPROVED,
            name=data["name"],
            title=data["title"],
            body=data["body"],
            decided_on=data["decided_on"],
        )

    @property
    def upload(self) -> tuple[str, bytes]:
        return upload_of(self.cleaned_data, "scan")


def answer_initial(person: Person) -> dict:
    """Return what is known of the approver already, so that little has to be typed on a telephone."""
    return {"name": person.name, "title": person.title, "decided_on": timezone.localdate()}
