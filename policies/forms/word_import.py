"""A Word file, and where its parts are to go."""

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PortalFormMixin, UploadField
from common.models import in_language
from policies.catalogue import Catalogue
from policies.enums import Language
from policies.importing.word import FILE_BYTES


class WordFileForm(PortalFormMixin, forms.Form):
    """One Word file. `asks_language` is for policies that have an English version."""

    file = UploadField(
        label=_("Word file"),
        extensions=(".docx", ".docm", ".doc"),
        max_bytes=FILE_BYTES,
        max_length=200,
        help_text=_("A Word file (.docx) of up to 10 MB."),
    )
    language = forms.ChoiceField(
        label=_("In which language is it?"),
        choices=Language,
        initial=Language.JA,
        widget=forms.RadioSelect,
    )

    submit_label = _("Upload and look at it")
    show_needs = False

    def __init__(self, *args, asks_language: bool, **kwargs):
        super().__init__(*args, **kwargs)
        # What is really inside is looked at; .doc and .docm get a sentence that says what to do.
        self.fields["file"].widget.attrs["accept"] = ".docx"
        if not asks_language:
            del self.fields["language"]

    @property
    def chosen_language(self) -> str:
        return self.cleaned_data.get("language") or Language.JA


class PlacesForm(forms.Form):
    """Where each part goes: one choice a part, `part-0`, `part-1`, … Empty leaves the part out."""

    show_needs = False

    def __init__(self, *args, catalogue: Catalogue, parts: list[dict], **kwargs):
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("Do not take it over")),
            *((section.code, in_language(section, "title")) for section in catalogue.sections),
        ]
        for number, part in enumerate(parts):
            self.fields[f"part-{number}"] = forms.ChoiceField(
                label=_("Where does “%(part)s” go?") % {"part": part["heading"]}
                if part["heading"]
                else _("Where does this part go?"),
                choices=choices,
                required=False,
                initial=part["section"],
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    def sections(self) -> dict[int, str]:
        """Return the section chosen for each part, by its number."""
        return {
            int(name.removeprefix("part-")): code
            for name, code in self.cleaned_data.items()
            if code and name.startswith("part-")
        }
