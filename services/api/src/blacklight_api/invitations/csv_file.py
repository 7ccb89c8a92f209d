"""A CSV file of people to invite."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from pydantic import ValidationError

from blacklight_api.invitations.schemas import InvitationCreate, RowError
from blacklight_api.problems import Unprocessable, field_error

MAX_ROWS = 2_000
MAX_CSV_BYTES = 1024 * 1024

_COLUMN_NAMES = {
    "email": ("email", "e-mail", "email_address", "mail"),
    "first_name": ("first_name", "firstname", "given_name"),
    "last_name": ("last_name", "lastname", "family_name", "surname"),
}
_TYPED_COLUMNS = {field: position for position, field in enumerate(_COLUMN_NAMES)}


@dataclass(frozen=True, slots=True)
class InvitationFile:
    """What a file holds.

    Attributes:
        people: Each address once, in the order of the file.
        repeated: How many rows had an address that came before.
        errors: What is wrong with the other rows.
    """

    people: list[InvitationCreate]
    repeated: int
    errors: list[RowError]


def read_invitations(content: bytes) -> InvitationFile:
    """Read a CSV file whose first line names its columns.

    A first line that holds an address names none: the columns are then address, first name and
    last name, as in a list that a person has typed.

    Args:
        content: UTF-8, with or without a byte order mark.

    Raises:
        Unprocessable: It is not CSV, has no column for the address, or too many rows or none.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unprocessable("body", "Send the text as UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        first = next(reader, [])
        is_person = any("@" in cell for cell in first)
        columns = _TYPED_COLUMNS if is_person else _columns(first)
        rows = [(reader.line_num, first)] if is_person else []
        rows += [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise Unprocessable("body", f"Line {reader.line_num} is not CSV: {error}.") from None
    if not 1 <= len(rows) <= MAX_ROWS:
        raise Unprocessable("body", f"Send 1 to {MAX_ROWS:,} people in one file.")
    return _people(rows, columns)


def _columns(header: list[str]) -> dict[str, int]:
    folded = [name.strip().lower().replace(" ", "_") for name in header]
    found = {
        field: folded.index(name)
        for field, names in _COLUMN_NAMES.items()
        for name in reversed(names)
        if name in folded
    }
    if "email" not in found:
        raise Unprocessable("body", "The first line must name the columns, one of them `email`.")
    return found


def _people(rows: list[tuple[int, list[str]]], columns: dict[str, int]) -> InvitationFile:
    people: dict[str, InvitationCreate] = {}
    errors: list[RowError] = []
    valid = 0
    for line, cells in rows:
        values = {
            field: cells[position].strip()
            for field, position in columns.items()
            if position < len(cells) and cells[position].strip()
        }
        try:
            person = InvitationCreate.model_validate(values)
        except ValidationError as error:
            errors += [
                RowError(line=line, **field_error(details).model_dump())
                for details in error.errors()
            ]
            continue
        valid += 1
        people.setdefault(person.email, person)
    return InvitationFile(list(people.values()), valid - len(people), errors)
