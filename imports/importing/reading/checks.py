"""What no single cell can tell: rows compared with one another, with the calendar and with the programme.

Every check yields findings and never raises; a value that could not be read is skipped, because it has been reported.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from .cells import TOKYO, named
from .findings import ERROR, NOTICE, Finding
from .records import Record, SheetData, WorkbookData, key_of
from .schema import BY_NAME, FREED

STAGES = ("submitted", "endorsed", "approved", "published")
STATUS_RANK = {"drafting": 0, "submitted": 1, "endorsed": 2, "approved": 3, "published": 4}
COMPANY_ROLES = ("manager", "staff")


def check_workbook(data: WorkbookData, *, today: date) -> Iterator[Finding]:
    """Every error and notice that needs more than one cell; `today` is the day in Tokyo."""
    yield from check_duplicates(data)
    yield from check_references(data)
    yield from check_programme(data)
    yield from check_companies(data)
    yield from check_people(data)
    yield from check_sessions(data)
    yield from check_attendance(data, today=today)
    yield from check_feedback(data)
    yield from check_consultations(data, today=today)
    yield from check_overlaps(data)
    yield from check_policies(data, today=today)
    yield from check_assignments(data)


# Rows of one sheet


def check_duplicates(data: WorkbookData) -> Iterator[Finding]:
    for content in list(data.sheets.values()):
        if content.sheet.key:
            yield from _twice(
                content,
                content.records,
                content.sheet.key[-1],
                lambda record, content=content: key_of(content.sheet, record),
            )
    companies = data["Companies"]
    yield from _twice(companies, companies.records, "corporate_number", lambda record: record.get("corporate_number"))


def _twice(content: SheetData, records: Iterable[Record], name: str, key) -> Iterator[Finding]:
    first: dict = {}
    shown_at = next((field for field in (name, f"{name}_en", f"{name}_ja") if field in content.headers), name)
    for record in records:
        value = key(record)
        if value is None:
            continue
        if value in first:
            yield content.finding(ERROR, "duplicate", record, shown_at, other_row=first[value])
        else:
            first[value] = record.row


# References to other sheets

REFERENCES = (
    ("People", "company", "Companies", "code"),
    ("Agenda", "session", "Sessions", "code"),
    ("Speakers", "session", "Sessions", "code"),
    ("Attendance", "session", "Sessions", "code"),
    ("Attendance", "email", "People", "email"),
    ("Feedback", "session", "Sessions", "code"),
    ("Feedback", "email", "People", "email"),
    ("Consultations", "company", "Companies", "code"),
    ("Consultations", "adviser", "People", "email"),
    ("Policies", "company", "Companies", "code"),
    ("Assignments", "company", "Companies", "code"),
    ("Assignments", "adviser", "People", "email"),
    ("Theme steps", "company", "Companies", "code"),
    ("Theme steps", "milestone", "Themes", "milestone"),
)


def check_references(data: WorkbookData) -> Iterator[Finding]:
    """Codes and addresses that no row of their sheet has; silent when that sheet itself could not be read."""
    for name, field, target, target_field in REFERENCES:
        if target_field not in data[target].headers:
            continue
        known = {record.get(target_field) for record in data.records(target)}
        for record in data.records(name):
            value = record.get(field)
            if value is not None and value not in known:
                yield data[name].finding(ERROR, "unknown_reference", record, field, other_sheet=data[target].title)
    yield from _unknown_agenda_items(data)


def _unknown_agenda_items(data: WorkbookData) -> Iterator[Finding]:
    if not {"session", "order"} <= set(data["Agenda"].headers):
        return
    items = {(record["session"], record["order"]) for record in data.records("Agenda")}
    sessions = {record["code"] for record in data.records("Sessions")}
    for record in data.records("Speakers"):
        session, order = record["session"], record["order"]
        if session in sessions and order is not None and (session, order) not in items:
            yield data["Speakers"].finding(
                ERROR, "unknown_agenda_item", record, "order", session=session, other_sheet=data["Agenda"].title
            )


# The programme, its companies and people


def check_programme(data: WorkbookData) -> Iterator[Finding]:
    programme, content = data.programme, data["Programme"]
    for start, end in (("starts_on", "ends_on"), ("consultations_start_on", "consultations_end_on")):
        yield from _end_before_start(content, programme, start, end)
    yield from _outside(
        content, programme, ("target_due_on", "consultations_start_on", "consultations_end_on"), programme
    )


def _end_before_start(content: SheetData, record: Record, start: str, end: str) -> Iterator[Finding]:
    if record[start] and record[end] and record[end] < record[start]:
        yield content.finding(ERROR, "end_before_start", record, end, start=display(record[start]))


def _outside(content: SheetData, record: Record, names: Iterable[str], programme: Record) -> Iterator[Finding]:
    """A notice for each date outside the programme's own dates: unusual, but it happens."""
    starts, ends = programme["starts_on"], programme["ends_on"]
    if not starts or not ends:
        return
    for name in names:
        day = day_of(record[name])
        if day and not starts <= day <= ends:
            yield content.finding(
                NOTICE,
                "outside_programme",
                record,
                name,
                value=display(record[name]),
                starts=display(starts),
                ends=display(ends),
            )


def check_companies(data: WorkbookData) -> Iterator[Finding]:
    content, programme = data["Companies"], data.programme
    for record in content.records:
        yield from _end_before_start(content, record, "joined_on", "withdrawn_on")
        if record["withdrawn_on"] and record["status"] == "participating":
            yield content.finding(
                ERROR, "withdrawn_but_participating", record, "withdrawn_on", value=display(record["withdrawn_on"])
            )
        if record["joined_on"] and programme["ends_on"] and record["joined_on"] > programme["ends_on"]:
            yield content.finding(ERROR, "joined_after_end", record, "joined_on", ends=display(programme["ends_on"]))


def check_people(data: WorkbookData) -> Iterator[Finding]:
    content = data["People"]
    for record in content.records:
        role = record["role"]
        if role in COMPANY_ROLES and not record["company"] and "company" not in record.bad:
            yield content.finding(ERROR, "company_missing", record, "company")
        if role and role not in COMPANY_ROLES and record["company"]:
            yield content.finding(ERROR, "company_not_expected", record, "company")


# Sessions and who came


def check_sessions(data: WorkbookData) -> Iterator[Finding]:
    content = data["Sessions"]
    for record in content.records:
        starts, ends = record["starts_at"], record["ends_at"]
        if starts and ends and ends <= starts:
            yield content.finding(
                ERROR, "end_before_start", record, "ends_at", value=display(ends), start=display(starts)
            )
        elif starts and ends and ends - starts > timedelta(hours=16):
            yield content.finding(
                ERROR, "session_too_long", record, "ends_at", value=display(ends), start=display(starts)
            )
        yield from _outside(content, record, ("starts_at",), data.programme)


def check_attendance(data: WorkbookData, *, today: date) -> Iterator[Finding]:
    content = data["Attendance"]
    sessions = {record["code"]: record for record in data.records("Sessions")}
    people = {record["email"]: record for record in data.records("People")}
    for record in content.records:
        session, person = sessions.get(record["session"]), people.get(record["email"])
        if person and person["role"] not in (None, *COMPANY_ROLES):
            yield content.finding(
                ERROR, "attendance_without_company", record, "email", role=word("People", "role", person["role"])
            )
        if record["attended"] and record["mode"] is None and "mode" not in record.bad:
            yield content.finding(ERROR, "mode_missing", record, "mode")
        if session is not None:
            yield from _mode_possible(content, record, session)
            if record["attended"] and session["starts_at"] and day_of(session["starts_at"]) > today:
                yield content.finding(
                    ERROR, "attended_in_future", record, "attended", value="", starts=display(session["starts_at"])
                )


def _mode_possible(content: SheetData, record: Record, session: Record) -> Iterator[Finding]:
    mode, method = record["mode"], session["method"]
    if mode and method and method not in ("hybrid", mode):
        yield content.finding(
            ERROR,
            "mode_impossible",
            record,
            "mode",
            session=record["session"],
            method=word("Sessions", "method", method),
        )


def check_feedback(data: WorkbookData) -> Iterator[Finding]:
    content = data["Feedback"]
    attended = {(record["session"], record["email"]) for record in data.records("Attendance") if record["attended"]}
    people = {record["email"]: record for record in data.records("People")}
    for record in content.records:
        person = people.get(record["email"])
        if person and person["role"] not in (None, *COMPANY_ROLES):
            yield content.finding(
                ERROR, "attendance_without_company", record, "email", role=word("People", "role", person["role"])
            )
        elif person and record["session"] and (record["session"], record["email"]) not in attended:
            yield content.finding(NOTICE, "feedback_without_attendance", record, "email", session=record["session"])


# Consultations


def check_consultations(data: WorkbookData, *, today: date) -> Iterator[Finding]:
    content, programme = data["Consultations"], data.programme
    roles = {record["email"]: record["role"] for record in data.records("People")}
    used = defaultdict(int)
    for record in content.records:
        yield from _is_adviser(content, record, roles)
        starts = record["starts_at"]
        if record["status"] in ("held", "missed") and starts and day_of(starts) > today:
            yield content.finding(ERROR, "held_in_future", record, "starts_at", value=display(starts))
        yield from _outside_consultations(content, record, programme)
        if record["status"] not in (None, "cancelled") and record["company"]:
            used[record["company"]] += 1
            entitled = programme["consultations_per_company"]
            if entitled is not None and used[record["company"]] > entitled:
                yield content.finding(NOTICE, "beyond_entitlement", record, "company", entitled=entitled)


def _is_adviser(content: SheetData, record: Record, roles: dict) -> Iterator[Finding]:
    role = roles.get(record["adviser"])
    if role and role != "adviser":
        yield content.finding(ERROR, "not_an_adviser", record, "adviser", role=word("People", "role", role))


def _outside_consultations(content: SheetData, record: Record, programme: Record) -> Iterator[Finding]:
    starts, ends = programme["consultations_start_on"], programme["consultations_end_on"]
    day = day_of(record["starts_at"])
    if day and starts and ends and record["status"] not in FREED and not starts <= day <= ends:
        yield content.finding(
            NOTICE,
            "outside_consultations",
            record,
            "starts_at",
            value=display(record["starts_at"]),
            starts=display(starts),
            ends=display(ends),
        )


def check_overlaps(data: WorkbookData) -> Iterator[Finding]:
    """Two consultations of one adviser or one company at the same time; cancelled ones do not count."""
    content = data["Consultations"]
    current = [
        record
        for record in content.records
        if record["status"] not in (None, *FREED) and record["starts_at"] and record["minutes"]
    ]
    reported: set[tuple[int, int]] = set()
    for name in ("adviser", "company"):
        for earlier, later in overlapping(current, name):
            pair = (earlier.row, later.row)
            if pair not in reported:
                reported.add(pair)
                yield content.finding(
                    ERROR,
                    f"overlap_{name}",
                    later,
                    "starts_at",
                    value=display(later["starts_at"]),
                    other_row=earlier.row,
                    who=later[name],
                )


def overlapping(records: Iterable[Record], name: str) -> Iterator[tuple[Record, Record]]:
    """(earlier, later) pairs that overlap among records with the same value of `name`; touching is no overlap."""
    by_value: dict = defaultdict(list)
    for record in records:
        if record[name]:
            by_value[record[name]].append(record)
    for group in by_value.values():
        group.sort(key=lambda record: (record["starts_at"], record.row))
        longest = group[0]
        for record in group[1:]:
            if record["starts_at"] < end_of(longest):
                yield longest, record
            if end_of(record) > end_of(longest):
                longest = record


def end_of(record: Record) -> datetime:
    return record["starts_at"] + timedelta(minutes=record["minutes"])


# Policies and assignments


def check_policies(data: WorkbookData, *, today: date) -> Iterator[Finding]:
    content = data["Policies"]
    for record in content.records:
        rank = STATUS_RANK.get(record["status"])
        if rank is not None:
            yield from _status_and_dates(content, record, rank)
        yield from _in_order(content, record)
        for stage in STAGES:
            day = record[f"{stage}_on"]
            if day and day > today:
                yield content.finding(
                    ERROR, "in_the_future", record, f"{stage}_on", value=display(day), today=display(today)
                )
        if record["published_url"] and rank is not None and rank < STATUS_RANK["published"]:
            yield content.finding(
                ERROR, "beyond_status", record, "published_url", status=word("Policies", "status", record["status"])
            )


def _status_and_dates(content: SheetData, record: Record, rank: int) -> Iterator[Finding]:
    """The stage a policy stands at has a date, and no later stage has one."""
    for stage in STAGES:
        name = f"{stage}_on"
        if STATUS_RANK[stage] == rank and record[name] is None and name not in record.bad:
            yield content.finding(
                ERROR, "date_of_status_missing", record, name, status=word("Policies", "status", record["status"])
            )
        # A policy that was returned is being written again and keeps the date of its submission.
        if STATUS_RANK[stage] > max(rank, STATUS_RANK["submitted"]) and record[name]:
            yield content.finding(
                ERROR,
                "beyond_status",
                record,
                name,
                value=display(record[name]),
                status=word("Policies", "status", record["status"]),
            )


def _in_order(content: SheetData, record: Record) -> Iterator[Finding]:
    """Submitted, reviewed, approved, published: each no earlier than the one before it (stages without a date are passed over)."""
    previous = None
    for stage in STAGES:
        name = f"{stage}_on"
        if record[name] is None:
            continue
        if previous and record[name] < record[previous]:
            before = content.headers.get(previous, ("", previous))[1]
            yield content.finding(
                ERROR,
                "stages_out_of_order",
                record,
                name,
                value=display(record[name]),
                before=before,
                day=display(record[previous]),
            )
        previous = name


def check_assignments(data: WorkbookData) -> Iterator[Finding]:
    content = data["Assignments"]
    roles = {record["email"]: record["role"] for record in data.records("People")}
    for record in content.records:
        yield from _is_adviser(content, record, roles)
        yield from _end_before_start(content, record, "starts_on", "ends_on")


def word(sheet: str, column: str, code: str) -> str:
    """A choice as the remarks name it: its code and its Japanese word, so that it reads the same for everybody."""
    return named(next(choice for choice in BY_NAME[sheet].column(column).choices if choice.code == code))


def day_of(value: date | datetime | None) -> date | None:
    """The day in Tokyo."""
    return value.astimezone(TOKYO).date() if isinstance(value, datetime) else value


def display(value: date | datetime) -> str:
    """Dates as everybody reads them, whatever the language."""
    if isinstance(value, datetime):
        return value.astimezone(TOKYO).strftime("%Y-%m-%d %H:%M")
    return value.isoformat()


def today_in_tokyo(now: datetime | None = None) -> date:
    return day_of(now or datetime.now(UTC))
