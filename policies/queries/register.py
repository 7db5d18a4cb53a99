"""Questions of everybody: what stands in the public register. Nobody's rights matter here, and no draft is in reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Max, Q, QuerySet

from policies.models import RegisterEntry, RegisterVersion
from policies.models.searching import needed_grams, searchable

# What lists and files say of an entry; the rest is for its own page.
LISTED = (
    "slug", "name_ja", "name_en", "name_kana", "corporate_number", "industry", "prefecture", "published_on", "languages",
)  # fmt: skip
CHUNK = 1000

_FACETS = """
SELECT CASE grouping(industry, prefecture, extract(year FROM published_on), languages)
         WHEN 7 THEN 'industry' WHEN 11 THEN 'prefecture' WHEN 13 THEN 'year' WHEN 14 THEN 'languages' ELSE '' END,
       coalesce(industry, prefecture, extract(year FROM published_on)::text, languages, ''), count(*)
  FROM policies_registerentry WHERE is_listed
 GROUP BY GROUPING SETS ((industry), (prefecture), (extract(year FROM published_on)), (languages), ())
 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Facets:
    """What the lists can be narrowed by, with how many entries each value leaves, and how many there are at all."""

    total: int
    industries: dict[str, int]
    prefectures: dict[str, int]
    years: dict[str, int]
    languages: dict[str, int]


def register_changed_at() -> datetime | None:
    """Return when the register was written last: its version, which rises with every commit. None while it is empty."""
    return RegisterEntry.objects.aggregate(last=Max("updated_at"))["last"]


@lru_cache(maxsize=1)
def facets(version: datetime | None) -> Facets:
    """Count the values once for each version of the register, in one statement; every process remembers the last."""
    found: dict[str, dict[str, int]] = {"industry": {}, "prefecture": {}, "year": {}, "languages": {}, "": {"": 0}}
    if version is not None:
        with connection.cursor() as cursor:
            cursor.execute(_FACETS)
            for name, value, number in cursor.fetchall():
                found[name][value] = number
    for values in (found["industry"], found["prefecture"]):
        values.pop("", None)
    years = dict(sorted(found["year"].items(), reverse=True))
    return Facets(found[""].get("", 0), found["industry"], found["prefecture"], years, found["languages"])


def listed_entries() -> QuerySet[RegisterEntry]:
    """Entries that stand in the register now, with what lists say of them."""
    return RegisterEntry.objects.listed().only(*LISTED)


def search_entries(entries: QuerySet[RegisterEntry], words: str) -> QuerySet[RegisterEntry]:
    """Narrow to entries that hold every word: a part of a name in any script, or of the corporate number."""
    for word in filter(None, map(searchable, words.split())):
        entries = entries.filter(grams__contains=needed_grams(word), search__contains=word)
    return entries


def in_year(entries: QuerySet[RegisterEntry], year: int) -> QuerySet[RegisterEntry]:
    return entries.filter(published_on__gte=date(year, 1, 1), published_on__lte=date(year, 12, 31))


def entry_by_slug(slug: str) -> RegisterEntry | None:
    """Return an entry, listed or withdrawn, with its present version and text."""
    return RegisterEntry.objects.select_related("present").filter(slug=slug).first()


def history(entry: RegisterEntry) -> list[RegisterVersion]:
    """Return the versions of an entry, the present one first, without their texts."""
    return list(RegisterVersion.objects.filter(entry=entry).defer("content").order_by("-number"))


def version_of(entry: RegisterEntry, number: int) -> RegisterVersion | None:
    """Return one version of an entry with its text."""
    return RegisterVersion.objects.filter(entry=entry, number=number).first()


def all_listed() -> Iterator[RegisterEntry]:
    """Yield every listed entry with the facts of its present version, in the order of the list, a thousand a statement.

    Each statement stands alone, so this may run while the answer is on its way, after the request's transaction.
    """
    listed = RegisterEntry.objects.listed().filter(present__isnull=False)
    entries = listed.select_related("present").defer("present__content", "grams", "search")
    last: tuple[str, object] | None = None
    while True:
        rows = entries.order_by("sort_name", "id")
        if last is not None:
            name, pk = last
            rows = rows.filter(Q(sort_name__gt=name) | Q(pk__gt=pk), sort_name__gte=name)
        chunk = list(rows[:CHUNK])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        last = (chunk[-1].sort_name, chunk[-1].pk)
