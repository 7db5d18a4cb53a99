"""One cell into one value.

Every parser takes a `RawCell` and its `Column` and gives the value or raises `CellError`; nothing else ever leaves them.
An empty cell never reaches a parser. Codes, numbers and addresses are brought to one width (NFKC); names and other free
text stay as typed, because NFKC would turn ㈱ into (株) and ① into 1.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import jaconv
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from stdnum.jp import cn

from .reader import RawCell
from .schema import Choice, Column

TOKYO = ZoneInfo("Asia/Tokyo")
HYPHENS = re.compile("[‐‑‒–—―−﹣－ー]")
ERAS = {"R": 2018, "令和": 2018, "H": 1988, "平成": 1988}
DATE = re.compile(
    r"(?:(?P<era>[RHrh]|令和|平成)\s*(?P<era_year>\d{1,2}|元)|(?P<year>\d{4}))"
    r"\s*(?:[-/.]|年)\s*(?P<month>\d{1,2})\s*(?:[-/.]|月)\s*(?P<day>\d{1,2})\s*日?"
    r"\s*(?:\([^()]{1,4}\))?"
)
TIME = re.compile(
    r"[T\s]*(?P<half>午前|午後)?\s*(?P<hour>\d{1,2})\s*(?::|時)\s*(?:(?P<minute>\d{1,2})\s*分?)?(?::(?P<second>\d{1,2}))?"
)
COMPACT_DATE = re.compile(r"(20\d\d)(\d\d)(\d\d)")
DIGITS = re.compile(r"[+]?\d{1,15}")
UNITS = re.compile(r"(名|人|社|分|回|年度|年|番)$")
KANJI = re.compile("[㐀-䶿一-鿿豈-﫿\U00020000-\U0003fffd]")
# Everything that Unicode calls control or surrogate, but for line breaks and tabs.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
EXPONENT = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
# Excel's day numbers for 1 January 2000 and 31 December 2099: a date whose cell lost its format.
SERIALS = range(36526, 73051)
DATE_FORMATS = "2024-11-07, 2024/11/7, 2024年11月7日, R6.11.7"
DATETIME_FORMATS = "2024-11-07 15:30, 2024/11/7 15:30, 2024年11月7日 15時30分"

check_email = EmailValidator()
check_url = URLValidator(schemes=["http", "https"])


class CellError(Exception):
    """The cell cannot be read; `code` names the sentence in `messages`."""

    def __init__(self, code: str, **params):
        super().__init__(code)
        self.code = code
        self.params = params


def parse_cell(cell: RawCell, column: Column):
    """The value of the cell, None when it holds nothing but white space."""
    if cell.kind == "f":
        raise CellError("formula")
    if cell.kind == "e":
        raise CellError("excel_error")
    if cell.kind == "x":
        raise CellError("too_long", longest=column.longest)
    if cell.kind == "s" and not trimmed(cell.value):
        return None
    return PARSERS[column.kind](cell, column)


def trimmed(text: str) -> str:
    """Without white space at both ends, whatever its width, and without marks that nobody sees."""
    return text.replace("\u200b", "").replace("\ufeff", "").strip()


def as_text(cell: RawCell) -> str:
    """The cell as someone would have typed it."""
    if cell.kind == "b":
        return "TRUE" if cell.value else "FALSE"
    if cell.kind == "n":
        return str(cell.value)
    if cell.kind in "dt":
        raise CellError("turned_into_date")
    text = trimmed(cell.value.replace("\r\n", "\n").replace("\r", "\n"))
    if CONTROL.search(text):
        raise CellError("control_character")
    return text


def narrow(text: str) -> str:
    """Full-width letters and digits to half width, every kind of dash to a hyphen."""
    return HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).strip()


def parse_text(cell: RawCell, column: Column) -> str:
    text = as_text(cell)
    if not column.lines:
        text = " ".join(part.strip() for part in text.split("\n") if part.strip()).replace("\t", " ")
    return limited(text, column)


def limited(text: str, column: Column) -> str:
    if len(text) > column.longest:
        raise CellError("too_long", longest=column.longest)
    return text


def parse_code(cell: RawCell, column: Column) -> str:
    text = narrow(as_text(cell))
    if not re.fullmatch(r"[\w][\w.\-]*", text):
        raise CellError("not_a_code")
    return limited(text, column)


def parse_slug(cell: RawCell, column: Column) -> str:
    """A code that stands in addresses: Latin letters, digits, hyphens and underscores."""
    text = narrow(as_text(cell))
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_\-]*", text):
        raise CellError("not_a_slug")
    return limited(text, column)


def parse_kana(cell: RawCell, column: Column) -> str:
    """Hiragana, half-width and full-width katakana, all stored as full-width katakana."""
    text = jaconv.hira2kata(jaconv.h2z(parse_text(cell, column), kana=True, ascii=False, digit=False))
    if KANJI.search(text):
        raise CellError("not_kana")
    return limited(" ".join(text.split()), column)


def parse_email(cell: RawCell, column: Column) -> str:
    text = unicodedata.normalize("NFKC", as_text(cell)).strip().lower().removeprefix("mailto:")
    try:
        check_email(text)
    except ValidationError as error:
        raise CellError("not_an_email") from error
    return limited(text, column)


def parse_url(cell: RawCell, column: Column) -> str:
    text = as_text(cell)
    try:
        check_url(text)
    except ValidationError as error:
        raise CellError("not_a_url") from error
    return limited(text, column)


def parse_integer(cell: RawCell, column: Column) -> int:
    value = integer_of(cell)
    if not column.smallest <= value <= column.largest:
        raise CellError("out_of_range", smallest=column.smallest, largest=column.largest)
    return value


def integer_of(cell: RawCell) -> int:
    if cell.kind == "n":
        if cell.value != int(cell.value):
            raise CellError("not_an_integer")
        return int(cell.value)
    text = UNITS.sub("", narrow(as_text(cell)).replace(",", "")).strip()
    text = re.sub(r"\.0+$", "", text)
    if not DIGITS.fullmatch(text) or not text.isascii():
        raise CellError("not_an_integer")
    return int(text)


def parse_corporate_number(cell: RawCell, column: Column) -> str:
    """Thirteen digits of which the first checks the rest (cells that Excel made a number of are read as well)."""
    text = as_text(cell)
    if EXPONENT.search(text):
        raise CellError("shortened_by_excel")
    text = re.sub(r"[\s\-.]", "", narrow(re.sub(r"\.0+$", "", text))).upper()
    text = re.sub(r"^T(?=\d{13}$)", "", text)
    if not text.isascii() or not text.isdigit():
        raise CellError("corporate_number_form")
    if len(text) == 12:
        raise CellError("corporate_number_twelve", suggestion=cn.calc_check_digit(text) + text)
    if len(text) != 13:
        raise CellError("corporate_number_length", digits=len(text))
    if not cn.is_valid(text):
        raise CellError("corporate_number_check")
    return text


def parse_yes_no(cell: RawCell, column: Column) -> bool:
    if cell.kind == "b":
        return cell.value
    return parse_choice(cell, column) == "yes"


def parse_choice(cell: RawCell, column: Column) -> str:
    choice = column.choice(as_text(cell))
    if choice is None:
        raise CellError("unknown_choice", choices=expected_choices(column))
    return choice


def expected_choices(column: Column) -> str:
    """What may stand in the cell, in both languages: it reads the same for everybody."""
    return ", ".join(map(named, column.choices))


def named(choice: Choice) -> str:
    return f"{choice.code} ({choice.words[0]})"


def parse_date(cell: RawCell, column: Column) -> date:
    moment, has_time = moment_of(cell, DATE_FORMATS)
    if has_time:
        raise CellError("date_with_time", formats=DATE_FORMATS)
    return moment.date()


def parse_datetime(cell: RawCell, column: Column) -> datetime:
    """Wall-clock time of Tokyo, as an aware time of UTC."""
    moment, has_time = moment_of(cell, DATETIME_FORMATS)
    if not has_time:
        raise CellError("time_missing", formats=DATETIME_FORMATS)
    return moment.replace(tzinfo=TOKYO).astimezone(UTC)


def moment_of(cell: RawCell, formats: str) -> tuple[datetime, bool]:
    """(wall-clock time without zone, whether a time of day was given); midnight counts as not given."""
    if cell.kind == "d":
        moment = datetime.fromisoformat(cell.value)
    elif cell.kind == "n":
        moment = moment_of_number(cell.value, formats)
    elif cell.kind == "s":
        moment = moment_of_text(unicodedata.normalize("NFKC", as_text(cell)), formats)
    else:
        raise CellError("not_a_date", formats=formats)
    if not 1990 <= moment.year <= 2100:
        raise CellError("year_out_of_range", smallest=1990, largest=2100)
    return moment, (moment.hour, moment.minute, moment.second) != (0, 0, 0)


def moment_of_number(value: int | float, formats: str) -> datetime:
    if int(value) in SERIALS:
        return datetime(1899, 12, 30) + timedelta(seconds=round(value * 86_400 / 60) * 60)  # noqa: DTZ001 - wall clock
    compact = COMPACT_DATE.fullmatch(str(value))
    if compact is None:
        raise CellError("not_a_date", formats=formats)
    return calendar_moment(*map(int, compact.groups()))


def moment_of_text(text: str, formats: str) -> datetime:
    compact = COMPACT_DATE.fullmatch(text)
    if compact:
        return calendar_moment(*map(int, compact.groups()))
    found = DATE.match(text)
    if found is None:
        raise CellError("not_a_date", formats=formats)
    day = calendar_moment(year_of(found), int(found["month"]), int(found["day"]))
    rest = text[found.end() :].strip()
    if not rest:
        return day
    clock = TIME.fullmatch(rest)
    if clock is None:
        raise CellError("not_a_date", formats=formats)
    return at_clock(day, clock)


def year_of(found: re.Match) -> int:
    if found["year"]:
        return int(found["year"])
    era_year = 1 if found["era_year"] == "元" else int(found["era_year"])
    return ERAS[found["era"].upper()] + era_year


def calendar_moment(year: int, month: int, day: int) -> datetime:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - wall clock, the zone is given by the caller
    except ValueError as error:
        raise CellError("no_such_day") from error


def at_clock(day: datetime, clock: re.Match) -> datetime:
    hour = int(clock["hour"]) + (12 if clock["half"] == "午後" and int(clock["hour"]) < 12 else 0)
    try:
        return day.replace(hour=hour, minute=int(clock["minute"] or 0), second=int(clock["second"] or 0))
    except ValueError as error:
        raise CellError("no_such_time") from error


PARSERS: dict[str, Callable[[RawCell, Column], object]] = {
    "text": parse_text,
    "code": parse_code,
    "slug": parse_slug,
    "kana": parse_kana,
    "email": parse_email,
    "url": parse_url,
    "integer": parse_integer,
    "corporate_number": parse_corporate_number,
    "yes_no": parse_yes_no,
    "choice": parse_choice,
    "date": parse_date,
    "datetime": parse_datetime,
}
