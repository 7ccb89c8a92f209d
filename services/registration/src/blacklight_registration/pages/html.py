"""Reading one page: text, links, headings, and the structured data inside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

import orjson
from lxml import etree  # type: ignore[import-untyped]  # ships no types
from lxml import html as lxml_html
from trafilatura import extract, html2txt

from blacklight_registration.pages.charsets import decode

MAX_LINKS = 2_000
MAX_JSON_LD_NODES = 500
MAX_TEXT_CHARACTERS = 100_000

# A page whose code stands for its text has next to none of its own.
_SHELL_CHARACTERS = 200
_CODE_TYPES = frozenset({"", "text/javascript", "application/javascript", "module"})
_BLOCKS = ("p", "li", "br", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6")
_SPACE = re.compile(r"\s+")
_NAVIGATION = frozenset({"nav", "header", "footer"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another page.

    Attributes:
        url: Absolute, without fragment.
        text: What is to be clicked, on one line.
        is_navigation: Whether it stands in a menu, header or footer.
    """

    url: str
    text: str
    is_navigation: bool


class ParsedPage:
    """A page, read as far as somebody asks.

    Args:
        url: Where it came from in the end; its links are relative to it.
        content: As it came.
        charset: What the server said.
    """

    def __init__(self, url: str, content: bytes, charset: str | None = None) -> None:
        self.url = url
        self._content = content
        self._charset = charset

    @cached_property
    def title(self) -> str | None:
        """What stands in ``<title>``."""
        return self._first_text(".//title")

    @cached_property
    def main_text(self) -> str:
        """The readable text, without menus and the like; empty where it needs JavaScript."""
        if self._tree is None or self.needs_javascript:
            return ""
        found = extract(self._html, include_comments=False, include_tables=True, favor_recall=True)
        return (found or self.full_text)[:MAX_TEXT_CHARACTERS]

    @cached_property
    def full_text(self) -> str:
        """All text that is shown, with menus, header and footer."""
        if self._tree is None:
            return ""
        return str(html2txt(self._html, clean=True))[:MAX_TEXT_CHARACTERS]

    @cached_property
    def needs_javascript(self) -> bool:
        """Whether it is a shell that only a program in a browser fills."""
        if self._tree is None:
            return False
        types = {(script.get("type") or "").lower() for script in self._elements("script")}
        runs_code = bool(types & _CODE_TYPES)
        return runs_code and len(_one_line(self.full_text)) < _SHELL_CHARACTERS

    @cached_property
    def meta(self) -> dict[str, str]:
        """Contents of ``<meta>`` by name or property in lower case; the first of each counts."""
        found: dict[str, str] = {}
        for element in self._elements("meta"):
            name = (element.get("property") or element.get("name") or "").strip().lower()
            content = _one_line(element.get("content") or "")
            if name and content:
                found.setdefault(name, content)
        return found

    @cached_property
    def links(self) -> list[Link]:
        """Links to pages on the web, in order, each address once."""
        found: dict[str, Link] = {}
        for element in self._elements("a"):
            url = self._absolute(element.get("href"))
            if url is not None and url not in found and len(found) < MAX_LINKS:
                found[url] = Link(url, _one_line(element.text_content()), _is_navigation(element))
        return list(found.values())

    @cached_property
    def other_links(self) -> list[str]:
        """Addresses of links that lead to no page, such as ``mailto:`` and ``tel:``."""
        hrefs = ((element.get("href") or "").strip() for element in self._elements("a"))
        return [href for href in hrefs if href.lower().startswith(("mailto:", "tel:"))]

    def headings(self, *levels: str) -> list[str]:
        """The headings of some levels, such as ``"h2"``, in order."""
        texts = (_one_line(element.text_content()) for element in self._elements(*levels))
        return [text for text in texts if text]

    @cached_property
    def addresses(self) -> list[str]:
        """What stands in ``<address>``, its lines joined by commas."""
        found = []
        for element in self._elements("address"):
            lines = (_one_line(text) for text in element.itertext())
            found.append(", ".join(line.strip(" ,") for line in lines if line.strip(" ,")))
        return [text for text in found if text]

    @cached_property
    def json_ld(self) -> list[JsonObject]:
        """Every typed object in the page's JSON-LD, however deep."""
        found: list[JsonObject] = []
        for element in self._elements("script"):
            if (element.get("type") or "").strip().lower() == "application/ld+json":
                found.extend(_typed_objects(element.text or ""))
        return found[:MAX_JSON_LD_NODES]

    def json_ld_of(self, *types: str) -> Iterator[JsonObject]:
        """The objects of JSON-LD that have one of some types."""
        for node in self.json_ld:
            named = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
            if any(str(name).rpartition("/")[2] in types for name in named):
                yield node

    @cached_property
    def _html(self) -> str:
        return _CONTROLS.sub(" ", decode(self._content, self._charset))

    @cached_property
    def _tree(self) -> Any:
        return _parse(self._html)

    def _first_text(self, path: str) -> str | None:
        element = None if self._tree is None else self._tree.find(path)
        return None if element is None else _one_line(element.text_content()) or None

    def _elements(self, *tags: str) -> Iterator[Any]:
        return iter(()) if self._tree is None else self._tree.iter(*tags)

    def _absolute(self, href: str | None) -> str | None:
        if not href:
            return None
        try:
            url = urljoin(self.url, href.strip()).partition("#")[0]
        except ValueError:
            return None
        return url if url.startswith(("http://", "https://")) else None


def text_of_html(fragment: str) -> str:
    """The text of a piece of HTML, such as a description in structured data, line by line."""
    try:
        tree = lxml_html.fragment_fromstring(_CONTROLS.sub(" ", fragment), create_parent="div")
    except (ValueError, etree.ParserError):  # there is nothing to parse
        return ""
    for element in tree.iter(*_BLOCKS):
        element.tail = f"\n{element.tail or ''}"
    lines = (_one_line(line) for line in tree.text_content().splitlines())
    return "\n".join(line for line in lines if line)


def _parse(text: str) -> Any:
    # The encoding is settled; a declaration of another one would be refused by the parser.
    without_declaration = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    if not without_declaration.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, recover=True)
    try:
        return lxml_html.document_fromstring(without_declaration.encode(), parser=parser)
    except (ValueError, etree.ParserError):  # there is nothing to parse
        return None


def _is_navigation(element: Any) -> bool:
    return any(ancestor.tag in _NAVIGATION for ancestor in element.iterancestors())


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _typed_objects(text: str) -> Iterator[JsonObject]:
    try:
        waiting: list[object] = [orjson.loads(text.strip().removesuffix(";"))]
    except orjson.JSONDecodeError:
        return
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            if isinstance(value.get("@type"), str | list):
                yield value
            waiting.extend(part for part in value.values() if isinstance(part, list | dict))
