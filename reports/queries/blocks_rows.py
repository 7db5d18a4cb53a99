"""The rows behind each figure of a report: as many as the figure says, for the secretariat to look at."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils import timezone

from consultations.enums import ChangeKind, EntryKind, State
from consultations.models import Change, Consultation, LedgerEntry
from programmes.enums import Mode
from programmes.models import Attendance, Enrolment, Feedback, MilestoneKind, Programme, Session
from reports.enums import Edition

from .blocks_outcomes import readings
from .entitlement import SPENT
from .figures import _end_of, _rows
from .steps import steps_reached


@dataclass(frozen=True)
class FigureRow:
    """One of those that a figure counts. Texts are pairs; what an edition does not say is empty."""

    company: str = ""  # its code in the programme
    name_ja: str = ""
    name_en: str = ""
    # What it is: a person, the title of a session, what was said.
    text_ja: str = ""
    text_en: str = ""
    day: datetime.date | None = None
    # A word that says how: a mode, a stage, a number among several.
    how: str = ""
    number: int = 0


@dataclass
class _Asked:
    """A question for rows: of which programme, as of which day, in which edition, with what was read already."""

    programme: Programme
    as_of: datetime.date
    edition: str
    codes: dict = field(default_factory=dict)

    def __post_init__(self):
        self.bound = _end_of(self.as_of)
        self.enrolled, _gone, self.reached = _rows(self.programme, self.as_of, Edition.INTERNAL)
        self.kinds = list(MilestoneKind.objects.filter(programme=self.programme).order_by("order", "id"))
        every = Enrolment.objects.filter(programme=self.programme)
        fields = ("company", "id", "code", "company__name_ja", "company__name_en", "withdrawn_on", "joined_on")
        self.enrolments = list(every.order_by("code", "id").values(*fields))
        self.by_company = {row["company"]: row for row in self.enrolments}
        self.by_id = {row["id"]: row for row in self.enrolments}

    def row(self, enrolment: dict, **more) -> FigureRow:
        return FigureRow(company=enrolment["code"], **self._names(enrolment), **more)

    def _names(self, enrolment: dict) -> dict:
        if self.edition == Edition.PUBLIC:
            return {}
        return {"name_ja": enrolment["company__name_ja"], "name_en": enrolment["company__name_en"]}

    def of_company(self, company_id, **more) -> FigureRow:
        enrolment = self.by_company.get(company_id)
        return self.row(enrolment, **more) if enrolment else FigureRow(**more)


def figure_rows(programme: Programme, name: str, *, as_of: datetime.date, edition: str) -> list[FigureRow] | None:
    """Return what the figure counts as of the day, or None where no figure is called so.

    Reads in a constant number of questions, and only what the acting person may see.
    """
    asked = _Asked(programme, as_of, edition)
    head, _dot, rest = name.partition(".")
    for answer in (_of_companies, _of_sessions, _of_consultations, _of_outcomes):
        found = answer(asked, head, rest, name)
        if found is not None:
            return found
    return None


# --- Companies ------------------------------------------------------------------------------------------------------------


def _of_companies(asked: _Asked, head: str, rest: str, name: str) -> list[FigureRow] | None:
    if name == "enrolled":
        return [asked.row(asked.by_id[row["id"]], day=asked.by_id[row["id"]]["joined_on"]) for row in asked.enrolled]
    if name == "withdrawn":
        there = {row["id"] for row in asked.enrolled}
        return [
            asked.row(row, day=row["withdrawn_on"])
            for row in asked.enrolments
            if row["joined_on"] <= asked.as_of and row["id"] not in there
        ]
    if head == "milestone":
        return _of_milestone(asked, rest)
    if head not in ("formulated", "stage"):
        return None
    furthest, formulated_on = steps_reached(asked.enrolled, asked.kinds, asked.reached)
    due = asked.programme.target_due_on
    chosen: dict[str, Callable[[object], bool]] = {
        "formulated": lambda pk: pk in formulated_on,
        "formulated.by_due": lambda pk: pk in formulated_on and due is not None and formulated_on[pk] <= due,
        "formulated.left": lambda pk: pk not in formulated_on,
        f"stage.{rest}": lambda pk: furthest[pk] == rest,
    }
    if name not in chosen:
        return None
    return [
        asked.row(asked.by_id[row["id"]], day=_shown(asked, formulated_on.get(row["id"])), how=str(furthest[row["id"]]))
        for row in asked.enrolled
        if chosen[name](row["id"])
    ]


def _shown(asked: _Asked, day: datetime.date | None) -> datetime.date | None:
    """A published policy bears its date, and the date would tell whose code it is."""
    return day if asked.edition == Edition.INTERNAL else None


def _of_milestone(asked: _Asked, rest: str) -> list[FigureRow] | None:
    by_code = {kind.code: (kind, False) for kind in asked.kinds}
    by_code |= {f"{kind.code}.by_due": (kind, True) for kind in asked.kinds if f"{kind.code}.by_due" not in by_code}
    if rest not in by_code:
        return None
    kind, in_time = by_code[rest]
    return [
        asked.row(asked.by_id[row["id"]], day=_shown(asked, day))
        for row in asked.enrolled
        if (day := asked.reached.get((row["id"], kind.pk))) and (not in_time or (kind.due_on and day <= kind.due_on))
    ]


# --- Sessions and people ----------------------------------------------------------------------------------------------------


def _of_sessions(asked: _Asked, head: str, rest: str, name: str) -> list[FigureRow] | None:
    if head not in ("sessions", "attendances", "session"):
        return None
    held = Session.objects.standing().filter(programme=asked.programme, ends_at__lte=asked.bound)
    sessions = list(held.order_by("starts_at", "order", "id"))
    if head == "sessions":
        return [_session_row(each) for each in sessions if not rest or each.strand == rest]
    if head == "attendances":
        ways = _ways()
        if rest in ways:
            return _people(asked, sessions, ways[rest])
        return _people(asked, [each for each in sessions if each.strand == rest], ways[""])
    code, _dot, what = rest.rpartition(".")
    own = [each for each in sessions if each.code == code]
    if not own:
        return None
    if what == "companies":
        return _companies_at(asked, own)
    if what == "comments":
        return _comments_on(asked, own)
    ways = _ways()
    ways["people"] = ways.pop("")
    return _people(asked, own, ways[what]) if what in ways else None


def _ways() -> dict[str, Callable[[Attendance], bool]]:
    return {
        "": lambda row: True,
        "onsite": lambda row: row.actual_mode == Mode.ONSITE,
        "online": lambda row: row.actual_mode == Mode.ONLINE,
        "unknown": lambda row: row.actual_mode not in (Mode.ONSITE, Mode.ONLINE),
    }


def _session_row(session: Session) -> FigureRow:
    day = timezone.localtime(session.starts_at).date()
    return FigureRow(text_ja=session.title_ja, text_en=session.title_en, day=day)


def _present(asked: _Asked, sessions: list[Session]):
    rows = Attendance.objects.filter(programme=asked.programme, session__in=sessions).present()
    return rows.select_related("person", "session").order_by("session__starts_at", "company", "person__name_ja", "id")


def _people(asked: _Asked, sessions: list[Session], belongs: Callable[[Attendance], bool]) -> list[FigureRow]:
    is_public = asked.edition == Edition.PUBLIC
    found = []
    for row in _present(asked, sessions):
        if not belongs(row):
            continue
        names = {} if is_public else {"text_ja": row.person.name_ja, "text_en": row.person.name_en}
        day = timezone.localtime(row.session.starts_at).date()
        found.append(asked.of_company(row.company_id, day=day, how=row.actual_mode, **names))
    return sorted(found, key=lambda row: (row.day, row.company))


def _companies_at(asked: _Asked, sessions: list[Session]) -> list[FigureRow]:
    people = Counter(row.company_id for row in _present(asked, sessions))
    found = [asked.of_company(company, number=number) for company, number in people.items()]
    return sorted(found, key=lambda row: row.company)


def _comments_on(asked: _Asked, sessions: list[Session]) -> list[FigureRow]:
    """Which words were said is for the quote bank; a row of the public edition does not even say whose they are."""
    rows = Feedback.objects.filter(programme=asked.programme, session__in=sessions).with_words().shown()
    rows = rows.order_by("created_at", "id").values("company", "comment_ja", "comment_en")
    if asked.edition == Edition.PUBLIC:
        return [FigureRow(text_ja=row["comment_ja"], text_en=row["comment_en"]) for row in rows]
    return [asked.of_company(row["company"], text_ja=row["comment_ja"], text_en=row["comment_en"]) for row in rows]


# --- Consultations ------------------------------------------------------------------------------------------------------------


def _of_consultations(asked: _Asked, head: str, rest: str, name: str) -> list[FigureRow] | None:
    if head != "consultations":
        return None
    every = Consultation.objects.filter(programme=asked.programme).order_by("starts_at", "id")
    rows = list(every.values("id", "enrolment", "state", "starts_at", "ends_at", "method"))
    over = [row for row in rows if row["ends_at"] <= asked.bound]
    held = [row for row in over if row["state"] == State.HELD]
    plain = {
        "": held,
        "onsite": [row for row in held if row["method"] == Mode.ONSITE],
        "online": [row for row in held if row["method"] == Mode.ONLINE],
        "unknown": [row for row in held if row["method"] not in (Mode.ONSITE, Mode.ONLINE)],
        "cancelled": [row for row in rows if row["state"] == State.CANCELLED],
    }
    if rest in plain:
        return [_consultation(asked, row) for row in plain[rest]]
    if rest == "companies":
        counted = Counter(row["enrolment"] for row in held)
        found = [asked.row(asked.by_id[pk], number=number) for pk, number in counted.items()]
        return sorted(found, key=lambda row: row.company)
    ended = Change.objects.filter(
        consultation__programme=asked.programme, kind=ChangeKind.ENDED, made_at__lte=asked.bound
    )
    gone = set(ended.values_list("consultation", flat=True))
    late = [
        row
        for row in rows
        if row["state"] == State.CANCELLED_LATE and (row["ends_at"] <= asked.bound or row["id"] in gone)
    ]
    spent = {
        "used": held,
        "cancelled_late": late,
        "missed": [row for row in over if row["state"] == State.MISSED],
        "later": [
            row for row in rows if row["ends_at"] > asked.bound and row["state"] != State.CANCELLED and row not in late
        ],
        "unmarked": [row for row in over if row["state"] == State.BOOKED],
    }
    return _entitled(asked, rest, spent)


def _consultation(asked: _Asked, row: dict) -> FigureRow:
    day = timezone.localtime(row["starts_at"]).date()
    return asked.row(asked.by_id[row["enrolment"]], day=day, how=row["method"])


def _entitled(asked: _Asked, rest: str, spent: dict[str, list]) -> list[FigureRow] | None:
    """Return what became of each consultation that a company was entitled to or granted, company by company.

    What is spent fills the room of its company in the order of `entitlement.SPENT`; what does not fit counts for nothing
    but, where it was held, as beyond the entitlement.
    """
    each = asked.programme.consultations_per_company or 0
    own = {key: _by_enrolment(rows) for key, rows in spent.items()}
    entries = _entries(asked)
    found: dict[str, list[FigureRow]] = {key: [] for key in (*SPENT, "entitled", "extra", "unused", "beyond")}
    for enrolled in asked.enrolled:
        key, enrolment = enrolled["id"], asked.by_id[enrolled["id"]]
        extra = entries[key, EntryKind.EXTRA]
        found["entitled"] += [asked.row(enrolment, number=number + 1) for number in range(each)]
        found["extra"] += extra
        room = each + len(extra)
        found["beyond"] += [_consultation(asked, row) for row in own["used"][key][room:]]
        for name in SPENT:
            rows = entries[key, EntryKind.FORFEITED] if name == "forfeited" else own[name][key]
            drawn = rows[:room] if name == "forfeited" else [_consultation(asked, row) for row in rows[:room]]
            found[name] += drawn
            room -= len(drawn)
        found["unused"] += [asked.row(enrolment, number=number + 1) for number in range(room)]
    there = {row["id"] for row in asked.enrolled}
    found["beyond"] += [_consultation(asked, row) for row in spent["used"] if row["enrolment"] not in there]
    found["granted"] = found["entitled"] + found["extra"]
    return found.get(rest)


def _entries(asked: _Asked) -> dict[tuple, list[FigureRow]]:
    """Return the entries of the ledger by enrolment and kind, with their reasons for those who may read names."""
    found = defaultdict(list)
    rows = LedgerEntry.objects.filter(programme=asked.programme, recorded_at__lte=asked.bound)
    for row in rows.order_by("recorded_at", "id").values("enrolment", "kind", "recorded_at", "reason"):
        said = {} if asked.edition == Edition.PUBLIC else {"text_ja": row["reason"], "text_en": row["reason"]}
        day = timezone.localtime(row["recorded_at"]).date()
        found[row["enrolment"], row["kind"]].append(asked.row(asked.by_id[row["enrolment"]], day=day, **said))
    return found


def _by_enrolment(rows: list[dict]) -> dict:
    found = defaultdict(list)
    for row in rows:
        found[row["enrolment"]].append(row)
    return found


# --- Published texts ------------------------------------------------------------------------------------------------------------


def _of_outcomes(asked: _Asked, head: str, rest: str, name: str) -> list[FigureRow] | None:
    if head != "outcome":
        return None
    found = readings(asked.programme, asked.as_of)
    if rest == "texts":
        return [asked.of_company(each.company_id, day=_shown(asked, each.published_on)) for each in found]
    return [
        asked.of_company(each.company_id, day=_shown(asked, each.published_on)) for each in found if rest in each.stated
    ]
