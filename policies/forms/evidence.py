"""Dated facts beside the text, and who is shown it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin, UploadField
from policies.enums import EvidenceKind

from .fields import MAX_PROOF_BYTES, PROOF_TYPES, CheckedText, PastDay, checked_lines, upload_of

# What is asked of each kind: whom, and what.
_WORDS = {
    EvidenceKind.EXPERTISE: (
        _("Whom or what you consulted"),
        _("What it brought for the policy"),
    ),
    EvidenceKind.DIALOGUE: (_("With whom you spoke"), _("What it was about, and what came of it")),
    EvidenceKind.COMMUNICATION: (_("Who was told"), _("How they were told")),
    EvidenceKind.EMBEDDING: (_("Rule or procedure"), _("What was changed in it")),
}
_EXAMPLES = {
    EvidenceKind.EXPERTISE: _("For example the adviser's name, a seminar of the programme, or METI's guidelines."),
    EvidenceKind.DIALOGUE: _("For example the employees' representative, technical interns, or a business partner."),
    EvidenceKind.COMMUNICATION: _("For example all employees, part-time staff, or the main suppliers."),
    EvidenceKind.EMBEDDING: _("For example the work rules, the purchasing procedure, or the contract with suppliers."),
}


class EvidenceForm(PortalFormMixin, forms.Form):
    """One fact of one kind: when, with whom, what, and the file that shows it."""

    happened_on = PastDay(label=_("Day"))
    who = CheckedText(max_length=200)
    text = checked_lines(max_length=5_000, rows=3)
    file = UploadField(label=_("File that shows it"), extensions=PROOF_TYPES, max_bytes=MAX_PROOF_BYTES, required=False)

    submit_label = _("Record this")
    cancel_label = _("Go back without recording")

    def __init__(self, *args, kind: EvidenceKind, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["who"].label, self.fields["text"].label = _WORDS[kind]
        self.fields["who"].help_text = _EXAMPLES[kind]

    @property
    def upload(self) -> tuple[str, bytes] | None:
        return upload_of(self.cleaned_data, "file")


class AnnouncementForm(PortalFormMixin, forms.Form):
    """For whom the link to the approved text is."""

    title = CheckedText(
        label=_("For whom it is"),
        max_length=200,
        help_text=_("For example all employees of the head office. Readers see this at the top of the page."),
    )

    submit_label = _("Make the link")
    cancel_label = _("Go back without making a link")


class ReceiptForm(PortalFormMixin, forms.Form):
    """The name of somebody who has read the text. Nothing else is asked."""

    name = CheckedText(
        label=_("Your name"),
        max_length=100,
        help_text=_("If somebody at the company has the same name, add your department."),
    )

    submit_label = _("I have read it")
