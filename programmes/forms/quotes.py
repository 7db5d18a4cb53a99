"""Forms of the quote bank: a translation, a speaker's remark with its permission, and which quotes are looked for."""

from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin
from programmes.models import Remark
from programmes.queries import quotes as questions_about
from programmes.queries.quotes import Wanted

from .survey import MOST_WORDS, StorableText

LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]


def _words(**kwargs) -> StorableText:
    return StorableText(widget=forms.Textarea(attrs={"rows": 4}), max_length=MOST_WORDS, required=False, **kwargs)


def wanted_of(query) -> Wanted:
    """Read the filters of an address; what nobody offers is left out."""
    session = query.get("session", "")
    return Wanted(
        kind=_one_of(query.get("kind"), questions_about.KINDS),
        permission=_one_of(query.get("permission"), questions_about.PERMISSIONS),
        used=_one_of(query.get("used"), ("yes", "no")),
        session=session if _is_id(session) else "",
        untranslated=query.get("untranslated") == "yes",
    )


def _one_of(value: str | None, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else ""


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


class TranslationForm(PortalFormMixin, forms.Form):
    """The same words in the other language."""

    text = _words(label=_("Translation"), help_text=_("Printed as a translation. Empty: there is none."))
    submit_label = _("Save the translation")


class SpeakerChoice(forms.ModelChoiceField):
    def label_from_instance(self, speaker) -> str:
        day = timezone.localdate(speaker.item.session.starts_at)
        return f"{speaker} · {speaker.item.session.title} ({day.isoformat()})"


class PermissionDay(forms.DateField):
    """A day that has come already."""

    def __init__(self, **kwargs):
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, required=False, **kwargs)

    def validate(self, value):
        super().validate(value)
        if value and value > timezone.localdate():
            raise ValidationError(_("This day is still to come."))


class RemarkForm(PortalFormMixin, forms.Form):
    """What a speaker said, in which language, and since when it may be printed with their name."""

    speaker = SpeakerChoice(label=_("Who said it"), queryset=None)
    language = forms.ChoiceField(label=_("Said in"), choices=LANGUAGES, widget=forms.RadioSelect)
    text_ja = _words(label=_("In Japanese"))
    text_en = _words(label=_("In English"))
    permitted_on = PermissionDay(
        label=_("Permission given on"),
        help_text=_("The day on which the speaker allowed these words to be printed with their name. Empty: not yet."),
    )
    withdrawn_on = PermissionDay(label=_("Permission withdrawn on"))
    submit_label = _("Save the remark")

    def __init__(self, *args, speakers, remark: Remark | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["speaker"].queryset = speakers
        if remark is None:
            del self.fields["withdrawn_on"]
        else:
            del self.fields["speaker"]

    def clean(self):
        data = self.cleaned_data
        if not self.errors and not data[f"text_{data['language']}"]:
            self.add_error(
                f"text_{data['language']}", gettext("Please write what was said in the language it was said in.")
            )
        if data.get("withdrawn_on") and not data.get("permitted_on"):
            self.add_error("withdrawn_on", gettext("Only a permission that was given can be withdrawn."))
        elif data.get("withdrawn_on") and data["withdrawn_on"] < data["permitted_on"]:
            self.add_error("withdrawn_on", gettext("It cannot be withdrawn before it was given."))
        return data

    @property
    def texts(self) -> dict[str, str]:
        return {"ja": self.cleaned_data["text_ja"], "en": self.cleaned_data["text_en"]}
