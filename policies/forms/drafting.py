"""What a page of a section sends: whole, as a form, or one text at a time, as JSON."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from policies.enums import Language, Settlement
from policies.services.drafting import Sent

LARGEST = 2**31 - 1
"""What a `rev` column holds."""


class DraftField(forms.Field):
    """A text as it was typed. Whether it can be kept is the service's answer, in its own words, at the field."""

    def to_python(self, value) -> str:
        if not isinstance(value, str):
            raise forms.ValidationError(_("This is not a text."), code="text")
        return value


class SaveForm(forms.Form):
    """One text that a page saves by itself."""

    language = forms.ChoiceField(choices=Language)
    text = DraftField(required=False)
    base_rev = forms.IntegerField(min_value=0, max_value=LARGEST)
    operation = forms.UUIDField()
    follows = forms.UUIDField(required=False)


class SettleForm(forms.Form):
    """A choice between two texts; `text` is what to keep where something is kept."""

    choice = forms.ChoiceField(choices=Settlement)
    text = DraftField(required=False)
    base_rev = forms.IntegerField(min_value=0, max_value=LARGEST)
    operation = forms.UUIDField()


class EnglishForm(forms.Form):
    """Whether there is an English version."""

    has_english = forms.BooleanField(required=False)


class HistoryForm(forms.Form):
    """Which section's history is shown; nonsense shows all of it."""

    section = forms.SlugField(required=False)

    def value(self) -> str:
        return self.cleaned_data["section"] if self.is_valid() else ""


def json_of(request) -> dict:
    """Return the object that a request brought as JSON; nothing where it brought something else."""
    try:
        data = json.loads(request.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


@dataclass(frozen=True)
class Deed:
    """What the pressed button asks for beside saving, and of which row: "remove" of a paragraph, "mine" of a save."""

    KNOWN: ClassVar[frozenset] = frozenset(
        {"save", "stay", "add", "example", "remove", "restore", "up", "down", "confirm", *Settlement.values}
    )

    name: str
    of: str = ""

    @property
    def pk(self) -> UUID | None:
        return _uuid(self.of)

    @property
    def is_settlement(self) -> bool:
        return self.name in Settlement.values


@dataclass(frozen=True)
class SectionPost:
    """A page of a section as its form sends it.

    Fields: `text-<paragraph>-<language>` with `rev-…`, `text-new-<language>` where there was no paragraph yet,
    `filled`, and the pressed button as `do`. Whatever cannot be read is taken for "written upon nothing", so that the
    text is kept beside the present one and not refused.
    """

    data: QueryDict

    def sent(self) -> list[Sent]:
        found = []
        for name in self.data:
            paragraph_id, language = _key(name, "text")
            if paragraph_id and language:
                base_rev = _number(self.data.get(f"rev-{paragraph_id}-{language}", ""))
                found.append(Sent(paragraph_id, language, self.data[name], base_rev))
        return found

    def new_texts(self) -> dict[str, str]:
        """Return what was typed where there was no paragraph yet."""
        texts = {language: self.data.get(f"text-new-{language}", "") for language in Language.values}
        return {language: text for language, text in texts.items() if text.strip()}

    def deed(self) -> Deed:
        name, _colon, of = self.data.get("do", "").partition(":")
        return Deed(name, of) if name in Deed.KNOWN else Deed("stay")

    def is_filled(self) -> bool | None:
        """Return what was said of the whole section, None where nothing was."""
        return {"yes": True, "later": False}.get(self.data.get("filled", ""))

    def base_of_choice(self, save_id: UUID) -> int:
        return _number(self.data.get(f"against-{save_id}", ""))

    def merged(self, save_id: UUID) -> str:
        return self.data.get(f"merged-{save_id}", "")

    def texts_by_key(self, keys: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], str]:
        """Return what was typed, by paragraph and language, to be shown again."""
        names = {key: f"text-{key[0]}-{key[1]}" for key in keys}
        return {key: self.data[name] for key, name in names.items() if name in self.data}


def _key(name: str, kind: str) -> tuple[UUID | None, str]:
    """Read "text-<uuid>-ja"."""
    head, _dash, rest = name.partition("-")
    middle, _dash, language = rest.rpartition("-")
    return (_uuid(middle), language) if head == kind and language in Language.values else (None, "")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return min(int(text), LARGEST) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) else 0
