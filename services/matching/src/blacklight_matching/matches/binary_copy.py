"""Postgres' binary COPY format, whole columns at a time.

Millions of rows go from arrays to the server without a Python object per value. Source: PostgreSQL
documentation, "COPY", section "Binary Format"; arrays as in ``array_send`` of the server.

Rows are moved in the largest units that they are made of, up to eight bytes. What arrays take is a
multiple of eight, so a column of int16 that makes the rest one too is cheaper than one of bool.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from blacklight_matching.scoring import Ragged

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"

_ROWS_AT_ONCE = 8_192
_INT4_OID = 23
_ARRAY_HEADER = np.dtype(
    [
        ("length", ">i4"),
        ("dimensions", ">i4"),
        ("has_nulls", ">i4"),
        ("element_type", ">i4"),
        ("size", ">i4"),
        ("lower_bound", ">i4"),
    ]
)
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">i4")])

_SERVER_TYPES = {"i8": ">i8", "i4": ">i4", "i2": ">i2", "f4": ">f4", "b1": "u1"}

Units = npt.NDArray[np.unsignedinteger[Any]]


def encode_rows(
    scalars: Mapping[str, npt.NDArray[Any]],
    arrays: Mapping[str, Ragged],
    order: npt.NDArray[np.int64] | None = None,
) -> Iterator[bytes]:
    """Encode rows, without header and trailer.

    Args:
        scalars: Columns of n: int64, int32, int16, float32 or bool. They become the first columns
            of the table, in this order; none is null.
        arrays: Columns of n rows of integers, which become ``integer[]`` columns behind them.
        order: int64[n], the rows in the order in which they are wanted; as they are without it.

    Yields:
        Bytes of some thousand rows each.

    Raises:
        ValueError: A column has another length, or a type that is not one of those above.
    """
    lengths = {len(column) for column in scalars.values()}
    lengths |= {len(column) for column in arrays.values()}
    if len(lengths) != 1:
        raise ValueError("columns must be given and have one length")
    row_type = _row_type(scalars, len(arrays))
    (count,) = lengths
    wanted = np.arange(count) if order is None else order
    for start in range(0, count, _ROWS_AT_ONCE):
        rows = wanted[start : start + _ROWS_AT_ONCE]
        yield _encode_block(
            row_type,
            {name: column[rows] for name, column in scalars.items()},
            {name: column.take(rows) for name, column in arrays.items()},
            len(rows),
        )


def _row_type(scalars: Mapping[str, npt.NDArray[Any]], array_count: int) -> np.dtype[np.void]:
    """The part of a row that is equally long in every row."""
    fields: list[tuple[str, str]] = [("field_count", ">i2")]
    for name, column in scalars.items():
        server_type = _SERVER_TYPES.get(column.dtype.str[1:])
        if server_type is None:
            raise ValueError(
                f"{name} must be int64, int32, int16, float32 or bool, not {column.dtype}"
            )
        fields += [(f"{name} length", ">i4"), (name, server_type)]
    row_type = np.dtype(fields)
    if len(scalars) + array_count > np.iinfo(np.int16).max:
        raise ValueError("a table has fewer columns")
    return row_type


def _encode_block(
    row_type: np.dtype[np.void],
    scalars: Mapping[str, npt.NDArray[Any]],
    arrays: Mapping[str, Ragged],
    count: int,
) -> bytes:
    unit = np.dtype(f"u{math.gcd(row_type.itemsize, _ELEMENT.itemsize)}")
    scalar_bytes = np.full(count, row_type.itemsize, np.int64)
    pieces = [(_encode_scalars(row_type, scalars, len(arrays), count).view(unit), scalar_bytes)]
    pieces += [(_encode_arrays(column, unit), _array_bytes(column)) for column in arrays.values()]
    # Row by row in the result, column by column in the pieces.
    row_units = np.sum([sizes for _, sizes in pieces], axis=0) // unit.itemsize
    ends = np.cumsum(row_units)
    block = np.empty(int(ends[-1]), unit)
    position = ends - row_units
    for piece, sizes in pieces:
        _scatter(block, position, piece, sizes // unit.itemsize)
        position = position + sizes // unit.itemsize
    return block.tobytes()


def _encode_scalars(
    row_type: np.dtype[np.void],
    scalars: Mapping[str, npt.NDArray[Any]],
    array_count: int,
    count: int,
) -> npt.NDArray[np.void]:
    rows = np.zeros(count, row_type)
    rows["field_count"] = len(scalars) + array_count
    for name, column in scalars.items():
        rows[f"{name} length"] = row_type[name].itemsize
        rows[name] = column
    return rows


def _array_bytes(column: Ragged) -> npt.NDArray[np.int64]:
    # An empty array has no dimension, so neither size nor bound.
    header = np.where(column.lengths > 0, _ARRAY_HEADER.itemsize, _ARRAY_HEADER.itemsize - 8)
    return np.asarray(header + column.lengths * _ELEMENT.itemsize)


def _encode_arrays(column: Ragged, unit: np.dtype[Any]) -> Units:
    """All arrays of a column, one after the other."""
    sizes = _array_bytes(column)
    headers = np.zeros(len(column), _ARRAY_HEADER)
    headers["length"] = sizes - 4
    headers["dimensions"] = column.lengths > 0
    headers["element_type"] = _INT4_OID
    headers["size"] = column.lengths
    headers["lower_bound"] = 1
    elements = np.zeros(column.values.size, _ELEMENT)
    elements["length"] = 4
    elements["value"] = column.values

    units = sizes // unit.itemsize
    element_units = column.lengths * (_ELEMENT.itemsize // unit.itemsize)
    header_units = units - element_units
    header_rows = headers.view(unit).reshape(len(column), -1)
    used = np.arange(header_rows.shape[1]) < header_units[:, None]
    encoded = np.empty(int(units.sum()), unit)
    starts = np.cumsum(units) - units
    _scatter(encoded, starts, header_rows[used], header_units)
    _scatter(encoded, starts + header_units, elements.view(unit), element_units)
    return encoded


def _scatter(
    target: Units,
    starts: npt.NDArray[np.int64],
    source: Units,
    sizes: npt.NDArray[np.int64],
) -> None:
    """Put consecutive stretches of ``source`` of these sizes where ``starts`` says."""
    offsets_in_source = np.cumsum(sizes) - sizes
    places = np.repeat(starts - offsets_in_source, sizes)
    places += np.arange(source.size)
    target[places] = source
