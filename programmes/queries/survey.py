"""Questions about surveys: what the holder of a link sees, who was asked, and what the answers come to."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from common.models import in_language
from programmes.catalogue.questions import Question, read_questions
from programmes.enums import QuestionKind
from programmes.models import Attendance, Feedback, Session, Survey, SurveyInvitation
from programmes.models.feedback import FEWEST

# --- By link ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    """What the holder of a link may see: the survey, their own name, and what they answered so far."""

    invitation_id: UUID
    session_id: UUID
    programme_id: UUID
    is_anonymous: bool
    is_open: bool
    closes_at: datetime
    questions: list[Question]
    title_ja: str
    title_en: str
    starts_at: datetime
    ends_at: datetime
    programme_ja: str
    programme_en: str
    person_ja: str
    person_en: str
    has_answered: bool
    feedback_id: UUID | None
    answers: dict
    comment: str
    consent: str
    # [{"title", "used_at"}] of the reports that printed the comment.
    uses: list[dict]

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def programme(self) -> str:
        return in_language(self, "programme")

    @property
    def person(self) -> str:
        return in_language(self, "person")


def survey_door(token_hash: str, key: str) -> Door | None:
    """Return what stands behind the hash of a link's word, with the answers that `key` finds."""
    if not token_hash:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM app.survey_by_token(%s, %s)", [token_hash, key])
        row = cursor.fetchone()
        names = [column.name for column in cursor.description]
    if row is None:
        return None
    values = dict(zip(names, row, strict=True))
    values["questions"] = read_questions(_from_jsonb(values["questions"]))
    values["answers"] = _from_jsonb(values["answers"]) or {}
    values["uses"] = _from_jsonb(values["uses"])
    values["comment"], values["consent"] = values["comment"] or "", values["consent"] or ""
    return Door(**values)


def as_jsonb(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def _from_jsonb(value):
    return json.loads(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class OwnSurvey:
    """A survey that the person who is signed in was asked to answer."""

    invitation_id: UUID
    session_id: UUID
    closes_at: datetime
    answered_on: date | None

    def is_open(self, now: datetime) -> bool:
        return self.closes_at > now


def own_surveys() -> dict[UUID, OwnSurvey]:
    """Return by session the surveys that the acting person was invited to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT invitation_id, session_id, closes_at, answered_on FROM app.own_surveys()")
        return {row[1]: OwnSurvey(*row) for row in cursor.fetchall()}


def own_quote_uses(feedback: Feedback) -> list[dict]:
    """Return in which reports the acting person's own comment was printed, as `Door.uses` has them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, used_at FROM app.own_quote_uses(%s)", [feedback.pk])
        return [{"title": title, "used_at": used_at.isoformat()} for title, used_at in cursor.fetchall()]


# --- Asking -----------------------------------------------------------------------------------------------------------


def survey_of(user, session: Session) -> Survey | None:
    return Survey.objects.visible_to(user).filter(session=session).first()


def opened_surveys(user, sessions: Iterable[Session]) -> list[Survey]:
    """Return the surveys of these sessions that people were asked to answer, closed ones too."""
    return list(Survey.objects.visible_to(user).filter(session__in=sessions, opened_at__isnull=False))


def not_invited(survey: Survey):
    """Return who was at the session and has no invitation yet."""
    invited = SurveyInvitation.objects.filter(survey=survey).values("person")
    present = Attendance.objects.present().filter(session_id=survey.session_id).exclude(person__in=invited)
    return present.select_related("person__user").order_by("person__name_kana", "pk")


def not_answered(survey: Survey):
    """Return the invitations that nobody has answered, by company and name."""
    return (
        SurveyInvitation.objects.filter(survey=survey, answered_on__isnull=True)
        .select_related("person__user", "company")
        .order_by("company__name_kana", "company_id", "person__name_kana", "pk")
    )


@dataclass(frozen=True)
class OpenSurvey:
    """A survey that can be answered now, and in whose name those who have not are reminded."""

    survey_id: UUID
    host_id: UUID | None


def open_surveys() -> list[OpenSurvey]:
    """Return the surveys that can be answered now. Asked by nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT survey_id, host_id FROM app.open_surveys()")
        return [OpenSurvey(*row) for row in cursor.fetchall()]


def answered_since_reminded(survey: Survey, *, after: datetime):
    """Return the invitations that were answered after a reminder of the last days."""
    return SurveyInvitation.objects.filter(survey=survey, answered_on__isnull=False, reminded_at__gte=after)


def may_be_reminded(invitation: SurveyInvitation, *, now: datetime, rest: timedelta) -> bool:
    last = invitation.reminded_at or invitation.sent_at
    return last is None or last <= now - rest


@dataclass(frozen=True)
class Progress:
    asked: int = 0
    answered: int = 0

    @property
    def missing(self) -> int:
        return self.asked - self.answered


def survey_progress(survey: Survey) -> Progress:
    return Progress(
        **SurveyInvitation.objects.filter(survey=survey).aggregate(
            asked=Count("pk"), answered=Count("pk", filter=Q(answered_on__isnull=False))
        )
    )


# --- What the answers come to -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """Words of somebody, with who said them where the survey has names."""

    text: str
    language: str
    person: str = ""
    company: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Tally:
    """A question with what was answered: how often each value, or the words."""

    question: Question
    answered: int
    counts: dict = field(default_factory=dict)
    words: list[Said] = field(default_factory=list)

    @property
    def average(self) -> float | None:
        """The mean of a scale; None for other questions and where nobody answered."""
        if self.question.kind != QuestionKind.SCALE or not self.answered:
            return None
        return sum(value * count for value, count in self.counts.items()) / self.answered


@dataclass(frozen=True)
class Results:
    """All answers to a survey; nothing of them where they are few and have no names."""

    answers: int
    is_hidden: bool
    tallies: list[Tally] = field(default_factory=list)
    comments: list[Said] = field(default_factory=list)
    # A row a person, where answers have names; else none.
    rows: list[Feedback] = field(default_factory=list)


def survey_results(user, survey: Survey) -> Results:
    """Return what the answers come to, for the secretariat.

    Without names: nothing below three answers, and words in an order that says neither when they came nor which stand
    together. Row-level security shows them only when the survey has closed.
    """
    rows = Feedback.objects.visible_to(user).filter(session_id=survey.session_id).exclude(answers={})
    rows = list(rows.filter(company__isnull=survey.is_anonymous).select_related("person", "company"))
    if survey.is_anonymous and len(rows) < FEWEST:
        return Results(len(rows), is_hidden=True)
    tallies = [_tally(question, rows) for question in read_questions(survey.questions)]
    comments = [_comment(row) for row in shuffled(rows, "comment") if row.comment_ja or row.comment_en]
    own = [] if survey.is_anonymous else rows
    return Results(len(rows), is_hidden=False, tallies=tallies, comments=comments, rows=own)


def shuffled(rows: Iterable[Feedback], salt: str) -> list[Feedback]:
    """Return rows in an order of their own for each question: by chance, and the same at every look."""
    return sorted(rows, key=lambda row: hashlib.sha256(f"{salt}:{row.pk}".encode()).digest())


def _tally(question: Question, rows: list[Feedback]) -> Tally:
    given = [row for row in rows if row.answers.get(question.code) not in (None, "")]
    if question.kind == QuestionKind.TEXT:
        words = [_said(row, str(row.answers[question.code])) for row in shuffled(given, question.code)]
        return Tally(question, len(given), words=words)
    found = Counter(row.answers[question.code] for row in given)
    return Tally(question, len(given), counts={value: found[value] for value in question.values})


def _said(row: Feedback, text: str, language: str = "", consent: str = "") -> Said:
    return Said(
        text=text,
        language=language,
        person=row.person.name if row.person else "",
        company=row.company.name if row.company else "",
        consent=consent,
    )


def _comment(row: Feedback) -> Said:
    return _said(row, original(row), original_language(row), row.consent)


def original_language(row: Feedback) -> str:
    """Return the language that was written; an imported comment may have only the other one."""
    other = {"ja": "en", "en": "ja"}[row.language]
    return row.language if getattr(row, f"comment_{row.language}") else other


def original(row: Feedback) -> str:
    return getattr(row, f"comment_{original_language(row)}")
