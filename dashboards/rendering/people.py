"""A company's people as tables and terms."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from common import dates
from common.components import Cell, Column, Table, badge, link
from companies.enums import MemberRole
from companies.forms import ContactForm
from companies.models import Person

from .profile import written


def person_url(person: Person) -> str:
    return reverse("dashboards:person", args=[person.company_id, person.pk])


def account(person: Person) -> SafeString:
    """Return whether somebody signs in: they do, could once invited, or have no rights."""
    if person.user_id and person.rights:
        return badge("signs_in")
    return badge("to_be_invited") if person.rights else badge("no_account")


def address(person: Person) -> SafeString | str:
    if not person.sharing:
        return person.email
    return format_html("<span>{} {}</span>", person.email, badge("shared_mailbox"))


def rights_label(role: str | None) -> str:
    return str(MemberRole(role).label) if role else ""


def people_table(people: Iterable[Person], *, may_edit: bool) -> Table:
    return Table(
        caption=gettext("People"),
        columns=[
            Column(label=gettext("Name")),
            Column(label=gettext("Job title")),
            Column(label=gettext("Level")),
            Column(label=gettext("Rights")),
            Column(label=gettext("E-mail address")),
            Column(label=gettext("Account")),
        ],
        rows=[
            (
                Cell(link(person.name, person_url(person)) if may_edit else person.name, "nowrap"),
                person.title,
                person.get_level_display(),
                rights_label(person.rights),
                address(person),
                account(person),
            )
            for person in people
        ],
    )


def left_lines(people: Iterable[Person], *, may_edit: bool) -> list[SafeString]:
    """Return who left and when."""
    words = gettext("left on %(day)s")
    return [
        format_html(
            "{} <span class='quiet'>{}</span>",
            link(person.name, person_url(person)) if may_edit else person.name,
            words % {"day": dates.long_date(person.left_on)},
        )
        for person in people
    ]


def clash_lines(clashes: dict[str, object]) -> list[tuple[str, str]]:
    return [(str(ContactForm.base_fields[name].label), written(value)) for name, value in clashes.items()]
