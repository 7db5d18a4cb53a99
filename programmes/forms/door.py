"""What devices at the door send, and what is typed there."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PortalFormMixin
from companies.models import Company
from programmes.enums import DoorDeed, Mode
from programmes.services.door import MOMENT, Tap, Visitor

MOST_AT_ONCE = 200
TAPS = (DoorDeed.CHECK_IN, DoorDeed.UNDO)


class WalkInForm(PortalFormMixin, forms.Form):
    """Somebody who came without being registered, in three fields."""

    company = forms.ModelChoiceField(label=_("Company"), queryset=Company.objects.none())
    name = forms.CharField(label=_("Name"), max_length=100)
    kana = forms.CharField(label=pgettext_lazy("visitor", "Name (kana)"), max_length=100, required=False)

    submit_label = _("Receive this person")
    show_needs = False

    def __init__(self, *args, companies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = companies
        self.fields["company"].empty_label = pgettext_lazy("select", "Please choose")

    def visitor(self, *, id: UUID, mode: str, happened_at: datetime) -> Visitor:
        return Visitor(id=id, mode=mode, happened_at=happened_at, **self.cleaned_data)


@dataclass(frozen=True)
class Batch:
    """What a device sent: its taps and visitors as far as they can be read, and what cannot."""

    taps: list[Tap]
    visitors: list[dict]
    unreadable: list[str]


def batch_of(body: bytes, *, now: datetime) -> Batch | None:
    """Read what a device sent; None where it is no such thing or too much at once.

    A clock that is far off is set right by the moment at which the device says it sends, and nothing lies ahead of now.
    """
    try:
        data = json.loads(body)
        sent_at = _moment(data["sent_at"])
        operations, visitors = list(data.get("operations", ())), list(data.get("walk_ins", ()))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if len(operations) + len(visitors) > MOST_AT_ONCE:
        return None
    off = now - sent_at
    off = off if abs(off) > MOMENT else timedelta(0)
    batch = Batch([], [], [])
    for item in operations:
        _sort(item, batch.taps, batch.unreadable, lambda item: _tap(item, off=off, now=now))
    for item in visitors:
        _sort(item, batch.visitors, batch.unreadable, lambda item: _visitor(item, off=off, now=now))
    return batch


def _sort(item, read: list, unreadable: list[str], reader) -> None:
    try:
        read.append(reader(item))
    except (ValueError, TypeError, KeyError, AttributeError):
        unreadable.append(str(item.get("id", ""))[:40] if isinstance(item, dict) else "")


def _moment(milliseconds) -> datetime:
    """Raises ValueError for what is no moment of these centuries."""
    try:
        return datetime.fromtimestamp(float(milliseconds) / 1000, UTC)
    except (OverflowError, OSError, TypeError) as error:
        raise ValueError("Not a moment.") from error


def _happened(item: dict, *, off: timedelta, now: datetime) -> datetime:
    try:
        return min(_moment(item["at"]) + off, now)
    except OverflowError as error:
        raise ValueError("Not a moment.") from error


def _tap(item: dict, *, off: timedelta, now: datetime) -> Tap:
    deed = DoorDeed(item["deed"])
    if deed not in TAPS:
        raise ValueError("Not a tap.")
    happened_at = _happened(item, off=off, now=now)
    return Tap(UUID(item["id"]), UUID(item["attendance"]), deed, str(Mode(item["mode"])), happened_at)


def _visitor(item: dict, *, off: timedelta, now: datetime) -> dict:
    """Return the parts of a visitor; the form still has to look at company and names."""
    fields = {name: str(item[name]) for name in ("company", "name", "kana")}
    happened_at = _happened(item, off=off, now=now)
    return {"id": UUID(item["id"]), "mode": str(Mode(item["mode"])), "happened_at": happened_at, "fields": fields}


@dataclass(frozen=True)
class PlainTap:
    """A button pressed without JavaScript: whom, what, and an id that the same page gives the same press again."""

    attendance_id: UUID
    deed: DoorDeed
    operation: UUID


def plain_tap(post) -> PlainTap | None:
    """Read which button of the list was pressed; None for none or for nonsense."""
    for deed in TAPS:
        if deed in post:
            try:
                attendance_id, page = UUID(post[deed]), UUID(post.get("page", ""))
            except ValueError:
                return None
            return PlainTap(attendance_id, deed, uuid5(page, f"{attendance_id} {deed}"))
    return None


def page_id(post) -> UUID | None:
    try:
        return UUID(post.get("page", ""))
    except ValueError:
        return None
