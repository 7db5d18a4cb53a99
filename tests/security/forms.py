"""The forms of a page as a browser would see them, so that a test can fill them in otherwise than meant."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms: list[Form] = []
        self.open: Form | None = None
        self.select = ""

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(values.get("method", "get").upper(), values.get("action", ""))
            self.forms.append(self.open)
        elif self.open and tag in ("input", "textarea", "button", "select") and values.get("name"):
            self.select = values["name"] if tag == "select" else ""
            self.open.values.setdefault(values["name"], values.get("value", ""))
        elif self.open and tag == "option" and self.select and "selected" in values:
            self.open.values[self.select] = values.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


def forms_of(html: str) -> list[Form]:
    reader = _Reader()
    reader.feed(html)
    return reader.forms
