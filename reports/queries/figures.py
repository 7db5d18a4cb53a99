"""The figures of a report: read once, frozen as JSON, and everything that is printed is made from them alone.

The frozen figures are a dictionary of plain JSON values. Texts come as pairs `…_ja` and `…_en`, either of which may be
empty; days are ISO dates, moments ISO with offset; nothing in them depends on a language:

    schema           1
    edition          "public" or "internal"
    as_of            the day that all figures are of
    computed_at      when they were read; the one value that is left out of their fingerprint
    programme        code, name, fiscal_year, theme, target, target_due_on, starts_on, ends_on, is_sample,
                     consultations_start_on, consultations_end_on, consultations_per_company, consultation_minutes
    organisations    [role, name] in order
    companies        enrolled, withdrawn: enrolled by the day and not withdrawn by it; withdrawn by it
    milestones       [code, name, definition, due_on, companies, by_due]; by_due is None while the due day is ahead
    rows             [code, reached] a company; the internal edition adds name. `reached` maps a milestone's code to the
                     day in the internal edition and to None in the public one: a published policy bears its date, and
                     the date would tell whose code it is
    policies         stages [stage, companies], formulated, formulated_by_due; or None when the programme counts
                     neither approval nor publication
    sessions         [code, strand, kind, title, starts_at, ends_at, method, method_note, venue, held, people, companies,
                     onsite, online, agenda [kind, title, speakers [name, title]], comments, quotable, quotes [comment]];
                     a quote also has `company` where its author agreed to that, and `translated`, the language that is
                     a translation, where the portal knows which; a session with remarks that speakers permitted has
                     `remarks` [text, name, title, translated]
    consultations    held, companies, first_on, last_on, onsite, online, cancelled, entitled, extra, used,
                     cancelled_late, missed, forfeited, later, unmarked, unused, advisers [title, people]; older reports
                     have no extra, cancelled_late, missed and forfeited
    progress         [until, submitted, endorsed, approved, published], a month each: the companies that had reached
                     that step or a further one by then; only where some had
    outcomes         texts, statements [code, title, companies]: what the check of the catalogue finds in published
                     texts; only where the register holds some
"""

import datetime
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import CharField, Count, F, Max, Min, Q, QuerySet, Value, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from consultations.enums import State
from consultations.models import Consultation
from programmes.enums import Consent, Mode
from programmes.models import (
    AgendaItem,
    Attendance,
    Enrolment,
    Feedback,
    MilestoneDate,
    MilestoneKind,
    Organisation,
    Programme,
    Remark,
    Session,
    Speaker,
)
from reports.enums import Edition

from .blocks_outcomes import outcomes
from .blocks_progress import progress
from .entitlement import entitlement
from .steps import DRAFTING, FORMULATED, STEPS, Reached, steps_reached

SCHEMA = 1
QUOTES = 6
"""How many comments of one session are printed; how many more may be quoted is said."""


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all questions in the block be answered from the same moment, so that no two figures contradict each other.

    Inside a transaction that has begun already it is that transaction's own isolation that counts.
    """
    begun = connection.in_atomic_block
    with transaction.atomic():
        if not begun:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def fingerprint(figures: Mapping) -> str:
    """Return the sha256 of the figures without the moment of their reading: equal when they say the same."""
    content = {key: value for key, value in figures.items() if key != "computed_at"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def report_figures(programme: Programme, *, as_of: datetime.date, edition: str, now: datetime.datetime) -> dict:
    """Return the frozen figures of the programme, in a constant number of questions.

    Only what the acting person may see is counted, so call it as somebody of the programme's secretariat.
    """
    enrolled, withdrawn, reached = _rows(programme, as_of, edition)
    kinds = list(MilestoneKind.objects.filter(programme=programme).order_by("order", "id"))
    bound = _end_of(as_of)
    return {
        "schema": SCHEMA,
        "edition": str(edition),
        "as_of": as_of.isoformat(),
        "computed_at": now.astimezone(datetime.UTC).replace(microsecond=0).isoformat(),
        "programme": _programme(programme),
        "organisations": _pairs(Organisation.objects.filter(programme=programme), "role", names=("name",)),
        "companies": {"enrolled": len(enrolled), "withdrawn": withdrawn},
        "milestones": [_milestone(kind, reached, as_of) for kind in kinds],
        "rows": [_row(row, kinds, reached, edition) for row in enrolled],
        "policies": _policies(programme, enrolled, kinds, reached, as_of),
        "sessions": _sessions(programme, bound),
        "consultations": _consultations(programme, enrolled, bound),
        **progress(programme, enrolled, kinds, reached, as_of),
        **outcomes(programme, as_of),
    }


def _end_of(day: datetime.date) -> datetime.datetime:
    """Return the moment at which the day is over, Asia/Tokyo."""
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time.min))


def _pairs(queryset, *fields: str, names: Iterable[str]) -> list[dict]:
    """Return rows as dictionaries of the fields and both languages of the names."""
    return list(queryset.values(*fields, *(f"{name}_{language}" for name in names for language in ("ja", "en"))))


def _iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _programme(programme: Programme) -> dict:
    plain = ("code", "fiscal_year", "is_sample", "consultations_per_company", "consultation_minutes")
    texts = ("name_ja", "name_en", "theme_ja", "theme_en", "target_ja", "target_en")
    days = ("starts_on", "ends_on", "target_due_on", "consultations_start_on", "consultations_end_on")
    return {
        **{name: getattr(programme, name) for name in (*plain, *texts)},
        **{name: _iso(getattr(programme, name)) for name in days},
    }


# --- Companies and milestones -------------------------------------------------------------------------------------------


def _rows(programme: Programme, as_of: datetime.date, edition: str) -> tuple[list[dict], int, Reached]:
    """Return the enrolled companies in the order of their codes, how many have withdrawn, and what was reached when."""
    names = ("company__name_ja", "company__name_en") if edition == Edition.INTERNAL else ()
    joined = Enrolment.objects.filter(programme=programme, joined_on__lte=as_of)
    rows = list(joined.order_by("code", "id").values("id", "code", "withdrawn_on", *names))
    enrolled = [row for row in rows if row["withdrawn_on"] is None or row["withdrawn_on"] > as_of]
    ids = {row["id"] for row in enrolled}
    dates = (
        MilestoneDate.objects.filter(programme=programme).as_of(as_of).values_list("enrolment", "kind", "reached_on")
    )
    reached: Reached = {}
    for enrolment, kind, day in dates:
        if enrolment in ids:
            reached[enrolment, kind] = min(day, reached.get((enrolment, kind), day))
    return enrolled, len(rows) - len(enrolled), reached


def _milestone(kind: MilestoneKind, reached: Reached, as_of: datetime.date) -> dict:
    days = [day for (_enrolment, kind_id), day in reached.items() if kind_id == kind.pk]
    is_due = kind.due_on is not None and kind.due_on <= as_of
    return {
        "code": kind.code,
        "name_ja": kind.name_ja,
        "name_en": kind.name_en,
        "definition_ja": kind.definition_ja,
        "definition_en": kind.definition_en,
        "due_on": _iso(kind.due_on),
        "companies": len(days),
        "by_due": sum(day <= kind.due_on for day in days) if is_due else None,
    }


def _row(row: dict, kinds: list[MilestoneKind], reached: Reached, edition: str) -> dict:
    days = {kind.code: reached[row["id"], kind.pk] for kind in kinds if (row["id"], kind.pk) in reached}
    if edition == Edition.PUBLIC:
        return {"code": row["code"], "reached": dict.fromkeys(days)}
    return {
        "code": row["code"],
        "name_ja": row["company__name_ja"],
        "name_en": row["company__name_en"],
        "reached": {code: day.isoformat() for code, day in days.items()},
    }


def _policies(programme: Programme, enrolled: list[dict], kinds, reached: Reached, as_of: datetime.date) -> dict | None:
    """Return how far the policies are: every company at the furthest step it had reached, approved or not."""
    if not FORMULATED & {kind.source for kind in kinds}:
        return None
    furthest, formulated_on = steps_reached(enrolled, kinds, reached)
    stages, order = list(furthest.values()), [DRAFTING, *STEPS]
    due = programme.target_due_on
    return {
        "stages": [{"stage": str(stage), "companies": stages.count(stage)} for stage in order],
        "formulated": len(formulated_on),
        "formulated_by_due": sum(day <= due for day in formulated_on.values()) if due and due <= as_of else None,
    }


# --- Sessions -----------------------------------------------------------------------------------------------------------------


def _sessions(programme: Programme, bound: datetime.datetime) -> list[dict]:
    fields = ("id", "code", "strand", "kind", "starts_at", "ends_at", "method")
    rows = _pairs(
        Session.objects.standing().filter(programme=programme).order_by("starts_at", "order", "id"),
        *fields,
        names=("title", "method_note", "venue"),
    )
    agenda, attendance = _agenda(programme), _attendance(programme)
    comments, quotes, remarks = _comments(programme), _quotes(programme), _remarks(programme)
    sessions = []
    for row in rows:
        key, held = row.pop("id"), row["ends_at"] <= bound
        counts = attendance.get(key, _NOBODY) if held else _NOBODY
        received, quotable = comments.get(key, (0, 0)) if held else (0, 0)
        row |= {"starts_at": row["starts_at"].isoformat(), "ends_at": row["ends_at"].isoformat(), "held": held}
        row |= {**counts, "agenda": agenda.get(key, []), "comments": received, "quotable": quotable}
        row |= {"quotes": quotes.get(key, []) if held else []}
        # Only where there are some: figures without remarks keep the fingerprint that they always had.
        sessions.append(row | ({"remarks": remarks[key]} if held and key in remarks else {}))
    return sessions


_NOBODY = {"people": 0, "companies": 0, "onsite": 0, "online": 0}


def _attendance(programme: Programme) -> dict:
    """Return by session how many people came, from how many companies, and how."""
    rows = (
        Attendance.objects.filter(programme=programme)
        .present()
        .order_by()
        .values("session")
        .annotate(
            people=Count("pk"),
            companies=Count("company", distinct=True),
            onsite=Count("pk", filter=Q(actual_mode=Mode.ONSITE)),
            online=Count("pk", filter=Q(actual_mode=Mode.ONLINE)),
        )
    )
    return {row.pop("session"): row for row in rows}


def _agenda(programme: Programme) -> dict:
    """Return the items of each session's programme, in order, with their speakers."""
    speakers = defaultdict(list)
    queryset = Speaker.objects.filter(programme=programme).order_by("item", "order", "id")
    for row in _pairs(queryset, "item", names=("name", "title")):
        speakers[row.pop("item")].append(row)
    agenda = defaultdict(list)
    queryset = AgendaItem.objects.filter(programme=programme).order_by("session", "order")
    for row in _pairs(queryset, "id", "session", "kind", names=("title",)):
        item = row.pop("id")
        agenda[row.pop("session")].append({**row, "speakers": speakers[item]})
    return agenda


def _comments(programme: Programme) -> dict:
    rows = (
        Feedback.objects.filter(programme=programme)
        .with_words()
        .shown()
        .order_by()
        .values_list("session")
        .annotate(received=Count("pk"), quotable=Count("pk", filter=~Q(consent=Consent.NONE)))
    )
    return {session: (received, quotable) for session, received, quotable in rows}


def _first_quotes(programme: Programme) -> QuerySet:
    """Return the first comments of each session whose authors agreed to be quoted."""
    place = Window(RowNumber(), partition_by=F("session"), order_by=("created_at", "id"))
    quotable = Feedback.objects.filter(programme=programme).quotable().with_words().shown()
    return quotable.annotate(place=place).filter(place__lte=QUOTES).order_by("session", "place")


def _quotes(programme: Programme) -> dict:
    """Return the quotes of each session: without a word on who they are, but for the company where that was agreed."""
    quotes = defaultdict(list)
    rows = _first_quotes(programme).values(
        "session",
        "consent",
        "language",
        "session__survey",
        "comment_ja",
        "comment_en",
        "company__name_ja",
        "company__name_en",
    )
    for row in rows:
        quote = {"comment_ja": row["comment_ja"], "comment_en": row["comment_en"]}
        if row["consent"] == Consent.COMPANY:
            quote |= {"company_ja": row["company__name_ja"], "company_en": row["company__name_en"]}
        # Of comments from a workbook nobody knows which language was said.
        if row["session__survey"] and row["comment_ja"] and row["comment_en"]:
            quote["translated"] = _other(row["language"])
        quotes[row["session"]].append(quote)
    return quotes


def _remarks(programme: Programme) -> dict:
    """Return by session what speakers permitted to be printed with their name."""
    remarks = defaultdict(list)
    rows = Remark.objects.filter(programme=programme).quotable().order_by("session", "created_at", "id")
    names = ("speaker__name", "speaker__title")
    for row in _pairs(rows, "session", "language", "text_ja", "text_en", names=names):
        remark = {
            key.removeprefix("speaker__"): value for key, value in row.items() if key not in ("session", "language")
        }
        if row["text_ja"] and row["text_en"]:
            remark["translated"] = _other(row["language"])
        remarks[row["session"]].append(remark)
    return remarks


def _other(language: str) -> str:
    return "en" if language == "ja" else "ja"


def printed_words(programme: Programme, *, as_of: datetime.date) -> tuple[list, list]:
    """Return the ids of the comments and the remarks that a report as of the day prints."""
    held = Q(session__ends_at__lte=_end_of(as_of))
    # Which quotes come first is settled before the sessions are narrowed, as in the figures.
    quotes = [
        row.pk for row in _first_quotes(programme).select_related("session") if row.session.ends_at <= _end_of(as_of)
    ]
    remarks = Remark.objects.filter(held, programme=programme).quotable().values_list("pk", flat=True)
    return quotes, list(remarks)


# --- Consultations --------------------------------------------------------------------------------------------------------------


def _consultations(programme: Programme, enrolled: list[dict], bound: datetime.datetime) -> dict:
    """Return the consultations held, and what became of those that the companies were entitled to."""
    held = Q(state=State.HELD, ends_at__lte=bound)
    all_of_it = Consultation.objects.filter(programme=programme).order_by()
    totals = all_of_it.aggregate(
        held=Count("pk", filter=held),
        companies=Count("enrolment", filter=held, distinct=True),
        onsite=Count("pk", filter=held & Q(method=Mode.ONSITE)),
        online=Count("pk", filter=held & Q(method=Mode.ONLINE)),
        cancelled=Count("pk", filter=Q(state=State.CANCELLED)),
        first=Min("starts_at", filter=held),
        last=Max("starts_at", filter=held),
    )
    days = {f"{name}_on": _iso(_local(totals.pop(name))) for name in ("first", "last")}
    return {
        **totals,
        **days,
        **entitlement(programme, enrolled, bound),
        "advisers": _advisers(all_of_it.filter(held)),
    }


def _local(moment: datetime.datetime | None) -> datetime.date | None:
    return timezone.localtime(moment).date() if moment else None


def _advisers(held) -> list[dict]:
    """Return how many advisers held consultations, by title. A seat keeps one title; its letters tell the language."""
    rows = held.values_list("adviser__title").annotate(people=Count("adviser", distinct=True))
    return [
        {"title_ja": "" if title.isascii() else title, "title_en": title if title.isascii() else "", "people": people}
        for title, people in rows.order_by("-people", "adviser__title")
    ]


# --- Gaps ---------------------------------------------------------------------------------------------------------------------------


def text_gaps(programme: Programme) -> list[tuple[str, str, str]]:
    """Return what a report will have to print in the other language, as (kind of row, missing language, text there is)."""
    held = Session.objects.standing().filter(programme=programme).order_by()
    sources = (
        ("organisation", Organisation.objects.filter(programme=programme), "name"),
        ("session", Session.objects.standing().filter(programme=programme), "title"),
        ("venue", Session.objects.standing().filter(programme=programme), "venue"),
        ("agenda", AgendaItem.objects.filter(session__in=held), "title"),
        ("speaker", Speaker.objects.filter(item__session__in=held), "name"),
        ("speaker_title", Speaker.objects.filter(item__session__in=held), "title"),
    )
    queries = [
        queryset.filter(~Q(**{f"{name}_{there}": ""}), **{f"{name}_{missing}": ""})
        .order_by()
        .values_list(_word(kind), _word(missing), f"{name}_{there}")
        for kind, queryset, name in sources
        for missing, there in (("ja", "en"), ("en", "ja"))
    ]
    return sorted(set(queries[0].union(*queries[1:])))


def _word(text: str) -> Value:
    return Value(text, output_field=CharField())
