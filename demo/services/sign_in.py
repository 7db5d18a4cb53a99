"""Who of the demo signs in as what, read from the database, so that it tells what is there."""

import unicodedata
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from common.tenancy import acting_as
from companies.models import Membership
from programmes.enums import SeatRole
from programmes.models import Assignment, Seat

from . import data


@dataclass(frozen=True)
class Line:
    """One person of note, in the words of the active language."""

    email: str
    name: str
    role: str
    place: str


def addresses() -> list[str]:
    """The e-mail addresses of the people worth trying first, in the order of the data."""
    living = [*data.read("programme")["seats"], *data.people()]
    return [facts["email"] for facts in living if facts.get("of_note")] + data.read("pilot")["accounts"]


def sign_in_lines(*, operator: User, language: str) -> list[Line]:
    """Return a line for each address that has an account, as the operator sees their places."""
    wanted = addresses()
    with acting_as(operator.pk), override(language):
        users = {user.email: user for user in User.objects.filter(email__in=wanted)}
        return [_line(users[email]) for email in wanted if email in users]


def _line(user: User) -> Line:
    seats = Seat.objects.current().filter(user=user).select_related("programme")
    seat = seats.order_by("-programme__starts_on").first()
    if seat is not None:
        return Line(user.email, user.name, _role_of(seat), seat.programme.name)
    membership = Membership.objects.current().filter(person__user=user).select_related("company").first()
    if membership is None:
        return Line(user.email, user.name, "", "")
    return Line(user.email, user.name, membership.get_role_display(), membership.company.name)


def _role_of(seat: Seat) -> str:
    """The role, and of an adviser whose time with every company is over, that there is nothing to see any more."""
    role = seat.get_role_display()
    if seat.role == SeatRole.ADVISER and not Assignment.objects.on(timezone.localdate()).filter(adviser=seat).exists():
        return _("%(role)s, no company at present") % {"role": role}
    return role


def width(text: str) -> int:
    """How many columns of a terminal the text fills: wide characters fill two, combining ones none."""
    return sum(
        0
        if unicodedata.combining(c) or "\U000e0100" <= c <= "\U000e01ef"
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def table(lines: list[Line]) -> list[str]:
    """Return the lines as a table with a heading in the active language, columns aligned for a terminal."""
    rows = [(_("E-mail address"), _("Name"), _("Role"), _("Company or programme"))]
    rows += [(line.email, line.name, line.role, line.place) for line in lines]
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    drawn = [
        "  ".join(cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [drawn[0], "  ".join("─" * room for room in widths), *drawn[1:]]
