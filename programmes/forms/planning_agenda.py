"""The agenda as one page of rows that grow without a script: every press sends all rows and loses nothing typed."""

from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import dates
from common.forms import PortalFormMixin
from programmes.enums import AgendaKind
from programmes.models import AgendaItem, Session
from programmes.services.planning import local_moment
from programmes.services.planning_agenda import AgendaEntry, SpeakerEntry, first_overlaps

from .planning import ClockField

MOST_ITEMS, MOST_SPEAKERS = 30, 8


def _count(data, name: str, most: int) -> int:
    try:
        return max(0, min(int(data.get(name, "")), most))
    except ValueError:
        return 0


def _id(data, name: str) -> UUID | None:
    try:
        return UUID(data.get(name, ""))
    except ValueError:
        return None


class SpeakerForm(PortalFormMixin, forms.Form):
    """A speaker with name and title as on the day. A row without a word is left out."""

    name_ja = forms.CharField(label=gettext_lazy("Name (Japanese)"), max_length=100, required=False)
    name_en = forms.CharField(label=gettext_lazy("Name (English)"), max_length=100, required=False)
    title_ja = forms.CharField(label=gettext_lazy("Title on the day (Japanese)"), max_length=300, required=False)
    title_en = forms.CharField(label=gettext_lazy("Title on the day (English)"), max_length=300, required=False)

    submit_label = gettext_lazy("Save the agenda")
    show_needs = False

    def __init__(self, *args, row_id: UUID | None = None, **kwargs):
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.row_id = row_id
        for name, field in self.fields.items():
            field.widget.attrs["list"] = f"known-{name}"
            field.widget.attrs["autocomplete"] = "off"

    @property
    def is_empty(self) -> bool:
        return not any(self.cleaned_data.values())

    def clean(self):
        data = super().clean()
        if (data.get("title_ja") or data.get("title_en")) and not (data.get("name_ja") or data.get("name_en")):
            self.add_error("name_ja", _("A title without a name: please give the speaker's name."))
        return data

    def entry(self) -> SpeakerEntry:
        return SpeakerEntry(**self.cleaned_data, id=self.row_id)


class ItemForm(PortalFormMixin, forms.Form):
    """One item of the agenda."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=AgendaKind.choices)
    begins = ClockField(label=gettext_lazy("From"), required=False)
    ends = ClockField(label=gettext_lazy("Until"), required=False)
    title_ja = forms.CharField(label=gettext_lazy("Title (Japanese)"), max_length=300, required=False)
    title_en = forms.CharField(label=gettext_lazy("Title (English)"), max_length=300, required=False)

    submit_label = gettext_lazy("Save the agenda")
    show_needs = False

    def __init__(self, *args, session: Session, row_id: UUID | None = None, speakers=(), **kwargs):
        kwargs.setdefault("use_required_attribute", False)
        super().__init__(*args, **kwargs)
        self.session, self.row_id, self.speakers = session, row_id, list(speakers)
        self.number = 0

    @property
    def times(self):
        """Both moments, or None where the item has no times or wrong ones."""
        data = getattr(self, "cleaned_data", {})
        begins, ends = data.get("begins"), data.get("ends")
        if begins is None or ends is None:
            return None
        return local_moment(self.session, begins), local_moment(self.session, ends)

    def clean(self):
        data = super().clean()
        if not data.get("title_ja") and not data.get("title_en") and not self.errors.keys() & {"title_ja", "title_en"}:
            self.add_error("title_ja", _("Please give the title in at least one language."))
        begins, ends = data.get("begins"), data.get("ends")
        if begins and not ends and "ends" not in self.errors:
            self.add_error("ends", _("Please give both times, or none."))
        if ends and not begins and "begins" not in self.errors:
            self.add_error("begins", _("Please give both times, or none."))
        return data

    def check_times(self) -> None:
        """Say at the row what is wrong with its times alone."""
        times = self.times
        if times is None:
            return
        starts_at, ends_at = times
        if ends_at <= starts_at:
            self.add_error("ends", _("The end must come after the start."))
        elif starts_at < self.session.starts_at or ends_at > self.session.ends_at:
            hours = {"from": dates.clock(self.session.starts_at), "until": dates.clock(self.session.ends_at)}
            self.add_error("begins", _("This is outside of the session (%(from)s–%(until)s).") % hours)

    def entry(self) -> AgendaEntry:
        data, times = self.cleaned_data, self.times
        starts_at, ends_at = times or (None, None)
        speakers = [form.entry() for form in self.speakers if not form.is_empty]
        return AgendaEntry(
            AgendaKind(data["kind"]), data["title_ja"], data["title_en"], starts_at, ends_at, speakers, self.row_id
        )


def _row(values: dict | None = None, speakers: list[dict] = ()) -> dict:
    """A row as text, whether typed or kept: the columns of an item and its speakers."""
    blank = dict.fromkeys(("id", *ItemForm.base_fields), "") | {"kind": AgendaKind.LECTURE}
    return blank | (values or {}) | {"speakers": list(speakers) or [_speaker_row()]}


def _speaker_row(values: dict | None = None) -> dict:
    return dict.fromkeys(("id", *SpeakerForm.base_fields), "") | (values or {})


class AgendaForms:
    """All rows of an agenda: as they are kept, or as they were typed, with what the press asked for done to them.

    Everything is in what is sent; nothing is written until "save". While rows only grow or move nothing is complained of.
    """

    deeds = ("add_item", "add_speaker", "remove", "up", "down")

    def __init__(self, session: Session, data=None):
        self.session = session
        # A form that was cut off on its way says nothing of the agenda, least of all that it is to be emptied.
        data = data if data is not None and "items" in data else None
        self.is_saving = data is not None and not any(deed in data for deed in self.deeds)
        self._focus = None
        rows = _kept_rows(session) if data is None else _typed_rows(data)
        if data is not None:
            self._press(rows, data)
        self.items = [self._item(place, row) for place, row in enumerate(rows or [_row()])]
        for number, item in enumerate(self.items, 1):
            item.number, item.is_first, item.is_last = number, number == 1, number == len(self.items)
            item.has_room = len(item.speakers) < MOST_SPEAKERS
        self._point()

    def _item(self, place: int, row: dict) -> ItemForm:
        prefix = f"item-{place}"
        speakers = [
            SpeakerForm(**self._values(f"{prefix}-speaker-{number}", line), row_id=_id(line, "id"))
            for number, line in enumerate(row["speakers"])
        ]
        values = {name: value for name, value in row.items() if name != "speakers"}
        return ItemForm(**self._values(prefix, values), session=self.session, row_id=_id(row, "id"), speakers=speakers)

    def _values(self, prefix: str, row: dict) -> dict:
        if self.is_saving:
            return {"data": {f"{prefix}-{name}": value for name, value in row.items()}, "prefix": prefix}
        return {"initial": row, "prefix": prefix}

    # --- Buttons beside "save" ---

    def _press(self, rows: list[dict], data) -> None:
        if "add_item" in data and len(rows) < MOST_ITEMS:
            rows.append(_row())
            self._focus = (len(rows) - 1, None)
        for deed in ("add_speaker", "remove", "up", "down"):
            place = _count(data, deed, MOST_ITEMS) if deed in data else len(rows)
            if place < len(rows):
                getattr(self, f"_{deed}")(rows, place)

    def _add_speaker(self, rows: list[dict], place: int) -> None:
        speakers = rows[place]["speakers"]
        if len(speakers) < MOST_SPEAKERS:
            speakers.append(_speaker_row())
        self._focus = (place, len(speakers) - 1)

    def _remove(self, rows: list[dict], place: int) -> None:
        del rows[place]
        self._focus = (max(place - 1, 0), None)

    def _up(self, rows: list[dict], place: int) -> None:
        self._swap(rows, place, place - 1)

    def _down(self, rows: list[dict], place: int) -> None:
        self._swap(rows, place, place + 1)

    def _swap(self, rows: list[dict], place: int, other: int) -> None:
        if 0 <= other < len(rows):
            rows[place], rows[other] = rows[other], rows[place]
            self._focus = (other, None)

    def _point(self) -> None:
        """Let the browser begin where the press left off."""
        if self._focus is None:
            return
        place, number = self._focus
        item = self.items[place]
        field = item.fields["title_ja"] if number is None else item.speakers[number].fields["name_ja"]
        field.widget.attrs["autofocus"] = True

    # --- Asking ---

    @property
    def has_room(self) -> bool:
        return len(self.items) < MOST_ITEMS

    @property
    def all_forms(self) -> list[forms.Form]:
        """Every form of the page in its order, for the error summary."""
        return [form for item in self.items for form in (item, *item.speakers)]

    def is_valid(self) -> bool:
        """Check each row by itself, then the rows against each other. What is wrong is said at the row.

        An agenda of one row without a word is an empty agenda.
        """
        if self.is_blank:
            return True
        for item in self.items:
            item.full_clean()
            item.check_times()
        times = [None if {"begins", "ends"} & item.errors.keys() else item.times for item in self.items]
        for place, earlier in first_overlaps(times).items():
            starts_at, ends_at = times[earlier]
            there = {"number": earlier + 1, "from": dates.clock(starts_at), "until": dates.clock(ends_at)}
            self.items[place].add_error("begins", _("This overlaps with item %(number)s (%(from)s–%(until)s).") % there)
        return all(form.is_valid() for form in self.all_forms)

    @property
    def is_blank(self) -> bool:
        return len(self.items) == 1 and not any(
            value for form in self.all_forms for name, value in form.data.items() if not name.endswith(("-kind", "-id"))
        )

    def entries(self) -> list[AgendaEntry]:
        """Return the agenda that was typed; items with times in the order of their times."""
        return [] if self.is_blank else _in_order([item.entry() for item in self.items])


def _typed_rows(data) -> list[dict]:
    """The rows as they were sent, in the order they stand."""
    return [_typed_row(data, f"item-{place}") for place in range(_count(data, "items", MOST_ITEMS))]


def _typed_row(data, prefix: str) -> dict:
    speakers = [
        {name: data.get(f"{prefix}-speaker-{number}-{name}", "") for name in ("id", *SpeakerForm.base_fields)}
        for number in range(_count(data, f"{prefix}-speakers", MOST_SPEAKERS))
    ]
    return _row({name: data.get(f"{prefix}-{name}", "") for name in ("id", *ItemForm.base_fields)}, speakers)


def _kept_rows(session: Session) -> list[dict]:
    return [_kept_row(item) for item in session.agenda.all()]


def _kept_row(item: AgendaItem) -> dict:
    speakers = [
        {"id": str(speaker.pk)} | {name: getattr(speaker, name) for name in SpeakerForm.base_fields}
        for speaker in item.speakers.all()
    ]
    values = {"id": str(item.pk), "kind": item.kind, "title_ja": item.title_ja, "title_en": item.title_en}
    if item.starts_at:
        values |= {
            "begins": f"{timezone.localtime(item.starts_at):%H:%M}",
            "ends": f"{timezone.localtime(item.ends_at):%H:%M}",
        }
    return _row(values, speakers)


def _in_order(entries: list[AgendaEntry]) -> list[AgendaEntry]:
    """Sort what has times by them; what has none stays behind the item that it was typed behind."""
    keyed, last = [], None
    for place, entry in enumerate(entries):
        last = entry.starts_at or last
        keyed.append((last is not None, last or 0, place, entry))
    return [entry for *_key, entry in sorted(keyed, key=lambda row: row[:3])]
