"""Certificates of attendance: on paper in Japanese and English, in lists, and as anybody sees one who has its code."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, override, pgettext

from common import dates
from common.components import Cell, Column, Figure, Row, Table, Term, badge, link
from jobs.rendering import Progress, drawable, render_pdf
from programmes.enums import Mode
from programmes.models import Attendance, Certificate, Session
from programmes.queries.certificates import Verified, grouped
from programmes.rendering.programme import people_unit, session_url, when

STYLESHEET = Path(__file__).resolve().parent.parent / "assets" / "certificate.css"
TEMPLATE = "programmes/document/certificate.html"
LANGUAGES = ("ja", "en")
# Widths up to which a line is set in the largest size, in the middle one, and in the small one, in full-width characters.
NAME_WIDTHS, TITLE_WIDTHS, COMPANY_WIDTHS, PLACE_WIDTHS = (11, 22, 44), (26, 60, 110), (40, 80, 120), (60, 90, 120)
SIZES = ("large", "middle", "small", "tiny")
# How much of the name of the issuer and of the programme stands at the foot.
FOOT_WIDTH = 60


# --- On paper ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """What is drawn of one certificate: its code and what was frozen when it was issued."""

    code: str
    content: Mapping


def certificates_pdf(papers: Iterable[Paper], *, language: str, progress: Progress | None = None) -> bytes:
    """Return certificates as one tagged PDF, a page each. Raises what `jobs.rendering.render_pdf` raises."""
    papers = list(papers)
    assets = {f"qr-{paper.code}": (qr_picture(paper.code), "image/svg+xml") for paper in papers}
    return render_pdf(
        certificates_page(papers, language=language),
        stylesheets=[STYLESHEET.read_text()],
        assets=assets,
        progress=progress,
    )


def certificates_page(papers: Iterable[Paper], *, language: str) -> str:
    """Return the HTML of the PDF. Names are text: the template escapes them."""
    drawn = [_drawn(paper) for paper in papers]
    with override(language):
        title = gettext("Certificate of attendance") if len(drawn) == 1 else gettext("Certificates of attendance")
    names = [one["name"]["lines"][0]["text"] for one in drawn[:1] if len(drawn) == 1]
    return render_to_string(
        TEMPLATE, {"language": language, "title": " – ".join([title, *names]), "certificates": drawn}
    )


def verify_address(code: str) -> str:
    return settings.PORTAL_URL + reverse("programmes:verify_certificate", args=[code])


def qr_picture(code: str) -> bytes:
    """Return the address of the check as a square to point a telephone at (SVG)."""
    out = io.BytesIO()
    segno.make(verify_address(code), error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, dark="#222")
    return out.getvalue()


def _drawn(paper: Paper) -> dict:
    content = paper.content
    words = {code: _words(content, code) for code in LANGUAGES}
    return {
        "code": grouped(paper.code),
        "qr": f"asset:qr-{paper.code}",
        "address": settings.PORTAL_URL + reverse("programmes:verify"),
        "name": _lines(content["name"], NAME_WIDTHS),
        "company": _lines(_company(content), COMPANY_WIDTHS),
        "session": _lines(content["session"], TITLE_WIDTHS),
        "facts": _size([words[code]["where"] for code in LANGUAGES], PLACE_WIDTHS),
        "words": words,
    }


def _lines(words: Mapping[str, str], widths: tuple[int, ...]) -> dict:
    """Return the lines in both languages, without doubling one, and the size in which the wider of them fits."""
    lines = [{"language": code, "text": drawable(words[code])} for code in LANGUAGES if words.get(code)]
    return {"lines": lines, "size": _size([line["text"] for line in lines], widths)}


def _size(texts: Iterable[str], widths: tuple[int, ...]) -> str:
    widest = max(map(_width, texts), default=0)
    return SIZES[sum(widest > width for width in widths)]


def _at_foot(text: str) -> str:
    """Return a name as it stands at the foot, cut where nobody would read on."""
    while _width(text) > FOOT_WIDTH:
        text = text[:-2].rstrip("…") + "…"
    return text


def _width(text: str) -> float:
    """Return how wide a text is, in full-width characters."""
    return sum(0.55 if ord(char) < 0x2000 else 1 for char in text)


def _company(content: Mapping) -> dict[str, str]:
    """Return the company, with the job title where it is known; that is kept in one language only."""
    company, title = content["company"], content["title"]
    first = next((code for code in LANGUAGES if company.get(code)), "ja")
    return {code: f"{company[code]}　{title}" if code == first and title else company[code] for code in LANGUAGES}


def _words(content: Mapping, language: str) -> dict[str, str]:
    with override(language):
        starts, ends = parse_datetime(content["starts_at"]), parse_datetime(content["ends_at"])
        return {
            "heading": pgettext("on paper", "Certificate of Attendance"),
            "honour": pgettext("after a name on a certificate", "Mr. or Ms."),
            "statement": gettext("This certifies that the person named above took part in the following session."),
            "when": dates.date_and_times(starts, ends),
            "where": drawable(_place(content, language)),
            "programme": _at_foot(drawable(_in(content["programme"], language))),
            "issuer": _at_foot(drawable(_in(content["issuer"], language))),
            "issued": gettext("Issued on %(day)s") % {"day": dates.long_date(parse_date(content["issued_on"]))},
            "verify": gettext("Anybody can check this certificate with its code at"),
            "alt": gettext("QR code with the address at which this certificate is checked"),
        }


def _in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or next(filter(None, words.values()), "")


def _place(content: Mapping, language: str) -> str:
    """Return how somebody took part, with the venue for who was there: 「会場（大手町 Room D）」."""
    mode, venue = str(Mode(content["mode"]).label), _in(content["venue"], language)
    if content["mode"] == Mode.ONLINE or not venue:
        return mode
    return pgettext("mode with venue", "%(mode)s (%(venue)s)") % {"mode": mode, "venue": venue}


def certificate_name(content: Mapping, *, language: str) -> str:
    """Return what the file of one certificate is called."""
    with override(language):
        words = gettext("Certificate of attendance")
    return " ".join(filter(None, [words, _in(content["name"], language), _in(content["session"], language)])) + ".pdf"


def print_name(session: Session, *, language: str) -> str:
    """Return what the file for the printer is called."""
    with override(language):
        return f"{gettext('Certificates of attendance')} {session.title}.pdf"


# --- In lists ---------------------------------------------------------------------------------------------------------


def certificate_figures(came: int, certified: int) -> list[Figure]:
    return [
        Figure(label=gettext("Took part"), value=came, unit=people_unit(came)),
        Figure(label=gettext("Have a certificate"), value=certified, unit=people_unit(certified)),
        Figure(label=gettext("Without a certificate"), value=came - certified, unit=people_unit(came - certified)),
    ]


def people_table(people: Iterable[Attendance], session: Session) -> Table:
    """Who came, and what there is of a certificate. The buttons belong to the form around the table."""
    return Table(
        caption=gettext("Certificates for “%(session)s”") % {"session": session.title},
        columns=[
            Column(label=gettext("Name")),
            Column(label=gettext("Company")),
            Column(label=gettext("Certificate")),
            Column(label=pgettext("certificate", "Code")),
            Column(label=gettext("What you can do")),
        ],
        rows=[_person_row(attendance, session) for attendance in people],
    )


def _person_row(attendance: Attendance, session: Session) -> Row:
    valid = next((one for one in attendance.issued if not one["revoked_at"]), None)
    revoked = next((one for one in attendance.issued if one["revoked_at"]), None)
    name = attendance.person.name
    return Row(
        (
            Cell(name, "nowrap"),
            attendance.company.name,
            _state(valid, revoked),
            Cell(grouped(valid["code"]), "certificate-code") if valid else "",
            _deeds(attendance, valid, session, name=name) if valid else _issue_button(attendance, name=name),
        ),
        id=f"person-{attendance.pk}",
    )


def _state(valid: Mapping | None, revoked: Mapping | None) -> SafeString | str:
    if valid:
        return badge("issued" if valid["file"] else "queued", detail=_day(valid["issued_at"]))
    return badge("revoked", detail=_day(revoked["revoked_at"])) if revoked else ""


def _day(value: str | datetime) -> str:
    moment = parse_datetime(value) if isinstance(value, str) else value
    return dates.short_date(timezone.localdate(moment))


def _deeds(attendance: Attendance, valid: Mapping, session: Session, *, name: str) -> SafeString:
    change = reverse("programmes:revoke_certificate", args=[session.programme_id, session.pk, valid["id"]])
    revoke = _named_link(gettext("Revoke or issue again"), change, name)
    if not valid["file"]:
        return format_html("{} {}", _issue_button(attendance, name=name, label=gettext("Draw it")), revoke)
    file = reverse("programmes:certificate", args=[attendance.company_id, valid["id"]])
    return format_html("{} · {}", _named_link(gettext("Download"), file, name), revoke)


def _named_link(label: str, url: str, name: str) -> SafeString:
    return format_html('<a href="{}">{}<span class="visually-hidden"> {}</span></a>', url, label, name)


def _issue_button(attendance: Attendance, *, name: str, label: str = "") -> SafeString:
    return format_html(
        '<button class="btn btn-outline btn-small" name="person" value="{}">{}'
        '<span class="visually-hidden"> {}</span></button>',
        attendance.pk,
        label or gettext("Issue"),
        name,
    )


def own_table(certificates: Iterable[Certificate]) -> Table:
    """Certificates of a company's people, as printed, with the file."""
    return Table(
        caption=gettext("Certificates of attendance"),
        columns=[
            Column(label=gettext("Name")),
            Column(label=gettext("Session")),
            Column(label=gettext("Date and time")),
            Column(label=gettext("State")),
            Column(label=pgettext("certificate", "Code")),
            Column(label=gettext("File")),
        ],
        rows=[_own_row(certificate) for certificate in certificates],
    )


def _own_row(certificate: Certificate) -> tuple:
    name = _in(certificate.content.get("name", {}), get_language() or "ja")
    shown = format_html("{} <span class='quiet'>{}</span>", name, gettext("You")) if certificate.is_own else name
    session = certificate.session
    common = (Cell(shown, "nowrap"), link(session.title, session_url(session)), Cell(when(session), "nowrap"))
    if certificate.revoked_at:
        return (*common, badge("revoked", detail=_day(certificate.revoked_at)), "", "")
    file = reverse("programmes:certificate", args=[certificate.company_id, certificate.pk])
    return (
        *common,
        badge("issued" if certificate.file_id else "queued", detail=_day(certificate.issued_at)),
        Cell(grouped(certificate.code), "certificate-code"),
        _named_link(gettext("Download"), file, name) if certificate.file_id else "",
    )


def certificate_terms(certificate: Certificate) -> list[Term]:
    """What a certificate says, for the question before it is revoked."""
    content, language = certificate.content, get_language() or "ja"
    return [
        Term(label=gettext("Name as printed"), value=_in(content.get("name", {}), language)),
        Term(label=gettext("Company"), value=_in(content.get("company", {}), language)),
        Term(label=gettext("Session"), value=_in(content.get("session", {}), language)),
        Term(label=gettext("Issued on"), value=dates.date_and_time(certificate.issued_at)),
        Term(label=pgettext("certificate", "Code"), value=grouped(certificate.code)),
    ]


def verified_terms(found: Verified) -> list[Term]:
    """What anybody may know of a certificate."""
    language = get_language() or "ja"
    name = " / ".join(dict.fromkeys(filter(None, (found.name.get(code) for code in LANGUAGES))))
    held = dates.date_and_times(found.starts_at, found.ends_at) if found.starts_at and found.ends_at else ""
    return [
        Term(label=gettext("Name as printed"), value=name),
        Term(label=gettext("Session"), value=_in(found.session, language)),
        Term(label=gettext("Programme"), value=_in(found.programme, language)),
        Term(label=gettext("Date and time"), value=held),
        Term(label=gettext("Issued on"), value=dates.long_date(timezone.localdate(found.issued_at))),
    ]


def revoked_line(found: Verified) -> str:
    """Return since when a certificate is not valid any more; "" for a valid one."""
    if not found.revoked_at:
        return ""
    day = dates.long_date(timezone.localdate(found.revoked_at))
    return gettext("It was revoked on %(day)s and is not valid any more.") % {"day": day}
