"""A photograph of a session with its words, and the consent of those shown."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import PortalFormMixin, UploadField
from jobs.services import MAX_FILE_BYTES
from programmes.services.photos import Words

PHOTO_KINDS = (".jpg", ".jpeg", ".png")


class PhotoWordsForm(PortalFormMixin, forms.Form):
    """What is said of a photograph."""

    caption_ja = forms.CharField(label=gettext_lazy("Caption (Japanese)"), max_length=200, required=False)
    caption_en = forms.CharField(label=gettext_lazy("Caption (English)"), max_length=200, required=False)
    alt_ja = forms.CharField(
        label=gettext_lazy("What it shows (Japanese)"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("For those who cannot see it: who does what, and where. No need to repeat the caption."),
    )
    alt_en = forms.CharField(label=gettext_lazy("What it shows (English)"), max_length=300, required=False)
    has_consent = forms.BooleanField(
        label=gettext_lazy("Everybody who can be recognised agreed to its being shown"),
        required=False,
        help_text=gettext_lazy("Without this it is kept for the secretariat and shown to nobody else."),
    )

    submit_label = gettext_lazy("Save the photograph")

    def clean(self):
        data = super().clean()
        needed = {
            "caption": _("Please give the caption in at least one language."),
            "alt": _("Please say what the photograph shows in at least one language."),
        }
        for name, words in needed.items():
            pair = {f"{name}_ja", f"{name}_en"}
            if not any(data.get(each) for each in pair) and not self.errors.keys() & pair:
                self.add_error(f"{name}_ja", words)
        return data

    def words(self) -> Words:
        return Words(**{name: self.cleaned_data[name] for name in PhotoWordsForm.base_fields})


class PhotoForm(PhotoWordsForm):
    """A new photograph."""

    file = UploadField(label=gettext_lazy("Photograph"), extensions=PHOTO_KINDS, max_bytes=MAX_FILE_BYTES)

    field_order = ("file", *PhotoWordsForm.base_fields)
    submit_label = gettext_lazy("Add the photograph")
