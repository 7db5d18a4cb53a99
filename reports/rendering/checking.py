"""What differs between a report's texts and its figures, and between its parts, before it is issued.

The check reads sentences with patterns and asks only what figures can answer: counts with their unit, months, days and
weekdays, speakers, names of organisations and activities. It finds slips of a pen; it does not judge what is said.
"""

import datetime
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common import dates
from common.components import Column, Table, link
from programmes.enums import Strand
from reports.queries import blocks as queries

from . import blocks
from . import wording as w

MONTHS = {name.lower(): number for number, name in enumerate(dates.MONTHS_EN, start=1)}
_MONTH = "|".join(dates.MONTHS_EN)
CONSULTING = re.compile(r"相談|consultation", re.IGNORECASE)
SUPPORTING = re.compile(
    r"相談|consultation|策定支援|策定の支援|\bassist|\bsupport\w* (for|in|with) formulat", re.IGNORECASE
)
IN_PRINCIPLE = re.compile(r"原則|in principle|entitle|利用できる|利用枠|up to|まで利用", re.IGNORECASE)
EACH = re.compile(
    r"(each|every) (participating )?company[^.]{0,60}\b(2|two|twice)\b|(各社|全社|すべての企業)[^。]{0,30}(2回|２回|二回)",
    re.IGNORECASE,
)
HELD = re.compile(r"held|took place|開催|実施", re.IGNORECASE)
NUMBERS = {
    word: number
    for number, word in enumerate(
        (
            "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
            "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
        ),
        start=2,
    )
}  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40}


@dataclass(frozen=True)
class Finding:
    """One difference: in which block and language, what the text says, and what is known."""

    code: str
    block: str
    language: str
    said: str
    known: str


@dataclass(frozen=True)
class Passage:
    """The text of one block in one language, ready to be read."""

    block: str
    language: str
    text: str

    @property
    def session(self) -> str:
        """The code of the session that the block is about, where it is about one."""
        head, _dot, subject = self.block.partition(".")
        return subject if head == "summary" and subject != queries.CONSULTATIONS else ""

    @property
    def sentences(self) -> list[str]:
        parts = re.split(r"。|\n", self.text) if self.language == "ja" else re.split(r"(?<=[.!?])\s+|\n", self.text)
        return [part.strip() for part in parts if part.strip()]


@dataclass
class Facts:
    """What the figures know, as the check asks for it."""

    figures: Mapping
    values: dict[str, int] = field(init=False)
    sessions: dict[str, Mapping] = field(init=False)

    def __post_init__(self):
        self.values = queries.values(self.figures)
        self.sessions = {each["code"]: each for each in self.figures["sessions"]}

    def some(self, *heads: str) -> set[int]:
        """Return the values of the figures with these names, or names that go on from them."""
        return {
            value
            for name, value in self.values.items()
            if any(name == head or name.startswith(f"{head}.") for head in heads)
        }

    def day(self, name: str) -> datetime.date | None:
        text = self.figures["programme"].get(name) or ""
        return datetime.date.fromisoformat(text) if text else None

    def day_of(self, code: str) -> datetime.date:
        return w.local_day(self.sessions[code]["starts_at"])

    @property
    def as_of(self) -> datetime.date:
        return datetime.date.fromisoformat(self.figures["as_of"])

    @property
    def due(self) -> datetime.date | None:
        return self.day("target_due_on")

    @property
    def days(self) -> set[datetime.date]:
        own = {"target_due_on", "starts_on", "ends_on", "consultations_start_on", "consultations_end_on"}
        found = {self.day(name) for name in own} | {self.day_of(code) for code in self.sessions} | {self.as_of}
        held = self.figures["consultations"]
        found |= {datetime.date.fromisoformat(held[key]) for key in ("first_on", "last_on") if held[key]}
        return found - {None}

    def months(self, first: str, last: str) -> tuple | None:
        days = self.day(first), self.day(last)
        return tuple((day.year, day.month) for day in days) if all(days) else None

    @property
    def consulted(self) -> set[tuple]:
        """The months of the consultations, as planned and as held."""
        held = self.figures["consultations"]
        found = {self.months("consultations_start_on", "consultations_end_on")}
        if held["first_on"]:
            ends = (datetime.date.fromisoformat(held[key]) for key in ("first_on", "last_on"))
            found.add(tuple((day.year, day.month) for day in ends))
        return found - {None}

    @property
    def periods(self) -> set[tuple]:
        found = {self.months("starts_on", "ends_on")} | self.consulted
        for strand in {each["strand"] for each in self.sessions.values()}:
            days = sorted(self.day_of(code) for code, each in self.sessions.items() if each["strand"] == strand)
            found.add(((days[0].year, days[0].month), (days[-1].year, days[-1].month)))
        return found - {None}


# --- The whole ------------------------------------------------------------------------------------------------------------


def check_draft(computed: Mapping, printed: Mapping, texts: Mapping) -> list[Finding]:
    """Return everything that differs; `texts` are the rows of what people wrote, by block and language."""
    return check(printed, {key: row.text for key, row in texts.items()}) + _overridden(computed, printed)


def check(figures: Mapping, texts: Mapping[tuple[str, str], str]) -> list[Finding]:
    """Read every text of a report, the portal's own as well as those that people wrote, by block and language."""
    facts, passages = Facts(figures), list(_passages(figures, texts))
    found = [finding for passage in passages for rule in RULES for finding in rule(passage, facts)]
    found += _between_parts(passages, facts)
    found += _between_languages(passages, {key for key, _language in texts})
    return list(dict.fromkeys(found))


def _passages(figures: Mapping, texts: Mapping) -> Iterator[Passage]:
    for language in ("ja", "en"):
        with translation.override(language):
            for block in queries.blocks(figures):
                if block.kind != "narrative":
                    continue
                text = texts.get((block.key, language))
                parts = blocks.generated(block.key, figures) if text is None else blocks.printed_text(text, figures)
                plain = "\n".join(blocks.plain(part.replace("<br>", "\n")) for part in parts)
                yield Passage(block.key, language, _readable(plain, language))


def _readable(text: str, language: str) -> str:
    """Return the text in its compatible form, with numbers as digits and titles of people without their stops."""
    text = unicodedata.normalize("NFKC", text)
    if language == "ja":
        return text
    text = re.sub(r"\b(Mr|Ms|Mrs|Dr|Prof)\.", r"\1", text)
    text = re.sub(
        r"\b(twenty|thirty|forty)-(two|three|four|five|six|seven|eight|nine)\b",
        lambda match: str(TENS[match[1].lower()] + NUMBERS[match[2].lower()]),
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(
        r"\b(" + "|".join(NUMBERS) + r")\b", lambda match: str(NUMBERS[match[1].lower()]), text, flags=re.IGNORECASE
    )


def _unquoted(text: str) -> str:
    """Return the text without what stands between quotation marks: titles and others' words."""
    return re.sub(r"「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"", " ", text)


# --- Counts ---------------------------------------------------------------------------------------------------------------

COUNTS = {
    "ja": re.compile(r"(?<![\d第A-Za-z])(\d[\d,]*)(社|名|人|回)(?!目|場)(?P<of>(のうち|中(?![旬間])))?"),
    "en": re.compile(
        r"(?P<of>\b(?:of|out of) (?:the |all )?)?\b(\d[\d,]*) (?:participating |different |other |individual )?"
        r"(compan(?:y|ies)|people|persons?|participants?|times|consultations?|sessions?)\b",
        re.IGNORECASE,
    ),
}
PAIRS = re.compile(r"\b(\d[\d,]*) (?:out )?of (?:the |all )?(\d[\d,]*) (?=(?:participating )?compan)", re.IGNORECASE)
UNITS = {"社": "companies", "名": "people", "人": "people", "回": "times"}


@dataclass(frozen=True)
class Count:
    """A number with its unit in a sentence; `is_whole` where it is what something else is a part of."""

    value: int
    unit: str
    is_whole: bool
    said: str


def counts_in(sentence: str, language: str) -> list[Count]:
    sentence = _unquoted(sentence)
    if language == "ja":
        return [
            Count(_number(match[1]), UNITS[match[2]], bool(match["of"]), match[0])
            for match in COUNTS["ja"].finditer(sentence)
        ]
    found = [Count(_number(match[1]), "companies", False, match[0].strip()) for match in PAIRS.finditer(sentence)]
    for match in COUNTS["en"].finditer(sentence):
        unit = match[3].lower()
        named = {"c": "companies", "t": "times", "s": "sessions"}.get(unit[0], "people")
        named = "times" if unit.startswith("consultation") else named
        found.append(Count(_number(match[2]), named, bool(match["of"]), match[0].strip()))
    return found


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _counts(passage: Passage, facts: Facts) -> Iterator[Finding]:
    for sentence in passage.sentences:
        for count in counts_in(sentence, passage.language):
            known = _known_counts(count, sentence, passage, facts)
            if known is not None and count.value not in known:
                yield Finding("count", passage.block, passage.language, count.said, _numbers(known))


def _known_counts(count: Count, sentence: str, passage: Passage, facts: Facts) -> set[int] | None:
    """Return the numbers that would be right there, None where the figures do not know what is counted."""
    session = facts.sessions.get(passage.session)
    if count.unit == "companies":
        return _known_companies(count, sentence, session, facts)
    if count.unit == "people":
        if session:
            return facts.some(f"session.{session['code']}") if session["held"] else None
        advisers = {group["people"] for group in facts.figures["consultations"]["advisers"]}
        return (
            facts.some("attendances")
            | advisers
            | {
                value
                for name, value in facts.values.items()
                if re.fullmatch(r"session\..+\.(people|onsite|online|unknown)", name)
            }
        )
    if CONSULTING.search(sentence) or passage.block == "summary.consultations":
        return _known_consultations(count, sentence, facts)
    return facts.some("sessions") if count.unit == "sessions" else None


def _known_companies(count: Count, sentence: str, session: Mapping | None, facts: Facts) -> set[int]:
    enrolled = {facts.values["enrolled"]}
    if count.is_whole:
        return enrolled
    if session:
        return {session["companies"]} if session["held"] else enrolled
    if _until_due(sentence, facts) and "formulated.by_due" in facts.values:
        return {facts.values["formulated.by_due"]} | enrolled
    known = facts.some("consultations.companies") if CONSULTING.search(sentence) else set()
    if re.search(r"formulat|策定", sentence) and "formulated" in facts.values:
        known |= facts.some("formulated", "stage") - facts.some("formulated.by_due") | {facts.values["formulated"]}
    if known:
        return known | enrolled
    every = {
        value
        for name, value in facts.values.items()
        if re.fullmatch(r"session\..+\.companies|consultations\.companies", name)
    }
    return every | enrolled | facts.some("withdrawn", "formulated", "stage", "milestone", "outcome")


def _until_due(sentence: str, facts: Facts) -> bool:
    """Whether the sentence counts what was done by the target date, by its day or by the end of its month."""
    if not facts.due or any(ranges_in(sentence, language) for language in ("ja", "en")):
        return False
    year, month, day = facts.due.year, facts.due.month, facts.due.day
    name = dates.MONTHS_EN[month - 1]
    english = rf"\bby (?:the )?(?:target date|end of {name}|{day} {name}|{name} {day}\b|{name}\b)"
    japanese = rf"(?:{month}月(?:{day}日|末日?)?|期限|目標日)(?:である[^。]*)?まで(?:に|の)"
    return (
        bool(re.search(english, sentence, re.IGNORECASE) or re.search(japanese, sentence))
        and str(year - 1) not in sentence
    )


def _known_consultations(count: Count, sentence: str, facts: Facts) -> set[int]:
    held = facts.values
    if count.is_whole:
        whole = held.get("consultations.granted", held["consultations.entitled"])
        return {held["consultations.entitled"], held["consultations"], whole}
    left_out = {"consultations.entitled", "consultations.granted", "consultations.companies"}
    known = {
        value for name, value in held.items() if name.partition(".")[0] == "consultations" and name not in left_out
    }
    if IN_PRINCIPLE.search(sentence):
        known |= {facts.figures["programme"]["consultations_per_company"], held["consultations.entitled"]}
    return known


def _every_company_its_share(passage: Passage, facts: Facts) -> Iterator[Finding]:
    """A rule "in principle" is not what happened: entitlement is not use."""
    used, entitled = facts.values["consultations.used"], facts.values["consultations.entitled"]
    for sentence in passage.sentences:
        said = EACH.search(sentence)
        about = SUPPORTING.search(sentence) or passage.block == "summary.consultations"
        if said and about and used < entitled and not IN_PRINCIPLE.search(sentence):
            known = _("%(used)s of %(entitled)s were used") % {"used": used, "entitled": entitled}
            yield Finding("share", passage.block, passage.language, said[0], known)


MODES = {
    "onsite": (
        r"(?:会場|対面)(?:参加)?[はがで：:]?\s*(\d+)(?:名|人)"
        r"|\b(\d+)(?: people)? (?:on site|onsite|in person|face-to-face)|on site: (\d+)"
    ),
    "online": r"オンライン(?:参加)?[はがで：:]?\s*(\d+)(?:名|人)|\b(\d+)(?: people)? online|online: (\d+)",
}


def _by_mode(passage: Passage, facts: Facts) -> Iterator[Finding]:
    session = facts.sessions.get(passage.session)
    if not session or not session["held"]:
        return
    for key, pattern in MODES.items():
        for match in re.finditer(pattern, _unquoted(passage.text), re.IGNORECASE):
            value = int(next(filter(None, match.groups())))
            if value != session[key]:
                yield Finding("count", passage.block, passage.language, match[0], str(session[key]))


# --- Months, days, weekdays -------------------------------------------------------------------------------------------------

RANGES = {
    "ja": re.compile(r"(\d{4})年(\d{1,2})月(?!\d{1,2}日)\s*(?:から|[〜～~–\-])\s*(?:(\d{4})年)?(\d{1,2})月(?!\d)"),
    "en": re.compile(
        rf"\b({_MONTH})(?: (\d{{4}}))? ?(?:to|until|through|and|[–-]) ?({_MONTH}) (\d{{4}})", re.IGNORECASE
    ),
}


def ranges_in(sentence: str, language: str) -> list[tuple[tuple, str]]:
    """Return the ranges of months in a sentence, as ((year, month), (year, month)), and how each is written."""
    found = []
    for match in RANGES[language].finditer(_unquoted(sentence)):
        if language == "ja":
            first, last = (int(match[1]), int(match[2])), (int(match[3] or match[1]), int(match[4]))
        else:
            last = int(match[4]), MONTHS[match[3].lower()]
            first = int(match[2] or match[4]), MONTHS[match[1].lower()]
        found.append(((first, last), match[0]))
    return found


def _periods(passage: Passage, facts: Facts) -> Iterator[Finding]:
    for sentence in passage.sentences:
        is_consulting = SUPPORTING.search(sentence) or passage.block == "summary.consultations"
        known = facts.consulted if is_consulting and facts.consulted else facts.periods
        # A sentence that lists several activities may name the months of each.
        if is_consulting and len(ranges_in(sentence, passage.language)) > 1:
            known = facts.periods
        for months, said in ranges_in(sentence, passage.language):
            if months not in known:
                yield Finding("period", passage.block, passage.language, said, _months(known, passage.language))


def _months(known: Iterable[tuple], language: str) -> str:
    ends = sorted(known)
    return " / ".join(
        dates.month_range(datetime.date(*first, 1), datetime.date(*last, 1), language=language) for first, last in ends
    )


DAYS = {
    "ja": re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日(?:\s*\(([月火水木金土日])(?:曜日?)?\))?"),
    "en": re.compile(
        rf"(?:\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\b(\d{{1,2}}) ({_MONTH}),? (\d{{4}})"
        r"(?: \((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\))?",
        re.IGNORECASE,
    ),
    "us": re.compile(
        rf"(?:\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?\b({_MONTH}) (\d{{1,2}}),? (\d{{4}})"
        r"(?: \((Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\))?",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True)
class SaidDay:
    """A day in a text with the weekday that stands beside it; None where the calendar has no such day."""

    day: datetime.date | None
    weekday: int | None
    said: str


def days_in(text: str, language: str) -> Iterator[SaidDay]:
    text = _unquoted(text)
    if language == "ja":
        for match in DAYS["ja"].finditer(text):
            weekday = dates.WEEKDAYS_JA.index(match[4]) if match[4] else None
            yield SaidDay(_day(match[1], match[2], match[3]), weekday, match[0])
        return
    for match in DAYS["en"].finditer(text):
        yield SaidDay(_day(match[4], MONTHS[match[3].lower()], match[2]), _weekday(match[1] or match[5]), match[0])
    for match in DAYS["us"].finditer(text):
        yield SaidDay(_day(match[4], MONTHS[match[2].lower()], match[3]), _weekday(match[1] or match[5]), match[0])


def _day(year, month, day) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _weekday(name: str | None) -> int | None:
    return dates.WEEKDAYS_EN.index(name[:3].capitalize()) if name else None


def _days(passage: Passage, facts: Facts) -> Iterator[Finding]:
    for sentence in passage.sentences:
        for each in days_in(sentence, passage.language):
            place = (passage.block, passage.language, each.said)
            if each.day is None:
                yield Finding("day", *place, _("the calendar has no such day"))
            elif each.weekday is not None and each.day.weekday() != each.weekday:
                yield Finding("weekday", *place, dates.long_date(each.day, language=passage.language))
            elif own := _own_day(passage, sentence, facts):
                if each.day not in (own, facts.as_of):
                    yield Finding("day", *place, dates.long_date(own, language=passage.language))
            elif each.day not in facts.days:
                yield Finding("day", *place, _("no day of this programme"))


def _own_day(passage: Passage, sentence: str, facts: Facts) -> datetime.date | None:
    """Return the day on which the block's session was, where the sentence says when it was."""
    return facts.day_of(passage.session) if passage.session in facts.sessions and HELD.search(sentence) else None


# --- People and names -------------------------------------------------------------------------------------------------------


def _speakers(passage: Passage, facts: Facts) -> Iterator[Finding]:
    """Who is named in the text of a session and not in its programme, and who of its speakers is left out."""
    if passage.session not in facts.sessions:
        return
    own = _names_of(facts.sessions[passage.session])
    others = [name for code, each in facts.sessions.items() if code != passage.session for name in _names_of(each)]
    known = "、".join(name.full for name in own) if passage.language == "ja" else ", ".join(name.full for name in own)
    surnames = {name.surname for name in own}
    for name in dict.fromkeys(others):
        if name.surname not in surnames and name.is_in(passage.text):
            yield Finding("speaker", passage.block, passage.language, name.full, known or _("nobody"))
    named = [name for name in own if name.is_in(passage.text)]
    for name in own:
        if named and name not in named:
            said = ", ".join(each.full for each in named)
            yield Finding("speaker_left_out", passage.block, passage.language, said, name.full)


@dataclass(frozen=True)
class Name:
    """A speaker as texts may name them."""

    full: str
    surname: str
    japanese: str

    def is_in(self, text: str) -> bool:
        own = [self.japanese.replace(" ", "").replace("　", ""), re.split(r"[ 　]", self.japanese)[0]]
        plain = re.sub(r"[ 　]", "", text)
        is_written = any(len(part) > 1 and part in plain for part in own)
        return is_written or bool(
            self.surname and re.search(rf"(?<![A-Za-z]){re.escape(self.surname)}(?![A-Za-z])", text)
        )


def _names_of(session: Mapping) -> list[Name]:
    found = []
    for item in session["agenda"]:
        for speaker in item["speakers"]:
            english = re.sub(r"^(Mr|Ms|Mrs|Dr|Prof)\.? ", "", speaker["name_en"]).split(",")[0].strip()
            surname = english.split()[-1] if english.isascii() and english else ""
            found.append(Name(w.plain(speaker, "name"), surname, speaker["name_ja"]))
    return list(dict.fromkeys(found))


SKIPPED = frozenset({"for", "in", "of", "the", "and", "to", "a", "an", "with", "on", "at"})
HEADS = frozenset({"seminar", "training", "cours", "workshop", "support", "assist", "help", "meeting"})


def _spelling(passage: Passage, facts: Facts) -> Iterator[Finding]:
    """Names of organisations and activities that are written otherwise than everywhere else in the report."""
    if passage.language != "en":
        return
    words = [(match[0], match.start(), match.end()) for match in re.finditer(r"[A-Za-z][\w'’-]*", passage.text)]
    content = [(_stem(word), start, end) for word, start, end in words if word.lower() not in SKIPPED]
    stems = [stem for stem, _start, _end in content]
    for name in _official(facts.figures):
        wanted = [_stem(word) for word in re.findall(r"[A-Za-z][\w'’-]*", name) if word.lower() not in SKIPPED]
        if len(wanted) < 3:
            continue
        for place in range(len(stems) - len(wanted) + 1):
            window = stems[place : place + len(wanted)]
            said = passage.text[content[place][1] : content[place + len(wanted) - 1][2]]
            is_same = window == wanted
            is_other_head = window[1:] == wanted[1:] and window[0] in HEADS and window[0] != wanted[0]
            if (is_same or is_other_head) and _plain_name(said) != _plain_name(name):
                yield Finding("spelling", passage.block, passage.language, said, name)


def _official(figures: Mapping) -> list[str]:
    """Return the names as the report prints them, in English."""
    organisations = [record["name_en"] for record in figures["organisations"] if record["name_en"]]
    with translation.override("en"):
        strands = [
            str(Strand(code).label)
            for code in {each["strand"] for each in figures["sessions"]}
            if code in Strand.values
        ]
        return list(dict.fromkeys([*organisations, *sorted(strands), w.strand(queries.CONSULTATIONS)]))


@cache
def _stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word.lower())
    word = word.replace("labor", "labour").removesuffix("s")
    return re.sub(r"^(assist|formulat|educat|train)\w*$", r"\1", word)


def _plain_name(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip().casefold()


def _repeated(passage: Passage, facts: Facts) -> Iterator[Finding]:
    """The same word twice in a row: a slip of the hand, or of whoever read the text by machine."""
    for match in re.finditer(r"\b([A-Za-z]{3,})(?: \1\b)+", passage.text, re.IGNORECASE):
        yield Finding("repeated", passage.block, passage.language, match[0], match[1])


RULES: Sequence[Callable[[Passage, Facts], Iterator[Finding]]] = (
    _counts,
    _every_company_its_share,
    _by_mode,
    _periods,
    _days,
    _speakers,
    _spelling,
    _repeated,
)


# --- Between parts --------------------------------------------------------------------------------------------------------


def _between_parts(passages: Sequence[Passage], facts: Facts) -> list[Finding]:
    """What two parts say differently of the same thing: the months of the consultations, and how many there were."""
    found = []
    for language in ("ja", "en"):
        said: dict[str, dict] = defaultdict(dict)
        for passage in passages:
            if passage.language != language:
                continue
            for subject, value, words in _claims(passage, facts):
                said[subject].setdefault(value, (passage.block, words))
        for subject, values in said.items():
            right = facts.consulted if subject == "period" else {facts.values["consultations"]}
            if len(values) < 2 or set(values) <= right:
                continue
            (first, words), *others = values.values()
            found += [Finding("parts", block, language, other, words) for block, other in others if block != first]
    return found


def _claims(passage: Passage, facts: Facts) -> Iterator[tuple[str, object, str]]:
    for sentence in passage.sentences:
        if not (SUPPORTING.search(sentence) or passage.block == "summary.consultations"):
            continue
        ranges = ranges_in(sentence, passage.language)
        if len(ranges) == 1:
            yield "period", ranges[0][0], ranges[0][1]
        if not IN_PRINCIPLE.search(sentence):
            # Another figure of the consultations is no other number of those held.
            others = facts.some("consultations") - {facts.values["consultations"]}
            for count in counts_in(sentence, passage.language):
                if count.unit == "times" and not count.is_whole and count.value > 4 and count.value not in others:
                    yield "times", count.value, count.said


def _between_languages(passages: Sequence[Passage], written: set[str]) -> list[Finding]:
    """Counts that one language has and the other has not, in blocks that people wrote."""
    by_block: dict[str, dict[str, set]] = defaultdict(dict)
    for passage in passages:
        if passage.block in written:
            by_block[passage.block][passage.language] = {
                (count.unit, count.value)
                for sentence in passage.sentences
                for count in counts_in(sentence, passage.language)
                if count.unit in ("companies", "people") and count.value > 1
            }
    found = []
    for block, texts in by_block.items():
        for language, other in (("ja", "en"), ("en", "ja")):
            only = sorted(value for _unit, value in texts.get(language, set()) - texts.get(other, set()))
            if only and texts.get(language) and texts.get(other) is not None:
                known = sorted(value for _unit, value in texts[other])
                found.append(Finding("languages", block, language, _numbers(only), _numbers(known)))
    return found


def _overridden(computed: Mapping, printed: Mapping) -> list[Finding]:
    """Values entered by hand are no mistakes, but whoever issues the report is to know of them."""
    known = queries.values(computed)
    return [
        Finding("entered", each["figure"], "", str(each["value"]), str(known[each["figure"]]))
        for each in printed.get("overrides", ())
        if known.get(each["figure"]) != each["value"]
    ]


def _numbers(values: Iterable[int]) -> str:
    return ", ".join(f"{value:,}" for value in sorted(values)) or "–"


# --- What is said of a finding ----------------------------------------------------------------------------------------------


def finding_words(code: str) -> str:
    return {
        "count": _("The number is not among the figures"),
        "share": _("A rule in principle is told as what happened"),
        "period": _("The months differ"),
        "day": _("The day differs"),
        "weekday": _("The weekday is wrong"),
        "speaker": _("Named in the text, but no speaker of this session"),
        "speaker_left_out": _("A speaker of this session is not named"),
        "spelling": _("The name is written otherwise elsewhere"),
        "repeated": _("A word stands twice"),
        "parts": _("Another part of the report says otherwise"),
        "languages": _("The other language has other numbers"),
        "entered": _("A value was entered by hand"),
    }[code]


def findings_table(found: Sequence[Finding], figures: Mapping, url_of: Callable[[str], str]) -> Table:
    """Return the findings with what the text says, what is known, and the way to the block."""
    labels = {block.key: blocks.block_label(block, figures) for block in queries.blocks(figures)}
    rows = []
    for each in found:
        label = labels.get(each.block) or blocks.figure_label(each.block, figures)
        url = url_of(each.block)
        place = link(label, url) if url else label
        language = {"ja": "日本語", "en": "English"}.get(each.language, "")
        rows.append(
            (
                format_html("{} {}", place, language),
                finding_words(each.code),
                format_html('<span lang="{}">{}</span>', each.language, each.said) if each.language else each.said,
                each.known,
            )
        )
    return Table(
        caption=pgettext("check of a report", "What differs"),
        columns=[
            Column(label=pgettext("report", "Part")),
            Column(label=pgettext("check of a report", "What was found")),
            Column(label=_("The text says")),
            Column(label=_("The figures or the other part say")),
        ],
        rows=rows,
    )
