"""One row of an import: what is required, what is understood, what is left out with a warning."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

MAX_DESCRIPTION_CHARACTERS = 100_000
MAX_SKILLS = 200

_REQUIRED = frozenset({"external_id", "title", "description"})
"""A row is refused for these; any other field that cannot be read is left out."""

_AGO = re.compile(
    r"^(?:posted\s+)?(?P<count>\d+)\+?\s*(?P<unit>minute|min|hour|hr|h|day|d|week|month)s?\s+ago$",
    re.IGNORECASE,
)
_DAYS_OF_UNIT = {"day": 1, "d": 1, "week": 7, "month": 30}
_TODAY = frozenset({"today", "just posted", "just now", "new"})


def _as_list(value: object) -> object:
    if isinstance(value, str):
        value = re.split(r"[,;|\n]", value)
    if not isinstance(value, list):
        return value
    return [part for part in map(_trimmed, value) if part is not None]


def _as_date(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.lower() in _TODAY:
        return datetime.now(UTC).date()
    if value.lower() == "yesterday":
        return datetime.now(UTC).date() - timedelta(days=1)
    if ago := _AGO.match(value):
        days = int(ago["count"]) * _DAYS_OF_UNIT.get(ago["unit"].lower(), 0)
        return datetime.now(UTC).date() - timedelta(days=min(days, 36_500))
    # A timestamp stands for its day.
    return value[:10] if re.match(r"^\d{4}-\d{2}-\d{2}[T ]", value) else value


def _lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _uppered(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _work_mode(value: object) -> object:
    value = _lowered(value)
    onsite = isinstance(value, str) and value in {"on-site", "on site", "office"}
    return "onsite" if onsite else value


def _period(value: object) -> object:
    value = _lowered(value)
    if not isinstance(value, str):
        return value
    words = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month"}
    years = {"yearly", "annual", "annually", "per year", "pa"}
    return "year" if value in years else words.get(value, value)


def _rounded(unit: str) -> AfterValidator:
    # As the database keeps it, so that 10 and 10.0 are the same content.
    step = Decimal(unit)
    return AfterValidator(lambda value: value.quantize(step))


Amount = Annotated[Decimal, Field(ge=0, le=Decimal("9999999999.99")), _rounded("0.01")] | None
Years = Annotated[Decimal, Field(ge=0, le=80), _rounded("0.1")] | None
ShortText = Annotated[str, Field(max_length=300, coerce_numbers_to_str=True)] | None


class PostingRow(BaseModel):
    """A posting as a source gives it. Unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    external_id: ShortText = None
    """The source's own id; without one it is made from the content."""
    title: Annotated[str, Field(min_length=2, max_length=500, coerce_numbers_to_str=True)]
    company: ShortText = None
    location: ShortText = None
    description: Annotated[
        str, Field(max_length=MAX_DESCRIPTION_CHARACTERS, coerce_numbers_to_str=True)
    ] = ""
    employment_type: ShortText = None
    work_mode: Annotated[
        Literal["onsite", "hybrid", "remote"] | None, BeforeValidator(_work_mode)
    ] = None
    skills: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        BeforeValidator(_as_list),
        Field(max_length=MAX_SKILLS),
    ] = Field(default_factory=list)
    experience_min_years: Years = None
    experience_max_years: Years = None
    salary_min: Amount = None
    salary_max: Amount = None
    salary_currency: Annotated[
        Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None, BeforeValidator(_uppered)
    ] = None
    salary_period: Annotated[
        Literal["hour", "day", "week", "month", "year"] | None, BeforeValidator(_period)
    ] = None
    salary_text: ShortText = None
    url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://\S+$")] | None = None
    posted_date: Annotated[date | None, BeforeValidator(_as_date)] = None
    expires_at: datetime | None = None

    @model_validator(mode="before")
    @classmethod
    def _leave_out_blanks(cls, values: Any) -> Any:
        # One pass for all fields: most of an import's time is spent per field.
        if not isinstance(values, Mapping):
            return values
        return {
            name: kept for name, value in values.items() if (kept := _trimmed(value)) is not None
        }


def _trimmed(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.isascii():
        # Halves of a surrogate pair, which Postgres cannot hold.
        value = value.encode("utf-8", "ignore").decode()
    return value.replace("\x00", "").strip() or None


POSTING_FIELDS = frozenset(PostingRow.model_fields)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, or with one field of it; never the value."""

    line: int
    field: str | None
    message: str
    is_fatal: bool


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row after validation: a posting, unless one of the problems is fatal."""

    line: int
    posting: PostingRow | None
    problems: list[RowProblem] = field(default_factory=list)


def read_posting(line: int, values: Mapping[str, Any]) -> ReadRow:
    """Make a posting of the values of one row.

    Args:
        line: Where the row stands in the file, from 1.
        values: By field name; unknown names are ignored.
    """
    try:
        return ReadRow(line, PostingRow.model_validate(values))
    except ValidationError as error:
        problems = [_problem(line, details) for details in error.errors()]
    if any(problem.is_fatal for problem in problems):
        return ReadRow(line, None, problems)
    unreadable = {problem.field for problem in problems}
    readable = {name: value for name, value in values.items() if name not in unreadable}
    return ReadRow(line, PostingRow.model_validate(readable), problems)


def _problem(line: int, details: ErrorDetails) -> RowProblem:
    name = str(details["loc"][0]) if details["loc"] else None
    message = details["msg"]
    if name == "title" and details["type"] in {"missing", "string_type"}:
        message = "A posting needs a title."
    elif name in _DATES:
        message = "A date is written like 2026-11-22."
    elif details["type"] == "string_pattern_mismatch":
        message = _WANTED.get(name or "", message)
    return RowProblem(line, name, message, is_fatal=name is None or name in _REQUIRED)


_DATES = frozenset({"posted_date", "expires_at"})
_WANTED = {
    "url": "An address begins with http:// or https:// and has no spaces.",
    "salary_currency": "A currency is three letters, such as USD.",
}


def content_hash(posting: PostingRow) -> bytes:
    """SHA-256 of what the posting says; equal for equal content, however it was written."""
    return hashlib.sha256(content_json(posting)).digest()


def content_json(posting: PostingRow) -> bytes:
    """What the posting says, as a JSON object without the source's id and what is not given."""
    return _POSTING.dump_json(posting, exclude=_NO_CONTENT, exclude_defaults=True)


_POSTING = TypeAdapter(PostingRow)
_NO_CONTENT = {"external_id"}


def external_id_of(posting: PostingRow) -> str:
    """The source's id, or one made from what tells a posting apart from others."""
    if posting.external_id is not None:
        return posting.external_id
    distinguishing = [
        posting.title,
        posting.company,
        posting.location,
        posting.url,
        posting.description,
    ]
    return "sha256:" + hashlib.sha256(orjson.dumps(distinguishing)).hexdigest()
