"""Adding a material to a session, and changing what is said of it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import DayField, PortalFormMixin, UploadField
from programmes.enums import MaterialKind
from programmes.services.planning_materials import FILE_KINDS, MOST_BYTES, Words

from .planning import AddressField


class MaterialWordsForm(PortalFormMixin, forms.Form):
    """What a material is called, where a link leads, and from which day everybody sees it."""

    title_ja = forms.CharField(label=gettext_lazy("Title (Japanese)"), max_length=200, required=False)
    title_en = forms.CharField(label=gettext_lazy("Title (English)"), max_length=200, required=False)
    url = AddressField(label=gettext_lazy("Address of the link or the recording"), required=False)
    visible_from = DayField(
        label=gettext_lazy("Visible from"),
        required=False,
        help_text=gettext_lazy("Empty: at once, as soon as the session is published."),
    )

    submit_label = gettext_lazy("Save the material")

    def clean(self):
        data = super().clean()
        if not data.get("title_ja") and not data.get("title_en") and not self.errors.keys() & {"title_ja", "title_en"}:
            self.add_error("title_ja", _("Please give the title in at least one language."))
        return data

    def words(self) -> Words:
        data = self.cleaned_data
        return Words(data["title_ja"], data["title_en"], data["visible_from"])


class LinkWordsForm(MaterialWordsForm):
    """The same for a link or a recording, which needs its address."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["url"].required = True


class FileWordsForm(MaterialWordsForm):
    """The same for a file, which has none."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["url"]


class MaterialForm(MaterialWordsForm):
    """A new material: a file, or an address."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=MaterialKind.choices, widget=forms.RadioSelect, initial=MaterialKind.FILE
    )
    file = UploadField(label=gettext_lazy("File"), extensions=FILE_KINDS, max_bytes=MOST_BYTES, required=False)

    field_order = ("kind", "title_ja", "title_en", "file", "url", "visible_from")
    submit_label = gettext_lazy("Add the material")

    def clean(self):
        data = super().clean()
        is_file = data.get("kind") == MaterialKind.FILE
        if is_file and not data.get("file") and "file" not in self.errors:
            self.add_error("file", _("Please choose the file."))
        if "kind" in data and not is_file and not data.get("url") and "url" not in self.errors:
            self.add_error("url", _("Please enter the address of the link or the recording."))
        return data

    @property
    def upload(self) -> tuple[str, bytes] | None:
        """Name and bytes of the file; None for what has an address."""
        file = self.cleaned_data.get("file")
        return (file.name, file.read()) if file and self.cleaned_data["kind"] == MaterialKind.FILE else None

    @property
    def address(self) -> str:
        return "" if self.cleaned_data["kind"] == MaterialKind.FILE else self.cleaned_data["url"]
