"""What all request and response models share: strictness, and text that the database can hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from blacklight_shared.matching.record import WorkModeName
from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
)

MAX_ROW_ID: Final = 2**63 - 1
"""The largest ``bigint``."""


class RequestModel(BaseModel):
    """Body of a request; a field that does not exist is an error, so that a typo is noticed."""

    model_config = ConfigDict(extra="forbid")


class ResponseModel(BaseModel):
    """Body of a response, readable from a row."""

    model_config = ConfigDict(from_attributes=True)


def _without_controls(value: str) -> str:
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise ValueError("control characters and line breaks are not allowed")
    return value


def _without_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("the NUL character is not allowed")
    return value


def _lowered(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


RowId = Annotated[int, Field(ge=1, le=MAX_ROW_ID)]
PathId = Annotated[int, Path(ge=1, le=MAX_ROW_ID)]

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_without_controls),
]
"""One line of text."""

Paragraphs = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=50_000), AfterValidator(_without_nul)
]
"""Text of any number of lines."""

SearchText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_without_controls),
]
"""What a person types into a search box."""

Email = Annotated[EmailStr, BeforeValidator(_lowered), Field(max_length=254)]
"""An address, normalised as the database keeps it: trimmed, lower case."""

WorkMode = WorkModeName
SalaryPeriod = Literal["hour", "day", "week", "month", "year"]
Currency = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(description="ISO 4217, such as `USD`.")
]
Salary = Annotated[Decimal, Field(ge=0, lt=10**10, decimal_places=2)]
Years = Annotated[Decimal, Field(ge=0, le=80, decimal_places=1)]
Lines = Annotated[list[Line], Field(max_length=200)]
