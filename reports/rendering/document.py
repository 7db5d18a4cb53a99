"""From frozen figures to a page: prepares rows, sections and charts, and leaves only loops to the template."""

import datetime
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import segno
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common import dates
from programmes.enums import Method, MilestoneCode, OrganisationRole
from reports.enums import Edition

from . import blocks, charts, narrative
from . import wording as w

PRINTED_COMPANIES = 200
"""Beyond this the appendix company by company is left to the accompanying sheet: nobody reads 50 pages of marks."""
MATRIX_COLUMNS = 15
"""Milestones side by side on a landscape page; more of them continue in a further table."""
TEXT_WIDTH = 462.0
"""Width of the text on an A4 page of 210 mm with margins of 25 and 22 mm, in points."""

TEMPLATE = "reports/document/report.html"
CODE = "check.svg"


@dataclass(frozen=True)
class Numbered:
    """What is printed of the number under which a report is given out.

    The file cannot hold its own fingerprint; it says where everybody finds that.
    """

    number: str
    issued_on: datetime.date
    check_url: str
    replaces: str = ""
    correction: str = ""


def page(
    figures: Mapping, *, plans: str = "", written: Mapping | None = None, numbered: Numbered | None = None
) -> tuple[str, dict]:
    """Return the report's HTML in the active language, and the pictures it shows as assets (bytes, type) by name.

    `plans` is what the secretariat wrote about the future, in the language of the report; blank lines part paragraphs.
    `written` is what people put in place of the portal's sentences: see `queries.builder.written_by_people`; the bytes
    of its photographs are the caller's to add.
    """
    with w.marking(blocks.override_mark(figures)):
        context = page_context(figures, plans=plans, written=written, numbered=numbered)
        html = render_to_string(TEMPLATE, context)
    pictures = {f"{name}.svg": (chart["svg"], "image/svg+xml") for name, chart in context["charts"].items()}
    if numbered:
        pictures[CODE] = (_code(numbered.check_url), "image/svg+xml")
    return html, pictures


def page_context(
    figures: Mapping, *, plans: str = "", written: Mapping | None = None, numbered: Numbered | None = None
) -> dict:
    """Return everything that the report's template prints, in the active language and with figures as they are marked."""
    written = written or {"texts": {}, "photos": {}}
    texts = {key: blocks.printed_text(text, figures) for key, text in written["texts"].items()}
    planned = [text.strip() for text in plans.split("\n\n") if text.strip()] or narrative.plans(figures)
    return {
        "language": w.language(),
        "figures": figures,
        "title": title(figures),
        "cover": _cover(figures, numbered),
        "colophon": _colophon(figures, numbered),
        "numbered": numbered,
        "code": f"asset:{CODE}",
        "internal": figures["edition"] == "internal",
        "source": narrative.source(figures),
        "computed": narrative.computed(figures),
        "background": texts.get("outline.background", narrative.background(figures)),
        "structure": _structure(figures),
        "activity_sentences": texts.get("outline.activities", narrative.activity_sentences(figures)),
        "activity_rows": _activity_rows(figures),
        "results": texts.get("outline.results", narrative.results(figures)),
        "stages": _stages(figures),
        "formulated": _formulated(figures),
        "enrolled": w.number(figures["companies"]["enrolled"], "enrolled"),
        "plans": texts.get("outline.plans", planned),
        "activities": _activities(figures, texts, written["photos"]),
        "attendance_rows": _attendance_rows(figures),
        "attendance_total": _attendance_total(figures),
        "charts": _charts(figures),
        "progress": _progress_rows(figures),
        "outcomes": _outcomes(figures),
        "overrides": overrides(figures),
        "milestones": _milestones(figures),
        "matrix": _matrix(figures),
        "printed_companies": w.number(PRINTED_COMPANIES),
        "definitions": definitions(figures),
    }


def title(figures: Mapping) -> str:
    """Return the report's name as plain text, for the cover, the running head and the file."""
    return _("{programme}: Implementation Report").format(programme=w.plain(figures["programme"], "name"))


def _cover(figures: Mapping, numbered: Numbered | None) -> dict:
    organisers = [record for record in figures["organisations"] if record["role"] == "organiser"]
    return {
        "year": _cover_year(figures),
        "name": w.words(figures["programme"], "name"),
        "as_of": narrative.as_of(figures),
        "issued": w.day(numbered.issued_on.isoformat()) if numbered else narrative.issued(figures),
        # Names of committees are long; they may break at their spaces and commas only.
        "organisers": [_phrases(w.plain(record, "name")) for record in organisers],
    }


def _cover_year(figures: Mapping) -> str:
    return dates.fiscal_year(figures["programme"]["fiscal_year"], language=w.language())


def _phrases(text: str) -> list[str]:
    return (
        text.split(" ") if w.is_japanese() else [part + "," for part in text.split(", ")[:-1]] + text.split(", ")[-1:]
    )


def _colophon(figures: Mapping, numbered: Numbered | None) -> list[tuple[str, str]]:
    """Return the facts at the end of the report: what it is, under which number, of which day, by whom."""
    organisers = [w.words(record, "name") for record in figures["organisations"] if record["role"] == "organiser"]
    rows = [(pgettext("report", "Title"), title(figures))]
    if numbered:
        rows += [
            (pgettext("issue", "Number"), w.nowrap(numbered.number)),
            (pgettext("report", "Issued on"), w.day(numbered.issued_on.isoformat())),
        ]
        if numbered.replaces:
            rows.append((_("Replaces"), format_html("{} ({})", w.nowrap(numbered.replaces), numbered.correction)))
    else:
        rows.append((pgettext("issue", "Number"), _("None: this copy was not issued.")))
    rows += [
        (_("Edition"), edition_name(figures)),
        (_("Figures as of"), narrative.as_of(figures)),
        (_("Figures computed"), w.moment(figures["computed_at"])),
    ]
    if organisers:
        rows.append((pgettext("report", "Issued by"), w.listed(organisers)))
    return rows


def edition_name(figures: Mapping) -> str:
    return str(Edition(figures["edition"]).label)


def _code(address: str) -> bytes:
    """Return the address of the public page as a picture that a telephone reads."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, dark="#222")
    return out.getvalue()


# --- 1 Outline ----------------------------------------------------------------------------------------------------------


def _structure(figures: Mapping) -> list[tuple[str, list[SafeString]]]:
    """Return the rows of the table of who carries the programme: a role, and the names that have it."""
    rows = []
    roles = list(dict.fromkeys([*OrganisationRole.values, *(record["role"] for record in figures["organisations"])]))
    for role in roles:
        names = [w.words(record, "name") for record in figures["organisations"] if record["role"] == role]
        if names:
            rows.append((w.role(role), names))
    rows.append((pgettext("report", "Participating companies"), [_participating(figures)]))
    rows.append((pgettext("report", "Implementation period"), [w.nowrap(narrative.period(figures))]))
    return rows


def _participating(figures: Mapping) -> SafeString:
    counts = figures["companies"]
    if not counts["withdrawn"]:
        return format_html(
            _("{companies} (as of {day})"),
            companies=w.companies(counts["enrolled"], "enrolled"),
            day=narrative.as_of(figures),
        )
    return format_html(
        ngettext(
            "{companies} (as of {day}; {count} company that withdrew is not counted)",
            "{companies} (as of {day}; {count} companies that withdrew are not counted)",
            counts["withdrawn"],
        ),
        companies=w.companies(counts["enrolled"], "enrolled"),
        day=narrative.as_of(figures),
        count=w.number(counts["withdrawn"], "withdrawn"),
    )


def _activity_rows(figures: Mapping) -> list[dict]:
    rows = []
    for code in narrative.activities(figures):
        if code == w.CONSULTATIONS:
            rows.append(_consultation_row(figures))
            continue
        planned = narrative.strand_sessions(figures, code)
        held = [session for session in planned if session["held"]]
        rows.append(
            {
                "name": w.strand(code),
                "months": narrative.session_months(planned),
                "count": w.sessions(len(held), f"sessions.{code}"),
                "people": w.people(sum(session["people"] for session in held), f"attendances.{code}") if held else "–",
            }
        )
    return rows


def _consultation_row(figures: Mapping) -> dict:
    consultations = figures["consultations"]
    return {
        "name": w.strand(w.CONSULTATIONS),
        "months": narrative.consultation_period(figures),
        "count": w.times(consultations["held"], "consultations"),
        "people": w.companies(consultations["companies"], "consultations.companies"),
    }


def _stages(figures: Mapping) -> list[dict]:
    if not figures["policies"]:
        return []
    enrolled = figures["companies"]["enrolled"]
    return [
        {
            "name": w.stage(code),
            "count": w.number(narrative.stage_count(figures, code), f"stage.{code}"),
            "share": w.share(narrative.stage_count(figures, code), enrolled, f"stage.{code}.share"),
        }
        for code in w.STAGES
    ]


def _formulated(figures: Mapping) -> dict | None:
    if not figures["policies"]:
        return None
    done = figures["policies"]["formulated"]
    return {
        "count": w.number(done, "formulated"),
        "share": w.share(done, figures["companies"]["enrolled"], "formulated.share"),
    }


# --- 2 and 3 --------------------------------------------------------------------------------------------------------------


def _activities(figures: Mapping, texts: Mapping, photos: Mapping) -> list[dict]:
    """Return the activities with all that chapters 2 and 3 say about each."""
    result = []
    for code in narrative.activities(figures):
        entry = {"code": code, "name": w.strand(code)}
        if code == w.CONSULTATIONS:
            entry["caption"] = _("Individual consultations – outcome")
            entry["summary"] = texts.get("summary.consultations", [narrative.consultations_summary(figures)])
            entry["rows"] = _consultation_facts(figures)
        else:
            entry["sessions"] = [
                _session(
                    session,
                    figures,
                    texts.get(f"summary.{session['code']}"),
                    [_photo(photo) for photo in photos.get(session["code"], ())],
                )
                for session in narrative.strand_sessions(figures, code)
            ]
        result.append(entry)
    return result


def _session(session: Mapping, figures: Mapping, text: list | None, photos: list[dict]) -> dict:
    return {
        "code": session["code"],
        "title": w.words(session, "title"),
        "caption": format_html(_("{session} – outcome"), session=w.words(session, "title")),
        "summary": [narrative.session_summary(session, figures)] if text is None else text,
        "photos": photos,
        "quotes_introduction": narrative.quotes_introduction(session),
        "quotes": [
            _quote(quote, "comment", by=[w.words(quote, "company")] if "company_ja" in quote else [])
            for quote in session["quotes"]
        ],
        "remarks": [
            _quote(remark, "text", by=[w.speaker_name(remark), w.words(remark, "title")])
            for remark in session.get("remarks", ())
        ],
        "more_quotes": _more_quotes(session),
        "rows": _session_facts(session, figures),
        "agenda": [_agenda_group(kind, items) for kind, items in narrative.grouped_agenda(session)],
    }


def _photo(photo: Mapping) -> dict:
    return {"src": f"asset:photo-{photo['file']}", "caption": w.words(photo, "caption"), "alt": w.plain(photo, "alt")}


def _quote(record: Mapping, name: str, *, by: list[SafeString]) -> dict:
    """Return somebody's words with who said them, where they agreed to that, and whether it is a translation."""
    is_translation = record.get("translated") == w.language()
    parts = [*filter(None, by), *([_("translation")] if is_translation else [])]
    return {"words": w.words(record, name), "source": format_html_join(" · ", "{}", ((part,) for part in parts))}


def _more_quotes(session: Mapping) -> str:
    more = session["quotable"] - len(session["quotes"])
    if more <= 0:
        return ""
    return format_html(
        ngettext("({count} further comment may be quoted.)", "({count} further comments may be quoted.)", more),
        count=w.number(more),
    )


def _session_facts(session: Mapping, figures: Mapping) -> list[tuple[str, SafeString]]:
    rows = [
        (pgettext("report", "Date"), w.session_time(session)),
        (pgettext("report", "Method"), w.method_with_note(session)),
    ]
    if venue := w.words(session, "venue"):
        rows.append((pgettext("report", "Venue"), venue))
    elif session["method"] != Method.ONLINE:
        rows.append((pgettext("report", "Venue"), pgettext("report", "Not recorded")))
    rows.append((pgettext("report", "Participants"), narrative.participants(session, figures)))
    return rows


def _agenda_group(kind: str, items: Sequence[Mapping]) -> dict:
    """Return a run of items: with the kind as its heading, and numbered when there are several."""
    return {
        "heading": "" if kind in w.SELF_EXPLAINING else w.item_kind(kind),
        "numbered": len(items) > 1,
        "entries": [
            {
                "title": w.words(item, "title"),
                "speakers": [w.speaker(speaker) for speaker in item["speakers"]],
            }
            for item in items
        ],
    }


def _consultation_facts(figures: Mapping) -> list[tuple[str, SafeString]]:
    consultations = figures["consultations"]
    rows = [(pgettext("report", "Period"), w.nowrap(narrative.consultation_period(figures)))]
    if rule := narrative.consultation_rule(figures):
        rows.append((pgettext("report", "Rule"), rule))
    held = format_html(
        _("{times} in total, {companies}"),
        times=w.times(consultations["held"], "consultations"),
        companies=w.companies(consultations["companies"], "consultations.companies"),
    )
    rows.append((pgettext("report", "Held"), held))
    if use := narrative.consultation_use(figures):
        rows.append((pgettext("report", "Use"), use))
    if consultations["held"]:
        rows.append(
            (
                pgettext("report", "Method"),
                narrative.modes(
                    consultations["onsite"], consultations["online"], consultations["held"], of="consultations"
                ),
            )
        )
    if advisers := narrative.advisers(figures):
        rows.append((pgettext("of consultations", "Advisers"), advisers))
    return rows


def _attendance_rows(figures: Mapping) -> list[dict]:
    rows = []
    for session in figures["sessions"]:
        is_known = session["held"] and session["people"]
        counts = [
            w.number(session[key], f"session.{session['code']}.{key}") if is_known else "–"
            for key in ("companies", "people", "onsite", "online")
        ]
        rows.append(
            {
                "title": w.words(session, "title"),
                "day": w.session_day(session),
                "counts": counts,
            }
        )
    return rows


def _attendance_total(figures: Mapping) -> list[str]:
    names = {"people": "attendances", "onsite": "attendances.onsite", "online": "attendances.online"}
    return [w.number(sum(session[key] for session in figures["sessions"]), of) for key, of in names.items()]


# --- Charts -----------------------------------------------------------------------------------------------------------------

STAGE_FILLS = {
    MilestoneCode.PUBLISHED: charts.DARK,
    MilestoneCode.APPROVED: "#3d8b98",
    MilestoneCode.ENDORSED: charts.LIGHT,
    MilestoneCode.SUBMITTED: "#bcd8dd",
    w.DRAFTING: charts.PALE,
}


def _charts(figures: Mapping) -> dict[str, dict]:
    """Return the charts that have something to show, each with the words that stand for it."""
    result = {}
    if figures["companies"]["enrolled"] and figures["policies"]:
        result["stages"] = _stage_chart(figures)
    if figures.get("progress"):
        result["progress"] = _progress_chart(figures)
    if any(session["people"] for session in figures["sessions"]):
        result["attendance"] = _attendance_chart(figures)
    return result


def _stage_chart(figures: Mapping) -> dict:
    rows = [
        charts.Bar(
            w.stage(code),
            (charts.Part(narrative.stage_count(figures, code), index),),
            w.companies(narrative.stage_count(figures, code)),
        )
        for index, code in enumerate(w.STAGES)
    ]
    caption = _("Stage of the policies")
    described = w.listed(f"{row.label}: {row.total}" for row in rows)
    svg = charts.bars(
        rows,
        [charts.Series(w.stage(code), STAGE_FILLS[code]) for code in w.STAGES],
        title=caption,
        description=str(described),
        width=226 if w.is_japanese() else 198,
        label_width=88 if w.is_japanese() else 78,
        total_width=max(charts.text_width(row.total, charts.SIZE) for row in rows) + 10,
        legend=False,
    )
    shown = [f"stage.{code}" for code in w.STAGES]
    return _chart("stages", svg, caption, _("Bar chart. {values}").format(values=described), _marked(shown, figures))


def _attendance_chart(figures: Mapping) -> dict:
    shown = [session for session in figures["sessions"] if session["people"]]
    unknown = [session["people"] - session["onsite"] - session["online"] for session in shown]
    series = [
        charts.Series(pgettext("chart", "On site"), charts.DARK, "#ffffff"),
        charts.Series(pgettext("chart", "Online"), charts.LIGHT),
    ]
    if any(unknown):
        series.append(charts.Series(pgettext("report", "Not recorded"), charts.PALE))
    rows = [
        charts.Bar(
            w.plain(session, "title"),
            (charts.Part(session["onsite"], 0), charts.Part(session["online"], 1), charts.Part(rest, 2)),
            w.people(session["people"]),
        )
        for session, rest in zip(shown, unknown, strict=True)
    ]
    caption = _("Attendance by mode")
    described = "; ".join(
        f"{w.plain(session, 'title')}: {narrative.modes(session['onsite'], session['online'], session['people'])}"
        for session in shown
    )
    svg = charts.bars(
        rows, series, title=caption, description=described, width=TEXT_WIDTH, label_width=158, total_width=52
    )
    counted = [f"session.{session['code']}.{key}" for session in shown for key in ("people", "onsite", "online")]
    return _chart(
        "attendance", svg, caption, _("Bar chart. {values}").format(values=described), _marked(counted, figures)
    )


def _chart(name: str, svg: bytes, caption: str, alt: str, marked: str = "") -> dict:
    return {"svg": svg, "src": f"asset:{name}.svg", "caption": caption, "alt": alt, "marked": marked}


def _marked(shown: Sequence[str], figures: Mapping) -> str:
    """Return the marks of values entered by hand that a chart draws, for its caption."""
    marks = blocks.queries.marks(figures)
    return blocks.mark_text(dict.fromkeys(number for name in shown for number in marks.get(name, ())))


LINES = {
    MilestoneCode.SUBMITTED: charts.Series("", "#8a6d1f"),
    MilestoneCode.ENDORSED: charts.Series("", "#3d8b98"),
    MilestoneCode.APPROVED: charts.Series("", charts.DARK),
    MilestoneCode.PUBLISHED: charts.Series("", charts.INK),
}


def _progress_chart(figures: Mapping) -> dict:
    months = figures["progress"]
    caption = _("Progress over time")
    lines = [
        charts.Line(step_reached(step), look.fill, tuple(month[step] for month in months))
        for step, look in LINES.items()
    ]
    last = w.listed(f"{line.name}: {w.companies(line.values[-1])}" for line in lines)
    svg = charts.lines(
        lines,
        [w.short_month(month["until"]) for month in months],
        title=caption,
        description=str(last),
        width=TEXT_WIDTH,
        top=figures["companies"]["enrolled"],
    )
    alt = _("Line chart, from {first} to {last}. At the end {values}").format(
        first=w.short_month(months[0]["until"]), last=w.short_month(months[-1]["until"]), values=last
    )
    return _chart("progress", svg, caption, alt)


def step_reached(step: str) -> str:
    """Return what it is called to have come to a step or a further one."""
    return {
        "submitted": pgettext("progress", "Submitted or further"),
        "endorsed": pgettext("progress", "Endorsed or further"),
        "approved": pgettext("progress", "Approved or further"),
        "published": pgettext("progress", "Published"),
    }[step]


def _progress_rows(figures: Mapping) -> dict | None:
    """Return the table beside the chart: a row a month, a column a step."""
    months = figures.get("progress")
    if not months:
        return None
    return {
        "heads": [step_reached(step) for step in LINES],
        "rows": [(w.short_month(month["until"]), [w.number(month[step]) for step in LINES]) for month in months],
    }


def _outcomes(figures: Mapping) -> dict | None:
    """Return what the check of the catalogue found in published texts, a row a statement."""
    found = figures.get("outcomes")
    if not found:
        return None
    return {
        "texts": w.number(found["texts"], "outcome.texts"),
        "rows": [
            {
                "name": w.words(each, "title"),
                "count": w.number(each["companies"], f"outcome.{each['code']}"),
                "share": w.share(each["companies"], found["texts"], f"outcome.{each['code']}.share"),
            }
            for each in found["statements"]
        ],
    }


def overrides(figures: Mapping) -> list[dict]:
    """Return the values entered by hand: what is printed, what was computed, and why."""
    return [
        {
            "number": f"※{number}",
            "name": blocks.figure_label(each["figure"], figures),
            "amount": each["value"],
            "value": w.number(each["value"]),
            "computed": w.number(each["computed"]),
            "reason": w.words(each, "reason"),
        }
        for number, each in enumerate(figures.get("overrides", ()), start=1)
    ]


# --- Appendix ---------------------------------------------------------------------------------------------------------------


def _milestones(figures: Mapping) -> list[dict]:
    return [
        {
            "number": index,
            "name": w.words(kind, "name"),
            "definition": w.words(kind, "definition"),
            "due": w.day(kind["due_on"]),
            "companies": w.number(kind["companies"], f"milestone.{kind['code']}"),
            "by_due": "–" if kind["by_due"] is None else w.number(kind["by_due"], f"milestone.{kind['code']}.by_due"),
        }
        for index, kind in enumerate(figures["milestones"], start=1)
    ]


def _matrix(figures: Mapping) -> dict | None:
    """Return the tables of companies by milestones, or None where there is nothing to print."""
    if not figures["rows"] or not figures["milestones"]:
        return None
    if len(figures["rows"]) > PRINTED_COMPANIES:
        return {"left_out": w.companies(len(figures["rows"]))}
    numbered = list(enumerate(figures["milestones"], start=1))
    chunks = [numbered[start : start + MATRIX_COLUMNS] for start in range(0, len(numbered), MATRIX_COLUMNS)]
    return {"tables": [_matrix_table(figures, chunk) for chunk in chunks]}


def _matrix_table(figures: Mapping, kinds: Sequence[tuple[int, Mapping]]) -> dict:
    codes = [kind["code"] for _number, kind in kinds]
    return {
        "heads": [{"number": number, "name": w.words(kind, "name")} for number, kind in kinds],
        "rows": [
            {
                "code": row["code"],
                "name": w.words(row, "name"),
                "cells": [_mark(row["reached"], code) for code in codes],
            }
            for row in figures["rows"]
        ],
    }


def _mark(reached: Mapping, code: str) -> str:
    """Return the date where the edition has it, ● where it only says that a milestone is reached, – elsewhere."""
    if code not in reached:
        return "–"
    return w.short_day(reached[code]) if reached[code] else "●"


def definitions(figures: Mapping) -> list[tuple[str, SafeString]]:
    """Return what each kind of figure counts. The accompanying sheet carries the same list."""
    day = narrative.as_of(figures)
    of_texts = (
        pgettext("report", "Published texts"),
        _(
            "Texts that stood in the public register at the end of that day, also those published before the programme "
            "began: so there may be more of them than policies published in it."
        ),
    )
    return [
        (
            pgettext("report", "As of"),
            format_html(
                _("Every figure counts what had happened by the end of {day} and was on record when it was computed."),
                day=day,
            ),
        ),
        (
            pgettext("report", "Participating companies"),
            _("Companies enrolled on that day and not withdrawn by it. They are the whole of every share."),
        ),
        (
            pgettext("report", "Formulated"),
            _("The policy was approved by the company's management or published by that day."),
        ),
        (
            pgettext("report", "Stage"),
            _("The furthest step that a company's policy had reached by that day. Each company is counted once."),
        ),
        (
            pgettext("report", "Participants"),
            _(
                "People who attended the session, each counted once; companies: the different ones they came from. "
                "Companies that withdrew later are included."
            ),
        ),
        (
            pgettext("report", "On site and online"),
            _("How each of them took part. At a session held online only, everyone took part online."),
        ),
        (_("Attendances in all"), _("The sum over sessions; whoever came to three sessions is counted three times.")),
        (pgettext("report", "Percentage"), _("Rounded to one decimal, so that shares may not add up to 100 exactly.")),
        (
            pgettext("report", "Individual consultations"),
            _("Consultations that were held. Those only booked or cancelled are not counted."),
        ),
        *([of_texts] if figures.get("outcomes") else []),
    ]
