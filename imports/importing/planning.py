"""What registering a workbook would change, worked out without writing.

Three parties are compared, cell by cell: the portal, the last import (`ImportedRow`) and the new file.

    file = portal                                        nothing to do
    the file is empty and was empty                      nothing to do: it does not know
    portal = last import, file differs                   the file has been edited: change the portal
    portal differs from the last import and the file     somebody changed the portal: a conflict, the portal is kept
    never imported, portal empty                         fill it in
    never imported, portal differs                       a conflict, the portal is kept

A row that the last import brought and the file no longer has is reported and left alone. A row that somebody removed in the
portal is a conflict too, and is not brought back unless chosen.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from imports.models import ImportedRow
from imports.permissions import can_apply, can_import, can_make_secretariat_seats
from programmes.models import Programme

from .portal import Existing, Portal, load_portal, moment, normal
from .reading.checks import COMPANY_ROLES, display, overlapping
from .reading.findings import ERROR, NOTICE, Finding
from .reading.records import Record, WorkbookData, key_of
from .reading.schema import FREED, SHEETS, Sheet

ALL = "all"
SAME, CHANGE, CONFLICT = "same", "change", "conflict"
SHOWN = 1_000
# Rows of these sheets are only registered together with the row they refer to.
PARENTS = {
    "Agenda": (("session", "Sessions"),),
    "Speakers": (("session", "Sessions"),),
    "Attendance": (("session", "Sessions"),),
    "Feedback": (("session", "Sessions"),),
    "People": (("company", "Companies"),),
    "Consultations": (("company", "Companies"),),
    "Policies": (("company", "Companies"),),
    "Assignments": (("company", "Companies"),),
    "Theme steps": (("company", "Companies"), ("milestone", "Themes")),
}


@dataclass(frozen=True)
class Difference:
    """One cell in which file and portal differ; an empty `name` stands for a whole row that the portal no longer has."""

    sheet: str
    row: int
    key: str
    name: str
    portal: object
    last: object
    file: object

    @property
    def id(self) -> str:
        """Short and the same at every planning, so that a choice can be kept."""
        return hashlib.sha256(f"{self.sheet}|{self.key}|{self.name}".encode()).hexdigest()[:16]

    def as_json(self) -> dict:
        return {
            "id": self.id,
            "sheet": self.sheet,
            "row": self.row,
            "key": " / ".join(str(part) for part in json.loads(self.key) if part),
            "name": self.name,
            "portal": self.portal,
            "last": self.last,
            "file": self.file,
        }


@dataclass
class Update:
    """A row that exists and the columns of it to be written."""

    record: Record
    existing: Existing
    names: set[str]


@dataclass
class SheetPlan:
    sheet: Sheet
    creates: list[Record] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    unchanged: int = 0
    changes: list[Difference] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    taken: int = 0
    vanished: list[str] = field(default_factory=list)
    left_aside: int = 0
    # What is to be remembered of the rows that say something else than last time, by their stored key.
    remember: dict[str, dict] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.creates),
            "changed": len(self.updates),
            "unchanged": self.unchanged,
            "conflicts": len(self.conflicts),
            "vanished": len(self.vanished),
            "left_aside": self.left_aside,
        }


@dataclass
class Plan:
    """What would be written, sheet by sheet, and why it may not be."""

    data: WorkbookData
    portal: Portal
    sheets: dict[str, SheetPlan] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def __getitem__(self, name: str) -> SheetPlan:
        return self.sheets[name]

    @property
    def new_rows(self) -> int:
        return sum(len(sheet.creates) for sheet in self.sheets.values())

    @property
    def changes_nothing(self) -> bool:
        return not any(plan.creates or plan.updates for plan in self.sheets.values())

    @property
    def conflicts(self) -> list[Difference]:
        return [conflict for plan in self.sheets.values() for conflict in plan.conflicts]

    def as_json(self) -> dict:
        """For storing and showing; long lists are cut off, their numbers stay true."""
        return {
            "is_new": self.portal.programme is None,
            "sheets": [{"name": name, **plan.counts} for name, plan in self.sheets.items()],
            "changes": [change.as_json() for plan in self.sheets.values() for change in plan.changes][:SHOWN],
            "conflicts": [conflict.as_json() for conflict in self.conflicts][:SHOWN],
            "vanished": [{"sheet": name, "key": key} for name, plan in self.sheets.items() for key in plan.vanished][
                :SHOWN
            ],
        }


def make_plan(
    data: WorkbookData, *, actor, now: datetime, taken: Collection[str] = (), for_writing: bool = False
) -> Plan:
    """Compare a workbook without errors with the portal, as `actor` sees it. Writes nothing.

    `taken` holds the ids of the conflicts in which the file wins, or "all". A plan that is to be written in the same
    transaction holds the programme's row, so that two imports of one programme come one after the other.
    """
    programme = Programme.objects.visible_to(actor).filter(code=data.programme["code"]).first()
    if for_writing and programme and can_apply(actor, programme):
        programme = Programme.objects.select_for_update().get(pk=programme.pk)
    return _Planner(data, load_portal(programme, actor), actor, now, frozenset(taken)).plan()


def stored_key(key: Iterable) -> str:
    """A row's key as `ImportedRow` keeps it."""
    return json.dumps([normal(part) for part in key], ensure_ascii=False, separators=(",", ":"))


def compare(file, portal, last: dict | None, name: str) -> str:
    """SAME, CHANGE or CONFLICT for one cell; `last` is what the whole row said at the last import, None if never."""
    if file == portal:
        return SAME
    known = last is not None and name in last
    if file is None and (not known or last[name] is None):
        return SAME
    if known:
        return CHANGE if portal == last[name] else CONFLICT
    return CHANGE if portal is None else CONFLICT


class _Planner:
    def __init__(self, data: WorkbookData, portal: Portal, actor, now: datetime, taken: frozenset[str]):
        self.actor, self.now, self.taken = actor, now, taken
        self.data, self.portal = data, portal
        self.result = Plan(data, portal)
        self.company_of = {record["email"]: record["company"] for record in data.records("People")}
        self.upcoming = {r["code"] for r in data.records("Sessions") if r["starts_at"] > now}
        # Rows of sheets that others refer to and that will not be in the portal afterwards.
        self.absent: dict[str, set] = defaultdict(set)
        self.last = self._last_import()

    def plan(self) -> Plan:
        self.result.findings += self._may_not()
        if self.result.findings:
            return self.result
        for sheet in SHEETS:
            self.result.sheets[sheet.name] = self._plan_sheet(sheet)
        self.result.findings += self._company_numbers()
        self.result.findings += self._open_elsewhere()
        self.result.findings += self._overlaps_with_portal()
        return self.result

    def _last_import(self) -> dict[str, dict[str, dict]]:
        last: dict[str, dict[str, dict]] = defaultdict(dict)
        if self.portal.programme:
            rows = ImportedRow.objects.filter(programme=self.portal.programme)
            for sheet, key, values in rows.values_list("sheet", "key", "values").iterator(chunk_size=5000):
                last[sheet][key] = values
        return last

    def _may_not(self) -> Iterator[Finding]:
        programme, content = self.portal.programme, self.data["Programme"]
        allowed = can_apply(self.actor, programme) if programme else can_import(self.actor)
        if not allowed:
            yield content.finding(ERROR, "programme_not_yours", self.data.programme, "code")

    # One sheet

    def _plan_sheet(self, sheet: Sheet) -> SheetPlan:
        plan, last = SheetPlan(sheet), self.last[sheet.name]
        seen = set()
        for record in self.data.records(sheet.name):
            key = self._key(sheet, record)
            text = stored_key(key)
            seen.add(text)
            if sheet.name == "People" and record["role"] == "secretariat" and not self._may_seat(record):
                plan.left_aside += 1
                continue
            self._plan_row(plan, record, key, text, last.get(text))
        present = {stored_key(key) for key in self.portal.rows[sheet.name]}
        plan.vanished = sorted(_readable(text) for text in last if text not in seen and text in present)
        return plan

    def _key(self, sheet: Sheet, record: Record) -> tuple:
        """What the portal's row is known by; see `portal` for the same keys from the other side."""
        if sheet.name == "People":
            company = record["role"] in COMPANY_ROLES
            return (record["email"], record["company"]) if company else (record["email"], "", record["role"])
        if sheet.name in ("Attendance", "Feedback"):
            return (record["session"], record["email"], self.company_of[record["email"]])
        return tuple(normal(part) for part in key_of(sheet, record) or ())

    def _may_seat(self, record: Record) -> bool:
        if can_make_secretariat_seats(self.actor):
            return True
        finding = self.data["People"].finding(NOTICE, "secretariat_left_aside", record, "role")
        self.result.findings.append(finding)
        return False

    def _plan_row(self, plan: SheetPlan, record: Record, key: tuple, text: str, last: dict | None) -> None:
        name = plan.sheet.name
        values = self._values(name, record)
        existing = self.portal.get(name, key)
        said = (last or {}) | values
        if said != last:
            plan.remember[text] = said
        if existing is not None:
            self._plan_existing(plan, record, text, existing, values, last)
        elif last is not None and not self._takes(plan, Difference(name, record.row, text, "", None, None, None)):
            self.absent[name].add(key[0])
        elif self._parent_is_absent(plan, record):
            return
        elif name == "People" and len(key) == 2 and (elsewhere := self._other_company(key)):
            finding = self.data[name].finding(ERROR, "person_moved", record, "company", other=elsewhere)
            self.result.findings.append(finding)
        else:
            plan.creates.append(record)

    def _values(self, name: str, record: Record) -> dict:
        values = {column: normal(value) for column, value in record.values.items()}
        if name == "Attendance" and record["session"] in self.upcoming:
            # Nobody can have been absent yet: it is not known.
            values["attended"] = None
        return values

    def _plan_existing(
        self, plan, record: Record, text: str, existing: Existing, values: dict, last: dict | None
    ) -> None:
        changed = set()
        for column in values:
            if column in plan.sheet.key:
                continue
            portal = existing.values.get(column)
            outcome = compare(values[column], portal, last, column)
            if outcome == SAME:
                continue
            before = (last or {}).get(column)
            difference = Difference(plan.sheet.name, record.row, text, column, portal, before, values[column])
            if outcome == CHANGE:
                plan.changes.append(difference)
                changed.add(column)
            elif self._takes(plan, difference):
                changed.add(column)
        if changed:
            plan.updates.append(Update(record, existing, changed))
        else:
            plan.unchanged += 1

    def _takes(self, plan: SheetPlan, conflict: Difference) -> bool:
        """True when the file wins; otherwise the conflict is noted and the portal is kept."""
        if ALL in self.taken or conflict.id in self.taken:
            plan.taken += 1
            plan.changes.append(conflict)
            return True
        plan.conflicts.append(conflict)
        return False

    def _parent_is_absent(self, plan: SheetPlan, record: Record) -> bool:
        for name, parent in PARENTS.get(plan.sheet.name, ()):
            if record[name] in self.absent[parent]:
                finding = self.data[plan.sheet.name].finding(ERROR, "parent_removed", record, name)
                self.result.findings.append(finding)
                return True
        return False

    def _other_company(self, key: tuple) -> str:
        """The code of the company that the last import put this address in, when the person is still there."""
        for text in self.last["People"]:
            email, company, *seat = json.loads(text)
            if email == key[0] and not seat and company != key[1] and self.portal.get("People", (email, company)):
                return company
        return ""

    # Over all rows

    def _company_numbers(self) -> Iterator[Finding]:
        """A company that takes part already must not come in a second time under another code."""
        enrolled = {
            existing.values["corporate_number"]: code
            for (code,), existing in self.portal.rows["Companies"].items()
            if existing.values["corporate_number"]
        }
        for record in self.data.records("Companies"):
            code = enrolled.get(record["corporate_number"])
            if code and code != record["code"]:
                yield self.data["Companies"].finding(
                    ERROR, "portal_corporate_number", record, "corporate_number", other=code
                )

    def _open_elsewhere(self) -> Iterator[Finding]:
        """Where a policy stands cannot be registered here while the company still works on it in another programme."""
        number_of = {record["code"]: record["corporate_number"] for record in self.data.records("Companies")}
        for record in self.result.sheets["Policies"].creates:
            known = self.portal.get("Companies", (record["company"],))
            company = known.objects[1] if known else self.portal.by_number.get(number_of[record["company"]])
            if company is not None and company.pk in self.portal.busy:
                yield self.data["Policies"].finding(ERROR, "policy_open_elsewhere", record, "company")

    def _overlaps_with_portal(self) -> Iterator[Finding]:
        """Consultations as they would stand afterwards, where one of the file meets one that only the portal has."""
        content, plan = self.data["Consultations"], self.result.sheets["Consultations"]
        changed = {id(update.record): update.names for update in plan.updates}
        ours, texts = [], set()
        for record in content.records:
            key = self._key(content.sheet, record)
            texts.add(key)
            existing = self.portal.get("Consultations", key)
            ours.append(_as_it_will_be(record, existing, changed.get(id(record), set())))
        theirs = [
            Record(0, existing.values | {"starts_at": moment(existing.values["starts_at"])})
            for key, existing in self.portal.rows["Consultations"].items()
            if key not in texts
        ]
        current = [record for record in ours + theirs if record["status"] not in FREED]
        reported = set()
        for name in ("adviser", "company"):
            for one, other in overlapping(current, name):
                record, met = (one, other) if one.row else (other, one)
                if record.row and record.row not in reported:
                    reported.add(record.row)
                    yield content.finding(
                        ERROR,
                        "portal_overlap",
                        record,
                        "starts_at",
                        value=display(record["starts_at"]),
                        who=record[name],
                        starts=display(met["starts_at"]),
                    )


def _as_it_will_be(record: Record, existing: Existing | None, names: set[str]) -> Record:
    kept = (
        {}
        if existing is None
        else {n: v for n, v in existing.values.items() if n in ("minutes", "status") and n not in names}
    )
    return Record(record.row, record.values | kept)


def _readable(text: str) -> str:
    return " / ".join(str(part) for part in json.loads(text) if part not in (None, ""))
