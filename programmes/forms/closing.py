"""What a company presents at a closing meeting, its place in the running order, and what was said."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin, UploadField
from jobs.services import MAX_FILE_BYTES
from programmes.enums import RemarkKind
from programmes.importing.slides import SLIDE_TYPES
from programmes.models import Presentation
from programmes.queries.closing import Slot

TOPIC_LENGTH = 2_000
MAX_PLACE = 999


class Lines(forms.CharField):
    """Several lines, with the line ends of the portal: a browser sends two characters for each, which counted twice."""

    def __init__(self, *, rows: int = 6, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")


def topic(**kwargs) -> Lines:
    return Lines(required=False, max_length=TOPIC_LENGTH, **kwargs)


class PresentationForm(PortalFormMixin, forms.Form):
    """Three topics, who presents and in which language; nothing is required, because everything is a draft."""

    presenter = forms.CharField(
        label=_("Who presents"),
        required=False,
        max_length=100,
        help_text=_("Name and job title as they are to be read out."),
    )
    language = forms.ChoiceField(
        label=_("Language of the presentation"), choices=[("ja", "日本語"), ("en", "English")], widget=forms.RadioSelect
    )
    impressions = topic(
        label=_("1. Impressions and difficulties"),
        help_text=_("What was it like to write the policy, and where did you get stuck? A line each becomes a point."),
    )
    learned = topic(
        label=_("2. What we learned"),
        help_text=_("What do you see differently now, in your company and at your business partners?"),
    )
    next_steps = topic(
        label=_("3. What comes next"), help_text=_("What will you do with the policy in the coming year?")
    )
    slides = UploadField(
        label=_("Slides of your own, if you have some"),
        extensions=SLIDE_TYPES,
        max_bytes=MAX_FILE_BYTES,
        required=False,
    )
    drop_slides = forms.BooleanField(label=_("Take the uploaded slides away"), required=False)
    # What the writer had before them, so that nobody's words are overwritten unseen.
    seen = forms.CharField(max_length=32, widget=forms.HiddenInput, required=False)

    submit_label = _("Save")
    cancel_label = _("Go back without saving")
    show_needs = False

    def __init__(self, *args, has_slides: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_slides:
            del self.fields["drop_slides"]

    @property
    def words(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("presenter", "language", *Presentation.TOPICS)}

    @property
    def upload(self) -> tuple[str, bytes] | None:
        file = self.cleaned_data.get("slides")
        return (file.name, file.read()) if file else None


class RunningOrderForm(forms.Form):
    """A number for each company; empty for one that has no place."""

    def __init__(self, *args, slots: Iterable[Slot], **kwargs):
        super().__init__(*args, **kwargs)
        self.slots = list(slots)
        for slot in self.slots:
            name = slot.enrolment.company.name
            self.fields[self.key(slot)] = forms.IntegerField(
                label=gettext("Place of %(company)s") % {"company": name},
                required=False,
                min_value=1,
                max_value=MAX_PLACE,
                initial=slot.order,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @staticmethod
    def key(slot: Slot) -> str:
        return f"place-{slot.enrolment.pk}"

    @property
    def numbers(self) -> dict:
        return {slot.enrolment.pk: self.cleaned_data[self.key(slot)] for slot in self.slots}


class RemarkForm(PortalFormMixin, forms.Form):
    """One question, answer or comment, written while it is said."""

    company = forms.ChoiceField(label=_("On whose presentation"), required=False)
    kind = forms.ChoiceField(label=pgettext_lazy("remark", "What it is"), choices=RemarkKind, widget=forms.RadioSelect)
    said_by = forms.CharField(label=_("Who said it"), required=False, max_length=200)
    text = Lines(label=_("What was said"), max_length=2_000, rows=4)

    submit_label = _("Write it down")
    show_needs = False

    def __init__(self, *args, slots: Iterable[Slot], **kwargs):
        super().__init__(*args, **kwargs)
        companies = [(str(slot.enrolment.company_id), _place_and_name(slot)) for slot in slots]
        self.fields["company"].choices = [("", _("To all")), *companies]

    @property
    def remark(self) -> dict:
        data = self.cleaned_data
        return {name: data[name] for name in ("kind", "text", "said_by")} | {"company_id": data["company"] or None}


def _place_and_name(slot: Slot) -> str:
    name = slot.enrolment.company.name
    return f"{slot.order}. {name}" if slot.order else name
