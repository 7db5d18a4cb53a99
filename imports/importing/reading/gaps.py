"""What is merely not known: nothing is refused for it and nothing is invented; it is listed before a report."""

from collections.abc import Iterator

from .findings import GAP, Finding
from .records import Record, SheetData, WorkbookData

# Sheet, columns that a report or a mail would like to have.
WANTED = (
    ("Programme", ("name_en", "name_ja", "theme_en", "theme_ja", "target_en", "target_ja", "target_due_on")),
    ("Organisations", ("name_en", "name_ja")),
    ("Companies", ("name_en", "name_ja", "name_kana", "corporate_number", "industry", "employees", "prefecture")),
    ("People", ("name_en", "name_ja", "name_kana", "title")),
    ("Sessions", ("title_en", "title_ja")),
    ("Agenda", ("title_en", "title_ja")),
    ("Speakers", ("name_en", "name_ja", "title_en", "title_ja")),
    ("Feedback", ("comment_en", "comment_ja")),
)
EARLIER_STAGES = {"endorsed": ("submitted",), "approved": ("submitted",), "published": ("submitted", "approved")}


def find_gaps(data: WorkbookData) -> Iterator[Finding]:
    for name, columns in WANTED:
        content = data[name]
        for record in content.records:
            for column in columns:
                if _is_empty(record, column):
                    yield content.finding(GAP, "not_known", record, column)
    yield from _venues(data["Sessions"])
    yield from _policies(data["Policies"])
    yield from _policies_without_row(data)


def _is_empty(record: Record, column: str) -> bool:
    return column not in record.bad and record[column] is None


def _venues(content: SheetData) -> Iterator[Finding]:
    for record in content.records:
        if record["method"] in ("onsite", "hybrid"):
            for column in ("venue_en", "venue_ja"):
                if _is_empty(record, column):
                    yield content.finding(GAP, "not_known", record, column)


def _policies(content: SheetData) -> Iterator[Finding]:
    for record in content.records:
        for stage in EARLIER_STAGES.get(record["status"], ()):
            if _is_empty(record, f"{stage}_on"):
                yield content.finding(GAP, "not_known", record, f"{stage}_on")
        if record["status"] in ("approved", "published") and _is_empty(record, "endorsed_on"):
            yield content.finding(GAP, "approved_without_review", record, "endorsed_on")
        if record["status"] == "published" and _is_empty(record, "published_url"):
            yield content.finding(GAP, "not_known", record, "published_url")


def _policies_without_row(data: WorkbookData) -> Iterator[Finding]:
    """A participating company of which nobody has written where its policy stands."""
    if "company" not in data["Policies"].headers:
        return
    known = {record["company"] for record in data.records("Policies")}
    for record in data.records("Companies"):
        if record["status"] == "participating" and record["code"] and record["code"] not in known:
            yield data["Companies"].finding(GAP, "policy_not_known", record, "code", other_sheet=data["Policies"].title)
