"""Read a page as a person would: its heading, its table as rows of words, the links of its menu."""

from html.parser import HTMLParser


class _Words(HTMLParser):
    """Collects the words inside elements of one tag (and, where given, one class), an element a string."""

    def __init__(self, tag: str, look: str = ""):
        super().__init__()
        self.tag, self.look, self.depth, self.found = tag, look, 0, []

    def handle_starttag(self, tag, attrs):
        if self.depth:
            self.depth += tag == self.tag
        elif tag == self.tag and self.look in [*(dict(attrs).get("class") or "").split(" "), ""]:
            self.depth = 1
            self.found.append([])

    def handle_endtag(self, tag):
        self.depth -= bool(self.depth) and tag == self.tag

    def handle_data(self, data):
        if self.depth:
            self.found[-1].append(data)


def words(response, tag: str, look: str = "") -> list[str]:
    """Return the words of every such element that is not inside another one of its kind."""
    reader = _Words(tag, look)
    reader.feed(response.content.decode())
    return [" ".join("".join(parts).split()) for parts in reader.found]


class _Rows(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.inside = [], False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True
        elif tag == "br" and self.inside:
            self.rows[-1][-1] += " "

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def rows(response) -> list[list[str]]:
    """Return the rows of all tables of the page, without their heads."""
    reader = _Rows()
    for part in response.content.decode().split("<tbody")[1:]:
        reader.feed("<tbody" + part.split("</tbody>")[0])
    return [[" ".join(cell.split()) for cell in row] for row in reader.rows]


def menu(response) -> list[str]:
    """Return the words of the main menu."""
    nav = response.content.decode().split('class="bar-nav"')[1].split("</nav>")[0]
    reader = _Words("a")
    reader.feed("<nav " + nav)
    return ["".join(parts).strip() for parts in reader.found]
