"""The forms of a page as a browser sees them: which controls they have and what they would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    # What each control offers: the values of its options, radios and boxes.
    offers: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.forms = address, []
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(own.get("action") or self.address, own.get("method", "get").lower()))
        if not self.forms:
            return
        form, name = self.forms[-1], own.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.offers.setdefault(self._select, []).append(own.get("value", ""))
            if "selected" in own or self._select not in form.values:
                form.values[self._select] = own.get("value", "")
        elif tag == "textarea":
            self._area = name
            form.values.setdefault(name, "")
        elif tag in {"input", "button"} and name:
            form.offers.setdefault(name, []).append(own.get("value", ""))
            if own.get("type") in {"radio", "checkbox"} and "checked" not in own:
                return
            form.values[name] = own.get("value", "on" if own.get("type") == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1].values[self._area] += data.removeprefix("\n")


def forms(html: str, address: str) -> list[Form]:
    """The forms of a page that post."""
    parser = _Forms(address)
    parser.feed(html)
    return [form for form in parser.forms if form.method == "post"]
