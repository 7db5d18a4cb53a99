"""Surveys as the prepared rows, figures and sentences that their pages show, and as a file."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from common import dates
from common.components import Cell, Column, Figure, Table
from programmes.catalogue.questions import Question
from programmes.enums import Consent, QuestionKind
from programmes.models import Session, Survey, SurveyInvitation
from programmes.queries.survey import Door, OwnSurvey, Progress, Results, Said, Tally, may_be_reminded

from .programme import people_unit, session_url
from .session_tabs import session_tabs

# A cell that begins with one of these is a formula to a spreadsheet.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def survey_tabs(session):
    return session_tabs(session, here="programmes:survey")


def day_of(door: Door) -> str:
    return dates.date_and_times(door.starts_at, door.ends_at)


def uses(rows: Iterable[dict]) -> list[str]:
    """Return in which reports somebody's words have been printed: title and day."""
    return [
        pgettext("report and day", "%(title)s (%(day)s)")
        % {"title": row["title"], "day": dates.long_date(timezone.localdate(parse_datetime(row["used_at"])))}
        for row in rows
    ]


@dataclass(frozen=True)
class OwnSurveyCard:
    """The survey that somebody with an account was asked to answer, on the page of its session."""

    url: str
    until: str
    is_open: bool
    has_answered: bool


def own_survey(own: OwnSurvey | None, *, url: str, now: datetime) -> OwnSurveyCard | None:
    if own is None:
        return None
    until = dates.date_and_time(own.closes_at)
    return OwnSurveyCard(url, until, own.is_open(now), own.answered_on is not None)


def survey_line(survey: Survey, own: OwnSurvey | None, *, session: Session, now: datetime) -> SafeString | str:
    """What a company's page says of the survey of a session; of who has answered only what concerns the reader.

    It leads to the session's page, which makes the link for its own reader.
    """
    until = {"until": dates.date_and_time(survey.closes_at)}
    if survey.closes_at <= now:
        return gettext("Closed since %(until)s.") % until
    open_until = gettext("Open until %(until)s.") % until
    if own is None:
        sent = gettext("Those who took part were sent a link by e-mail.")
        return f"{open_until} {sent}"
    words = gettext("Change your answers") if own.answered_on else gettext("To the survey")
    sent = gettext("You were sent a link by e-mail.")
    # One element: on a telephone the cell is a row of its elements.
    line = '<span>{} {} <a href="{}#survey">{}</a></span>'
    return format_html(line, open_until, sent, session_url(session), words)


# --- The secretariat's pages --------------------------------------------------------------------------------------------


def survey_state(survey: Survey, *, now: datetime) -> str:
    """Return draft, open or closed."""
    if survey.opened_at is None:
        return "draft"
    return "open" if survey.closes_at > now else "closed"


def progress_figures(progress: Progress) -> list[Figure]:
    return [
        Figure(label=gettext("Asked"), value=progress.asked, unit=people_unit(progress.asked)),
        Figure(label=gettext("Answered"), value=progress.answered, unit=people_unit(progress.answered)),
        Figure(label=gettext("Not answered yet"), value=progress.missing, unit=people_unit(progress.missing)),
    ]


@dataclass(frozen=True)
class QuestionLine:
    """A question as the secretariat's list shows it."""

    code: str
    text: str
    language: str
    kind: str
    choices: str
    is_required: bool
    lacks: str  # which language is missing, in words


def question_lines(questions: Iterable[Question]) -> list[QuestionLine]:
    return [
        QuestionLine(
            code=question.code,
            text=str(question.text),
            language=question.text.fallback,
            kind=str(QuestionKind(question.kind).label),
            choices=gettext(", ").join(str(choice.text) for choice in question.choices),
            is_required=question.is_required,
            lacks=_lacks(question),
        )
        for question in questions
    ]


def _lacks(question: Question) -> str:
    texts = [question.text, *(choice.text for choice in question.choices)]
    if any(not text.ja for text in texts):
        return gettext("The Japanese is missing.")
    return gettext("The English is missing.") if any(not text.en for text in texts) else ""


def missing_table(invitations: Iterable[SurveyInvitation], *, now: datetime, rest: timedelta) -> Table:
    """Who was asked and has not answered, how they are reached, and when they were written to."""
    return Table(
        caption=gettext("Who has not answered yet"),
        columns=[
            Column(label=gettext("Name")),
            Column(label=gettext("Company")),
            Column(label=gettext("Reached by")),
            Column(label=gettext("Asked")),
            Column(label=gettext("Reminded")),
        ],
        rows=[
            (
                Cell(each.person.name, "nowrap"),
                each.company.name,
                _reached_by(each),
                _day(each.sent_at),
                _reminded(each, now=now, rest=rest),
            )
            for each in invitations
        ],
    )


def _reached_by(invitation: SurveyInvitation) -> str:
    person = invitation.person
    if person.user and person.user.is_active:
        return gettext("Account and e-mail")
    return gettext("E-mail") if person.email else gettext("No address is known")


def _day(moment: datetime | None) -> str | None:
    return dates.short_date(timezone.localdate(moment)) if moment else None


def _reminded(invitation: SurveyInvitation, *, now: datetime, rest: timedelta) -> str | None:
    if may_be_reminded(invitation, now=now, rest=rest):
        return _day(invitation.reminded_at)
    again = dates.short_date(timezone.localdate((invitation.reminded_at or invitation.sent_at) + rest))
    told = _day(invitation.reminded_at)
    wait = gettext("again from %(day)s") % {"day": again}
    return f"{told} · {wait}" if told else wait


def asked_words(reached: int, unreachable: int) -> str:
    sent = ngettext("A link was sent to %(count)s person.", "Links were sent to %(count)s people.", reached)
    sent %= {"count": reached}
    if not unreachable:
        return sent
    lost = ngettext(
        "%(count)s person could not be written to, because no address is known.",
        "%(count)s people could not be written to, because no address is known.",
        unreachable,
    )
    return f"{sent} {lost % {'count': unreachable}}"


# --- Results ------------------------------------------------------------------------------------------------------------


def waiting_words(survey: Survey, results: Results, *, now: datetime) -> str:
    """Return why there is nothing to read yet; "" where there is."""
    if survey.is_anonymous and (survey.opened_at is None or survey.closes_at > now):
        return gettext(
            "This survey has no names. Its answers are shown after it has closed on %(day)s, so that nobody can be"
            " recognised by when they answered."
        ) % {"day": dates.date_and_time(survey.closes_at)}
    if results.is_hidden:
        return gettext(
            "This survey has no names, and fewer than three people answered. Their answers are not shown, because one"
            " could guess whose they are."
        )
    return "" if results.answers else gettext("Nobody has answered yet.")


@dataclass(frozen=True)
class SaidLine:
    """Somebody's words, with who said them where that may be known."""

    text: str
    language: str
    by: str
    consent: str


@dataclass(frozen=True)
class TallyPart:
    """A question with its figures or words."""

    text: str
    language: str
    answered: str
    average: str
    table: Table | None
    words: list[SaidLine]


def said(each: Said) -> SaidLine:
    by = " · ".join(part for part in (each.company, each.person) if part)
    return SaidLine(each.text, each.language, by, str(Consent(each.consent).label) if each.consent else "")


def tally(each: Tally) -> TallyPart:
    average = each.average
    return TallyPart(
        text=str(each.question.text),
        language=each.question.text.fallback,
        answered=ngettext("%(count)s answer", "%(count)s answers", each.answered) % {"count": each.answered},
        average=gettext("Average %(value)s") % {"value": f"{average:.1f}"} if average is not None else "",
        table=None if each.question.kind == QuestionKind.TEXT else _tally_table(each),
        words=[said(words) for words in each.words],
    )


def _tally_table(each: Tally) -> Table:
    labels = {choice.code: str(choice.text) for choice in each.question.choices}
    return Table(
        caption=str(each.question.text),
        columns=[
            Column(label=gettext("Answer")),
            Column(label=pgettext("how many", "Answers"), numeric=True),
            Column(label=gettext("Share")),
        ],
        rows=[
            (labels.get(value, str(value)), count, _share(count, each.answered)) for value, count in each.counts.items()
        ],
        cards=False,
        pin=False,
    )


def _share(count: int, total: int):
    if not total:
        return None
    return format_html(
        '<meter min="0" max="{}" value="{}" aria-hidden="true"></meter> {}%', total, count, round(100 * count / total)
    )


# --- The file -----------------------------------------------------------------------------------------------------------


def answers_csv(results: Results) -> str:
    """Return the answers for Excel: byte order mark, CRLF, and no cell that would be taken for a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for line in _lines_with_names(results) if results.rows else _lines_without_names(results):
        writer.writerow([_cell(value) for value in line])
    return f"\ufeff{buffer.getvalue()}"


def _lines_with_names(results: Results) -> Iterable[list]:
    questions = [each.question for each in results.tallies]
    ends = [gettext("Comment"), gettext("May be quoted")]
    yield [gettext("Name"), gettext("Company"), *(str(question.text) for question in questions), *ends]
    for row in results.rows:
        answers = [_answer(question, row.answers.get(question.code)) for question in questions]
        comment = row.comment_ja if row.language == "ja" else row.comment_en
        yield [row.person.name, row.company.name, *answers, comment, str(Consent(row.consent).label)]


def _answer(question: Question, value) -> object:
    return {choice.code: str(choice.text) for choice in question.choices}.get(value, "" if value is None else value)


def _lines_without_names(results: Results) -> Iterable[list]:
    """A line a value with how often it was chosen, and a line for each text: nothing says what stands together."""
    yield [gettext("Question"), gettext("Answer"), pgettext("how many", "Answers"), gettext("May be quoted")]
    for each in results.tallies:
        for value, count in each.counts.items():
            yield [str(each.question.text), _answer(each.question, value), count, ""]
        for words in each.words:
            yield [str(each.question.text), words.text, 1, ""]
    for words in results.comments:
        yield [gettext("Comment"), words.text, 1, str(Consent(words.consent).label)]


def _cell(value) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value
