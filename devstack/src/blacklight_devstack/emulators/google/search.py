"""The search language of Gmail, as far as mail clients of this project use it.

Words and quoted phrases must all be there; ``{a b}`` and ``a OR b`` want one of them; ``-a`` wants
none. ``subject:``, ``from:``, ``in:``, ``after:``, ``before:`` (seconds since 1970, or a date) and
``newer_than:7d`` are known operators (https://support.google.com/mail/answer/7190).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from blacklight_devstack.emulators.accounts import Mail

Condition = Callable[[Mail], bool]

_TOKEN = re.compile(
    r"""(?P<open>[{(]) | (?P<close>[})]) | (?P<not>-(?=\S)) | (?P<or>\bOR\b)
    | (?:(?P<operator>[a-z_]+):)? (?: "(?P<phrase>[^"]*)" | (?P<word>[^\s{}()"]+) )""",
    re.VERBOSE,
)
_DAYS = {"d": 1, "m": 30, "y": 365}


class SearchError(ValueError):
    """The search cannot be read."""


def parse_search(query: str) -> Condition:
    """What a mail has to fulfil.

    Raises:
        SearchError: A bracket is not closed, or an operator is not known.
    """
    tokens = _Tokens(list(_TOKEN.finditer(query)))
    condition = _all_of(_terms(tokens, closing=None))
    if not tokens.is_empty:
        raise SearchError("a bracket is closed that was not opened")
    return condition


@dataclass
class _Tokens:
    rest: list[re.Match[str]]

    @property
    def is_empty(self) -> bool:
        return not self.rest

    def next_is(self, kind: str, text: str | None = None) -> bool:
        found = self.rest[0][kind] if self.rest else None
        return found is not None and text in {None, found}

    def take(self) -> re.Match[str]:
        return self.rest.pop(0)


def _terms(tokens: _Tokens, closing: str | None) -> Iterator[Condition]:
    while not tokens.is_empty and not tokens.next_is("close"):
        term = _term(tokens)
        while tokens.next_is("or"):
            tokens.take()
            term = _any_of([term, _term(tokens)])
        yield term
    if closing is not None:
        if not tokens.next_is("close", closing):
            raise SearchError(f"there is no {closing}")
        tokens.take()


def _term(tokens: _Tokens) -> Condition:
    if tokens.is_empty:
        raise SearchError("a word is missing at the end")
    token = tokens.take()
    if token["not"]:
        unwanted = _term(tokens)
        return lambda mail: not unwanted(mail)
    if token["open"] == "{":
        return _any_of(list(_terms(tokens, closing="}")))
    if token["open"] == "(":
        return _all_of(list(_terms(tokens, closing=")")))
    words = token["phrase"] if token["phrase"] is not None else token["word"]
    return _operator(token["operator"], words or "")


def _operator(name: str | None, words: str) -> Condition:
    match name:
        case None:
            return lambda mail: _says(f"{mail.subject}\n{mail.sender}\n{mail.text}", words)
        case "subject":
            return lambda mail: _says(mail.subject, words)
        case "from":
            return lambda mail: _says(mail.sender, words)
        case "in" | "label":
            return lambda _mail: words.lower() in {"inbox", "anywhere"}
        case "after":
            start = _moment(words)
            return lambda mail: mail.received_at >= start
        case "before":
            end = _moment(words)
            return lambda mail: mail.received_at < end
        case "newer_than" if re.fullmatch(r"\d+[dmy]", words):
            since = datetime.now(UTC) - timedelta(days=int(words[:-1]) * _DAYS[words[-1]])
            return lambda mail: mail.received_at >= since
    raise SearchError(f"{name}:{words} is not known")


def _says(text: str, words: str) -> bool:
    # Google compares words: "java" does not find "javascript".
    pattern = r"\W+".join(map(re.escape, words.casefold().split()))
    return re.search(rf"(?<!\w){pattern}(?!\w)", text.casefold()) is not None


def _moment(words: str) -> datetime:
    if words.isdecimal():
        return datetime.fromtimestamp(int(words), UTC)
    try:
        return datetime.strptime(words.replace("-", "/"), "%Y/%m/%d").replace(tzinfo=UTC)
    except ValueError:
        raise SearchError(f"{words} is no date") from None


def _all_of(conditions: Iterator[Condition] | list[Condition]) -> Condition:
    wanted = list(conditions)
    return lambda mail: all(condition(mail) for condition in wanted)


def _any_of(conditions: list[Condition]) -> Condition:
    return lambda mail: any(condition(mail) for condition in conditions)
