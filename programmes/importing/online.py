"""Lists of online meetings as Zoom and Teams write them: read, several joins of one person united, matched with people.

Pure: bytes and plain values in, plain values out. What is wrong is said by row; a list with a fault gives nothing at all.
"""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from programmes.enums import ListOrigin
from programmes.validators import FILE_BYTES, PROBLEMS, ROWS, Problem, company_key, folded, name_key


class ListRefused(Exception):
    """The file is not taken; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__(", ".join(f"{problem.code} {problem.row}" for problem in problems))
        self.problems = tuple(problems)


Stay = tuple[datetime, datetime]


@dataclass(frozen=True)
class Entry:
    """One person as the list has them. Without times (`stays`) only how long is known."""

    names: tuple[str, ...]
    email: str = ""
    stays: tuple[Stay, ...] = ()
    minutes: int = 0
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A list that was read. `ignored` rows were people who waited to be let in."""

    origin: str
    encoding: str
    entries: tuple[Entry, ...]
    ignored: int = 0


# --- Text -------------------------------------------------------------------------------------------------------------

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text and the name of its encoding: UTF-8 with or without a mark, UTF-16 as Teams writes it, or CP932."""
    if not content.strip():
        raise ListRefused([Problem("empty")])
    if len(content) > FILE_BYTES:
        raise ListRefused([Problem("size", limit=FILE_BYTES)])
    marked = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    # Teams' own files of some years have no mark; every second byte of their Latin letters is a zero.
    unmarked = ("utf-16-le",) if content[1:2] == b"\0" else ("utf-8", "cp932")
    for name in (marked,) if marked else unmarked:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, name
    raise ListRefused([Problem("encoding")])


# --- Columns ----------------------------------------------------------------------------------------------------------

# Headers as the two services have written them in the last years, in English and Japanese, by `_head`.
_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "name": (
        "name(originalname)", "name", "fullname", "participant", "participantname", "displayname",
        "名前(元の名前)", "名前(オリジナルの名前)", "名前(本名)", "名前", "氏名", "フルネーム", "参加者", "参加者名", "表示名",
    ),
    "email": (
        "useremail", "email", "emailaddress", "ユーザーのメール", "ユーザーのメールアドレス", "ユーザーメール",
        "メール", "メールアドレス", "電子メール", "電子メールアドレス",
    ),
    "join": ("jointime", "参加時刻", "参加時間", "参加日時", "入室時刻", "入室日時"),
    "leave": ("leavetime", "退出時刻", "退出時間", "退出日時", "退室時刻", "退室日時"),
    "first": ("firstjoin", "最初の参加", "最初の参加時刻", "初回参加", "最初に参加した時刻"),
    "last": ("lastleave", "最後の退出", "最後の退出時刻", "最終退出", "最後に退出した時刻"),
    "duration": (
        "duration", "duration(minutes)", "totalduration(minutes)", "inmeetingduration", "attendanceduration",
        "期間", "期間(分)", "時間(分)", "所要時間(分)", "合計期間(分)", "合計時間(分)", "会議内の期間", "会議中の期間",
        "会議の期間", "参加時間(分)", "滞在時間(分)", "出席時間",
    ),
    "action": ("useraction", "ユーザーアクション", "ユーザーの操作", "ユーザー操作"),
    "time": ("timestamp", "タイムスタンプ"),
    "waiting": ("inwaitingroom", "待機室内", "待機室", "待機中"),
}  # fmt: skip
_FIELD_OF: Final = {header: name for name, headers in _HEADERS.items() for header in headers}
_NEEDED: Final = (
    {"name", "join", "leave"},
    {"name", "first", "last"},
    {"name", "action", "time"},
    {"name", "duration"},
)
# Columns and headings that only Teams writes.
_OF_TEAMS: Final = {"first", "last", "action", "time"}
_YES: Final = ("yes", "はい", "true")
_JOINED: Final = ("joined", "joinedbefore", "参加", "参加済み", "参加しました", "以前に参加", "以前に参加済み")
_LEFT: Final = ("left", "退出", "退出済み", "退出しました")


def _head(cell: str) -> str:
    return re.sub(r"[\s\-_]", "", unicodedata.normalize("NFKC", cell).casefold())


@dataclass
class _Section:
    """A table of the file: which field stands in which column, and its rows with their numbers."""

    columns: dict[str, int]
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    @property
    def kind(self) -> int:
        """The place of its columns among `_NEEDED`, the more telling first."""
        return next(place for place, needed in enumerate(_NEEDED) if needed <= set(self.columns))

    def cell(self, row: list[str], name: str) -> str:
        place = self.columns.get(name)
        return row[place].strip() if place is not None and place < len(row) else ""


def _columns(row: list[str]) -> dict[str, int] | None:
    """Return which field stands where, for the head of a table; None for any other row."""
    columns: dict[str, int] = {}
    for place, cell in enumerate(row):
        name = _FIELD_OF.get(_head(cell))
        if name:
            columns.setdefault(name, place)
    return columns if any(needed <= set(columns) for needed in _NEEDED) else None


def _sections(text: str) -> Iterator[_Section]:
    sample = text[:4000]
    delimiter = max("\t,;", key=sample.count)
    section = None
    # The csv module counts lines; a cell with a line break makes a row of several.
    for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        if number > ROWS:
            raise ListRefused([Problem("rows", limit=ROWS)])
        columns = _columns(row)
        if columns:
            if section:
                yield section
            section = _Section(columns)
        elif sum(bool(cell.strip()) for cell in row) <= 1:
            # An empty line, or the heading of the next part: the table is over once it has rows.
            if section and section.rows:
                yield section
                section = None
        elif section:
            section.rows.append((number, row))
    if section:
        yield section


# --- Moments ----------------------------------------------------------------------------------------------------------

_TIME = r"(?P<half>am|pm|午前|午後)?\s*(?P<hour>\d{1,2})\s*[:時]\s*(?P<minute>\d{1,2})(?:\s*[:分]\s*(?P<second>\d{1,2}))?(?:\.\d+)?\s*[分秒]?\s*(?P<half_after>am|pm|a\.m\.|p\.m\.)?\s*(?P<zone>z|[+-]\d{2}:?\d{2})?"  # noqa: E501 - one pattern
_YEAR_FIRST = re.compile(
    rf"(?P<y>\d{{4}})\s*[-/.年]\s*(?P<a>\d{{1,2}})\s*[-/.月]\s*(?P<b>\d{{1,2}})\s*日?[\st,]*{_TIME}"
)
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})\s*[-/.]\s*(?P<b>\d{{1,2}})\s*[-/.]\s*(?P<y>\d{{4}}|\d{{2}})[\st,]*{_TIME}")


def moment(text: str, *, day: date, zone: tzinfo) -> datetime | None:
    """Return the moment that a cell says; None where it says none. 7/11 is read as the order that lies nearer to `day`."""
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    found = _YEAR_FIRST.fullmatch(text)
    orders = [("a", "b")]
    if not found:
        found, orders = _YEAR_LAST.fullmatch(text), [("a", "b"), ("b", "a")]
    if not found:
        return None
    moments = [_at(found, month, of_day, zone) for month, of_day in orders]
    near = [each for each in moments if each]
    return min(near, key=lambda each: abs(each.date() - day), default=None)


def _at(found: re.Match, month: str, of_day: str, zone: tzinfo) -> datetime | None:
    hour = int(found["hour"])
    half = found["half"] or found["half_after"] or ""
    if half in ("pm", "午後", "p.m.") and hour < 12:
        hour += 12
    elif half in ("am", "午前", "a.m.") and hour == 12:
        hour = 0
    year = int(found["y"]) + (2000 if len(found["y"]) == 2 else 0)
    try:
        at = datetime(  # noqa: DTZ001 - the zone is set below
            year, int(found[month]), int(found[of_day]), hour, int(found["minute"]), int(found["second"] or 0)
        )
    except ValueError:
        return None
    if found["zone"]:
        sign = found["zone"]
        if sign == "z":
            return at.replace(tzinfo=UTC).astimezone(zone)
        digits = sign.replace(":", "")
        off = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
        return (at.replace(tzinfo=UTC) - (off if digits[0] == "+" else -off)).astimezone(zone)
    return at.replace(tzinfo=zone)


_SPAN = re.compile(
    r"(?:(?P<h>\d+)\s*(?:h|hr|hrs|hours?|時間)\.?)?\s*(?:(?P<m>\d+)\s*(?:m|min|mins|minutes?|分)\.?)?\s*"
    r"(?:(?P<s>\d+)\s*(?:s|sec|secs|seconds?|秒)\.?)?"
)


def seconds(text: str) -> int | None:
    """Return a length of time in seconds: whole minutes (Zoom), 1:23:45, or 1h 23m 45s and 1時間23分45秒 (Teams)."""
    text = unicodedata.normalize("NFKC", text).casefold().strip()
    if re.fullmatch(r"\d{1,5}", text):
        return int(text) * 60
    if found := re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2})", text):
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    found = _SPAN.fullmatch(text)
    if not text or not found:
        return None
    return int(found["h"] or 0) * 3600 + int(found["m"] or 0) * 60 + int(found["s"] or 0)


# --- Rows -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Row:
    number: int
    name: str
    email: str
    stay: Stay | None
    seconds: int


def read(content: bytes, *, day: date, zone: tzinfo) -> Reading:
    """Return the people of a list of the session of `day`. Raises ListRefused with everything that is wrong."""
    text, encoding = decoded(content)
    try:
        sections = [section for section in _sections(text) if section.rows]
    except csv.Error as error:
        raise ListRefused([Problem("columns", text=str(error)[:80])]) from error
    if not sections:
        raise ListRefused([Problem("columns")])
    section = min(sections, key=lambda each: each.kind)
    problems: list[Problem] = []
    rows, ignored = _rows(section, day, zone, problems)
    if problems:
        more = [Problem("more", limit=PROBLEMS)] if len(problems) > PROBLEMS else []
        raise ListRefused([*problems[:PROBLEMS], *more])
    entries = united(rows)
    if not entries:
        raise ListRefused([Problem("nobody")])
    is_teams = encoding.startswith("utf-16") or any(_OF_TEAMS & set(each.columns) for each in sections)
    origin = ListOrigin.TEAMS if is_teams else ListOrigin.ZOOM if "\t" not in text[:2000] else ListOrigin.OTHER
    return Reading(str(origin), encoding, entries, ignored)


def _rows(section: _Section, day: date, zone: tzinfo, problems: list[Problem]) -> tuple[list[_Row], int]:
    if section.kind == 2:
        return list(_of_actions(section, day, zone, problems)), 0
    rows, ignored = [], 0
    for number, cells in section.rows:
        if section.cell(cells, "waiting").casefold() in _YES:
            ignored += 1
        elif row := _row(section, number, cells, day, zone, problems):
            rows.append(row)
    return rows, ignored


def _row(
    section: _Section, number: int, cells: list[str], day: date, zone: tzinfo, problems: list[Problem]
) -> _Row | None:
    name, email = section.cell(cells, "name"), section.cell(cells, "email").casefold()
    if not name and not email:
        problems.append(Problem("name", number))
        return None
    starts, ends = ("join", "leave") if "join" in section.columns else ("first", "last")
    if starts not in section.columns:
        length = _length(section.cell(cells, "duration"), number, problems)
        return None if length is None else _Row(number, name, email, None, length)
    stay = _stay(section.cell(cells, starts), section.cell(cells, ends), number, day, zone, problems)
    if stay is None:
        return None
    # From the first join to the last leave somebody may have been away; how long they were there stands beside it.
    length = seconds(section.cell(cells, "duration")) if starts == "first" else None
    return _Row(number, name, email, stay, int((stay[1] - stay[0]).total_seconds()) if length is None else length)


def _length(text: str, number: int, problems: list[Problem]) -> int | None:
    length = seconds(text)
    if length is None:
        problems.append(Problem("duration", number, text[:60]))
    return length


def _moment(text: str, number: int, day: date, zone: tzinfo, problems: list[Problem]) -> datetime | None:
    at = moment(text, day=day, zone=zone)
    if at is None:
        problems.append(Problem("moment", number, text[:60]))
    elif abs(at.astimezone(zone).date() - day) > timedelta(days=1):
        problems.append(Problem("other_day", number, text[:60]))
        return None
    return at


def _stay(starts: str, ends: str, number: int, day: date, zone: tzinfo, problems: list[Problem]) -> Stay | None:
    joined, left = (_moment(text, number, day, zone, problems) for text in (starts, ends))
    if joined is None or left is None:
        return None
    if left < joined:
        problems.append(Problem("order", number, f"{starts} – {ends}"[:80]))
        return None
    return joined, left


def _of_actions(section: _Section, day: date, zone: tzinfo, problems: list[Problem]) -> Iterator[_Row]:
    """Read Teams' older list: a row for each coming and each going. Who never left stayed until the last entry."""
    deeds: dict[tuple[str, str], list[tuple[datetime, bool, int]]] = defaultdict(list)
    for number, cells in section.rows:
        name, email = section.cell(cells, "name"), section.cell(cells, "email").casefold()
        action = _head(section.cell(cells, "action"))
        at = _moment(section.cell(cells, "time"), number, day, zone, problems)
        if not name or action not in (*_JOINED, *_LEFT):
            problems.append(
                Problem("name" if not name else "columns_of_row", number, section.cell(cells, "action")[:60])
            )
        elif at:
            deeds[name, email].append((at, action in _JOINED, number))
    last = max((at for each in deeds.values() for at, _joined, _number in each), default=None)
    for (name, email), each in deeds.items():
        since, row = None, 0
        for at, is_joining, number in sorted(each):
            if is_joining and since is None:
                since, row = at, number
            elif not is_joining and since is not None:
                yield _Row(row, name, email, (since, at), int((at - since).total_seconds()))
                since = None
        if since is not None and last is not None:
            yield _Row(row, name, email, (since, last), int((last - since).total_seconds()))


# --- One person -------------------------------------------------------------------------------------------------------


def union(stays: Iterable[Stay]) -> tuple[Stay, ...]:
    """Return the stays in order, those that touch or overlap as one."""
    merged: list[Stay] = []
    for starts, ends in sorted(stays):
        if merged and starts <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], ends)
        else:
            merged.append((starts, ends))
    return tuple(merged)


def length(stays: Iterable[Stay]) -> int:
    """Return for how many whole minutes somebody was there; what overlaps counts once."""
    return sum(int((ends - starts).total_seconds()) for starts, ends in union(stays)) // 60


def united(rows: Iterable[_Row]) -> tuple[Entry, ...]:
    """Return one entry a person: by address, else by name. A name with one address takes its joins without one along."""
    rows = list(rows)
    addresses = defaultdict(set)
    for row in rows:
        if row.email:
            addresses[name_key(row.name)].add(row.email)
    groups: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        known = addresses[name_key(row.name)]
        email = row.email or (next(iter(known)) if len(known) == 1 else "")
        groups[email or f" {name_key(row.name)}"].append(row)
    return tuple(_entry(key.strip() if "@" in key else "", group) for key, group in groups.items())


def _entry(email: str, rows: list[_Row]) -> Entry:
    stays = union(row.stay for row in rows if row.stay)
    # Each row's own length where the list says more than from when to when.
    spans = [row for row in rows if row.stay and row.seconds < int((row.stay[1] - row.stay[0]).total_seconds())]
    timed = length(stays) if not spans else min(length(stays), sum(row.seconds for row in rows) // 60)
    untimed = sum(row.seconds for row in rows if not row.stay) // 60
    names = tuple(dict.fromkeys(row.name for row in rows if row.name))
    return Entry(names, email, stays, timed + untimed, tuple(row.number for row in rows))


# --- Who is meant -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """Somebody whom the portal knows. `is_expected` people are on the list of the session."""

    id: str
    email: str
    names: tuple[str, ...]  # Japanese, English, kana
    companies: tuple[str, ...]
    is_expected: bool


@dataclass(frozen=True)
class Match:
    """Who is meant by an entry.

    by      address, name; several (people of that name or address), company (the name fits, the company does not), none
    """

    by: str
    person: str = ""
    candidates: tuple[str, ...] = ()


_PARTS = re.compile(r"[()\[\]{}<>【】「」『』〈〉《》/|@_:;~〜、,\t]+|\s[-–—]\s")
_HONORIFIC = re.compile(r"(?:様|さん|さま|氏|殿|\bmr\.?|\bms\.?|\bmrs\.?)$|^(?:mr|ms|mrs)\.?\s")
MOST_WORDS = 6


def _phrases(text: str) -> Iterator[str]:
    """Yield every run of words of a shown name, within each of its parts: 「東雲精機 高橋 陽子(在宅)」."""
    for part in _PARTS.split(folded(text)):
        found = [_HONORIFIC.sub("", word) for word in (part or "").split()][:12]
        found = [word for word in found if word]
        for first in range(len(found)):
            for last in range(first + 1, min(len(found), first + MOST_WORDS) + 1):
                yield " ".join(found[first:last])


def _name_keys(person: Known) -> set[str]:
    keys = {name_key(name) for name in person.names}
    # Romaji come in both orders.
    for name in person.names:
        words = folded(name).split()
        if len(words) > 1 and name.isascii():
            keys.add(name_key(" ".join([words[-1], *words[:-1]])))
    return keys - {""}


class Matcher:
    """Finds people by exact address, else by exact name with the company where the list has it. Nothing is guessed."""

    def __init__(self, people: Iterable[Known]):
        self.people = {person.id: person for person in people}
        self.by_email: dict[str, list[Known]] = defaultdict(list)
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        self.companies = {key for each in self.people.values() for key in self._companies(each)}
        for person in self.people.values():
            if person.email:
                self.by_email[person.email.casefold()].append(person)
            for key in _name_keys(person):
                self.by_name[key].append(person)

    @staticmethod
    def _companies(person: Known) -> set[str]:
        return {company_key(name) for name in person.companies} - {""}

    def match(self, entry: Entry) -> Match:
        names = {name_key(phrase) for name in entry.names for phrase in _phrases(name)}
        of_address = self.by_email.get(entry.email.casefold(), []) if entry.email else []
        if len(of_address) == 1:
            return Match("address", of_address[0].id)
        if of_address:
            # An address that several people of a company share says who only together with the name.
            named = [person for person in of_address if _name_keys(person) & names]
            return Match("address", named[0].id) if len(named) == 1 else _several("several", named or of_address)
        return self._by_name(entry, names)

    def _by_name(self, entry: Entry, names: set[str]) -> Match:
        found = {person.id: person for name in sorted(names) for person in self.by_name.get(name, [])}
        alike = [person for person in found.values() if person.is_expected] or list(found.values())
        if not alike:
            return Match("none")
        said = {company_key(phrase) for name in entry.names for phrase in _phrases(name)} & self.companies
        fitting = [person for person in alike if self._companies(person) & said] if said else alike
        if len(fitting) == 1:
            return Match("name", fitting[0].id)
        return _several("several" if fitting else "company", fitting or alike)


def _several(by: str, people: list[Known]) -> Match:
    return Match(by, candidates=tuple(sorted(person.id for person in people)))


# --- What comes of it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stayed:
    """How one person took part, from all entries that are theirs."""

    minutes: int
    arrived_at: datetime | None
    left_at: datetime | None


def stayed(entries: Iterable[Entry], *, starts_at: datetime, ends_at: datetime) -> Stayed:
    """Unite entries of one person, as of two devices at once; only the time of the session itself counts."""
    entries = list(entries)
    stays = union(stay for entry in entries for stay in entry.stays)
    there = [(a, b) for a, b in stays if a < ends_at and b > starts_at]
    within = [(max(a, starts_at), min(b, ends_at)) for a, b in there]
    # Where a list says that somebody was away between coming and going, no more than that is counted.
    said = sum(entry.minutes for entry in entries)
    most = int((ends_at - starts_at).total_seconds()) // 60
    minutes = min(length(within), said) if stays else min(said, most)
    return Stayed(minutes, there[0][0] if there else None, there[-1][1] if there else None)


def minutes_needed(*, starts_at: datetime, ends_at: datetime, share: int) -> int:
    """Return how many whole minutes are the share of the session's length, in percent, rounded up."""
    return -(-int((ends_at - starts_at).total_seconds()) * share // 6000)
