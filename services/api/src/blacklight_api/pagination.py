"""Keyset pagination: pages that stay right while rows come and go, at the same cost each.

A cursor is the sort key of the last row seen, opaque to clients. It is validated like any other
input, so it needs no signature: a forged one can only name another place in the same list.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar, TypeVarTuple

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from blacklight_api.problems import Unprocessable
from blacklight_api.schemas import RowId

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_CURSOR_LENGTH = 1_000

RowT = TypeVar("RowT")
ItemT = TypeVar("ItemT")
KeyT = TypeVar("KeyT", bound="SortKey")
ColumnTs = TypeVarTuple("ColumnTs")


class SortKey(BaseModel):
    """The values that a list is sorted by; the last one is unique."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class IdKey(SortKey):
    """Sorted by id."""

    id: RowId


class Page(BaseModel, Generic[ItemT]):
    """One page of a list."""

    items: list[ItemT]
    next_cursor: str | None = Field(
        default=None, description="Give it as `cursor` to get the next page; null on the last."
    )


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is wanted."""

    limit: int
    cursor: str | None

    def after(self, key: type[KeyT]) -> KeyT | None:
        """The sort key of the last row that the client has seen; None for the first page.

        Raises:
            Unprocessable: The cursor is not one that this list gave out.
        """
        if self.cursor is None:
            return None
        try:
            padded = self.cursor + "=" * (-len(self.cursor) % 4)
            return key.model_validate_json(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValidationError, binascii.Error, ValueError):
            raise Unprocessable(
                "cursor", "Give `next_cursor` of the page before, unchanged."
            ) from None

    def page(
        self,
        rows: Sequence[RowT],
        *,
        item: Callable[[RowT], ItemT],
        key: Callable[[RowT], SortKey],
    ) -> Page[ItemT]:
        """The page made of ``rows``.

        Args:
            rows: In order, at most ``limit + 1``; the extra one says that there are more.
            item: Makes what the client sees of a row.
            key: Gives the sort key of a row.
        """
        shown = rows[: self.limit]
        more = len(rows) > self.limit
        return Page[ItemT](
            items=[item(row) for row in shown],
            next_cursor=_encode(key(shown[-1])) if more else None,
        )


def page_request(
    limit: Annotated[
        int, Query(ge=1, le=MAX_PAGE_SIZE, description="Items a page.")
    ] = DEFAULT_PAGE_SIZE,
    cursor: Annotated[
        str | None,
        Query(max_length=MAX_CURSOR_LENGTH, description="`next_cursor` of the page before."),
    ] = None,
) -> PageRequest:
    """Dependency: the page that the query string asks for."""
    return PageRequest(limit, cursor)


RequestedPage = Annotated[PageRequest, Depends(page_request)]


def newest_first(
    query: Select[*ColumnTs],
    id_column: InstrumentedAttribute[int],
    *,
    after: IdKey | None,
    limit: int,
) -> Select[*ColumnTs]:
    """A page of a list whose newest rows come first, which have the largest ids.

    Args:
        query: The list.
        id_column: The key of its rows.
        after: The last row of the page before.
        limit: How many rows.
    """
    if after is not None:
        query = query.where(id_column < after.id)
    return query.order_by(id_column.desc()).limit(limit)


def _encode(key: SortKey) -> str:
    return base64.urlsafe_b64encode(key.model_dump_json().encode()).decode().rstrip("=")
