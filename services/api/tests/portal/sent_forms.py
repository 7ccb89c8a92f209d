"""The forms of a page, as a browser would send them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

FREE_TEXT = frozenset({"text", "search", "textarea"})


@dataclass
class SentForm:
    """A form that is sent by POST.

    Attributes:
        path: Where to.
        values: By field, as the page has filled them in.
        kinds: Of the fields.
    """

    path: str
    values: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> dict[str, str]:
        """With a text in every field in which people write; the rest as it was shown."""
        return {
            name: text if self.kinds[name] in FREE_TEXT else value
            for name, value in self.values.items()
        }


def forms_of(page: str, path: str) -> Sequence[SentForm]:
    """The forms of a page that change something and in which people write.

    Args:
        page: HTML.
        path: Its address, where a form without an action is sent.
    """
    parser = _Forms(path)
    parser.feed(page)
    return [form for form in parser.found if not FREE_TEXT.isdisjoint(form.kinds.values())]


class _Forms(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.found: list[SentForm] = []
        self._path = path
        self._form: SentForm | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = SentForm(given.get("action") or self._path)
            if given.get("method") == "post":
                self.found.append(self._form)
        elif self._form is None:
            return
        elif tag == "option" and self._select is not None:
            if "selected" in given or self._select not in self._form.values:
                self._form.values[self._select] = given.get("value", "")
        elif name := given.get("name"):
            self._add(tag, name, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None

    def _add(self, tag: str, name: str, given: dict[str, str]) -> None:
        assert self._form is not None
        kind = given.get("type", "text") if tag == "input" else tag
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        self._form.kinds[name] = kind
        if tag == "select":
            self._select = name
        else:
            self._form.values[name] = given.get("value", "")
