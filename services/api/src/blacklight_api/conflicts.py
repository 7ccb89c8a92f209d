"""Unique constraints as answers: the database decides, the client reads why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import IntegrityError

from blacklight_api.problems import Conflict, FieldError


@contextmanager
def conflict_on(constraint: str, *, field: str, message: str) -> Iterator[None]:
    """Turn a violation of one unique constraint into 409.

    Args:
        constraint: Name of the constraint or unique index.
        field: The field of the request that must be unique.
        message: What is the matter, in words.

    Raises:
        Conflict: The constraint was violated; the transaction cannot go on.
    """
    try:
        yield
    except IntegrityError as error:
        if _constraint_of(error) != constraint:
            raise
        # Not chained: the database's message repeats the value.
        raise Conflict(message, errors=[FieldError(field=field, message=message)]) from None


def _constraint_of(error: IntegrityError) -> str | None:
    return error.orig.diag.constraint_name if isinstance(error.orig, psycopg.Error) else None
