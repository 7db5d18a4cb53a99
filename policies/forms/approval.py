"""Asking top management, and what it answers."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
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
        return " ".join(filter(None, [person.title, person.name]))


class ApprovalRequestForm(PortalFormMixin, forms.Form):
    """Whom to ask. The link goes by mail where the person has an address, and on paper in any case."""

    approver = PersonChoice(label=_("Who approves?"))

    submit_label = _("Freeze the text and make the link")
    cancel_label = _("Go back without asking")

    def __init__(self, *args, people: list[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["approver"].offer(people)
        if len(people) == 1:
            self.fields["approver"].initial = people[0].pk

    def layout_objects(self) -> list:
        return ["approver"]


class AnswerForm(PortalFormMixin, forms.Form):
    """What whoever holds the link decides, with their own name under it."""

    outcome = forms.ChoiceField(
        label=_("Your decision"),
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
