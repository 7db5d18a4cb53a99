"""Whether a published policy is where the company says: what the page at the address tells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser

from policies.enums import LinkReason, LinkState
from policies.models.searching import searchable
from policies.validators import is_top_page

from .fetching import MAX_BYTES, Answer, FetchFailed, Resolver, fetch, resolve

_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
# Shorter names stand in too many other words.
MIN_NAME = 2


@dataclass(frozen=True)
class LinkResult:
    """What the check found, and why where that is not plain."""

    state: LinkState
    reason: LinkReason | str = ""


def check_address(address: str, *, names: Iterable[str], resolver: Resolver = resolve) -> LinkResult:
    """Fetch the address and say what is there; `names` are the company's, in any language."""
    try:
        answer = fetch(address, resolver=resolver)
    except FetchFailed as failure:
        return LinkResult(LinkState.REFUSED if failure.is_refused else LinkState.BROKEN, failure.reason)
    return judge(answer, names=names)


def judge(answer: Answer, *, names: Iterable[str]) -> LinkResult:
    """Tell a policy from a front page and from a page of somebody else.

    Of a PDF only the beginning is looked at: its text is not read, because a file of strangers is not opened here.
    """
    if is_top_page(answer.address):
        return LinkResult(LinkState.TOP_PAGE)
    if answer.content_type == "application/pdf":
        is_pdf = answer.body[:1024].find(b"%PDF-") >= 0
        return LinkResult(LinkState.FOUND) if is_pdf else LinkResult(LinkState.BROKEN, LinkReason.KIND)
    text = searchable(page_text(answer))
    wanted = [name for name in map(searchable, names) if len(name) >= MIN_NAME]
    return LinkResult(LinkState.FOUND if any(name in text for name in wanted) else LinkState.NO_NAME)


def page_text(answer: Answer) -> str:
    """Return what a page says: its text, its title, and what its pictures are called."""
    reader = _Reader()
    reader.feed(_decoded(answer))
    reader.close()
    return " ".join(reader.words)


def _decoded(answer: Answer) -> str:
    declared = _META_CHARSET.search(answer.body[:4096])
    candidates = [answer.charset, declared.group(1).decode("ascii") if declared else "", "utf-8", "cp932", "euc_jp"]
    for charset in filter(None, candidates):
        try:
            # Where a page was cut off at 2 MB, so may be its last character.
            return answer.body.decode(charset, "replace" if len(answer.body) >= MAX_BYTES else "strict")
        except (LookupError, UnicodeError):
            continue
    return answer.body.decode("utf-8", errors="replace")


class _Reader(HTMLParser):
    """Collects the words of a page; scripts and style are none."""

    silent = frozenset({"script", "style", "template"})
    telling = frozenset({"alt", "title", "content", "aria-label"})

    def __init__(self):
        super().__init__()
        self.words: list[str] = []
        self.within = ""

    def handle_starttag(self, tag, attrs):
        if tag in self.silent:
            self.within = tag
        self.words += [value for name, value in attrs if name in self.telling and value]

    def handle_endtag(self, tag):
        if tag == self.within:
            self.within = ""

    def handle_data(self, data):
        if not self.within:
            self.words.append(data)
