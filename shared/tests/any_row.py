"""A valid row of any table, made from what the schema says."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from blacklight_shared.models import Base
from pgvector.sqlalchemy import Vector
from sqlalchemy import CheckConstraint, Column, Connection, ForeignKey, Table, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import (
    ARRAY,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    TypeEngine,
    Uuid,
)

TENANT_COLUMNS = frozenset({"tenant_id", "source_tenant_id"})
_ALLOWED_VALUE = re.compile(r"IN \('([^']+)'")

_VALUES: dict[type[TypeEngine[Any]], Callable[[], Any]] = {
    ARRAY: list,
    Boolean: lambda: False,
    Date: date.today,
    DateTime: lambda: datetime.now(UTC),
    Float: lambda: 1.0,
    Integer: lambda: 1,
    JSONB: dict,
    LargeBinary: lambda: uuid.uuid4().bytes,
    Numeric: lambda: 1,
    Text: lambda: uuid.uuid4().hex,
    Uuid: uuid.uuid4,
    Vector: lambda: [1.0],
}


def tenant_column(table: Table) -> Column[Any] | None:
    """The column that says whose a row is."""
    return next((column for column in table.columns if column.name in TENANT_COLUMNS), None)


@dataclass
class RowMaker:
    """Makes rows of one tenant, with the rows that they refer to.

    Args:
        connection: Of the schema's owner, whom row-level security does not bind.
        tenant_id: Whose rows.
    """

    connection: Connection
    tenant_id: int
    _made: dict[Table, dict[str, Any]] = field(default_factory=dict)

    def row(self, table: Table) -> dict[str, Any]:
        """The tenant's row of a table; made when it is first asked for."""
        if table not in self._made:
            statement = insert(table).values(self.values(table)).returning(*table.columns)
            self._made[table] = dict(self.connection.execute(statement).mappings().one())
        return self._made[table]

    def values(self, table: Table) -> dict[str, Any]:
        """Values for a new row of the tenant; what it refers to is made."""
        return {
            column.name: self._value(table, column)
            for column in table.columns
            if column.name in TENANT_COLUMNS or _must_be_given(column)
        }

    def _value(self, table: Table, column: Column[Any]) -> Any:
        if column.name in TENANT_COLUMNS:
            return self.tenant_id
        for key in column.foreign_keys:
            return self._referred(key)
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint) and (
                found := _allowed_value(constraint, column)
            ):
                return found
        return _plain_value(column)

    def _referred(self, key: ForeignKey) -> Any:
        return self.row(key.column.table)[key.column.name]


def tables() -> list[Table]:
    """All tables of the models."""
    return list(Base.metadata.sorted_tables)


def _must_be_given(column: Column[Any]) -> bool:
    return not column.nullable and column.server_default is None and column.identity is None


def _allowed_value(constraint: CheckConstraint, column: Column[Any]) -> str | None:
    condition = str(constraint.sqltext)
    if not condition.startswith(f"{column.name} IN"):
        return None
    found = _ALLOWED_VALUE.search(condition)
    return found.group(1) if found else None


def _plain_value(column: Column[Any]) -> Any:
    for kind in type(column.type).__mro__:
        if kind in _VALUES:
            return _VALUES[kind]()
    raise NotImplementedError(f"no value is known for {column}")
