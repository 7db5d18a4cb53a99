"""A company's profile and its history as terms and events."""

from collections.abc import Iterable

from django.utils.translation import gettext, pgettext

from common.components import Event, Term, link
from companies.forms import ProfileForm
from companies.models import Company, ProfileChange


def grouped_number(number: str) -> str:
    """Return a corporate number as forms print it: 1 2345 6789 0123."""
    return " ".join([number[:1], number[1:5], number[5:9], number[9:]]) if len(number) == 13 else number


def postal(code: str) -> str:
    return f"〒{code[:3]}-{code[3:]}" if code else ""


def capital(value: int | None) -> str:
    return pgettext("capital", "%(amount)s × 10,000 yen") % {"amount": f"{value:,}"} if value is not None else ""


def profile_terms(company: Company) -> list[Term]:
    employees = company.employees
    address = " ".join(part for part in (postal(company.postal_code), company.prefecture, company.address_ja) if part)
    return [
        Term(label=pgettext("company", "Name (Japanese)"), value=company.name_ja),
        Term(label=pgettext("company", "Name (English)"), value=company.name_en),
        Term(label=gettext("Name (kana)"), value=company.name_kana),
        Term(label=gettext("Corporate number"), value=grouped_number(company.corporate_number)),
        Term(label=gettext("Address (Japanese)"), value=address),
        Term(label=gettext("Address (English)"), value=company.address_en),
        Term(label=gettext("Telephone"), value=company.phone),
        Term(label=gettext("Website"), value=link(company.website, company.website) if company.website else ""),
        Term(label=gettext("Industry"), value=company.industry),
        Term(label=gettext("Employees"), value=f"{employees:,}" if employees is not None else ""),
        Term(label=gettext("Capital"), value=capital(company.capital)),
        Term(label=gettext("Buyer"), value=company.buyer),
    ]


def field_label(name: str) -> str:
    field = ProfileForm.base_fields.get(name)
    return str(field.label) if field else name


def written(value: object) -> str:
    """Return a value of the history as it is read; nothing is said to be empty."""
    if value is None or value == "":
        return gettext("(empty)")
    return f"{value:,}" if isinstance(value, int) else str(value)


def clash_lines(clashes: dict[str, object]) -> list[tuple[str, str]]:
    """Return the fields that somebody else changed meanwhile, with what stands there now."""
    return [(field_label(name), written(value)) for name, value in clashes.items()]


def history(changes: Iterable[ProfileChange]) -> list[Event]:
    return [
        Event(
            at=change.saved_at,
            title=_title(change),
            by=f"{change.author.name} ({gettext('Secretariat')})" if change.by_secretariat else change.author.name,
            body="\n".join([*([change.note] if change.note else []), *map(_line, change.changes)]),
        )
        for change in changes
    ]


def _title(change: ProfileChange) -> str:
    if change.is_beside:
        return gettext("Not taken over: somebody else had changed the same meanwhile")
    fields = pgettext("list", ", ").join(field_label(one["field"]) for one in change.changes)
    words = gettext("Corrected: %(fields)s") if change.by_secretariat else gettext("Changed: %(fields)s")
    return words % {"fields": fields}


def _line(change: dict) -> str:
    words = gettext("%(field)s: %(before)s → %(after)s")
    what = {"field": field_label(change["field"]), "before": written(change["before"])}
    return words % (what | {"after": written(change["after"])})
