"""Postgres' binary COPY format, whole columns at a time.

Millions of rows go from arrays to the server without a Python object per value. Source: PostgreSQL
documentation, "COPY", section "Binary Format"; arrays as in ``array_send`` of the server.
"""

from __future__ import annotations

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

_SERVER_TYPES = {"i8": ">i8", "i4": ">i4", "f4": ">f4", "b1": "u1"}

Bytes = npt.NDArray[np.uint8]


def encode_rows(
    scalars: Mapping[str, npt.NDArray[Any]], arrays: Mapping[str, Ragged]
) -> Iterator[bytes]:
    """Encode rows, without header and trailer.

    Args:
        scalars: Columns of n: int64, int32, float32 or bool. They become the first columns of the
            table, in this order; none is null.
        arrays: Columns of n rows of integers, which become ``integer[]`` columns behind them.

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
    for start in range(0, count, _ROWS_AT_ONCE):
        rows = np.arange(start, min(start + _ROWS_AT_ONCE, count))
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
            raise ValueError(f"{name} must be int64, int32, float32 or bool, not {column.dtype}")
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
    pieces = [_encode_scalars(row_type, scalars, len(arrays), count)]
    row_bytes = np.full(count, row_type.itemsize, np.int64)
    for column in arrays.values():
        pieces.append(_encode_arrays(column))
        row_bytes += _array_bytes(column)
    # Row by row in the result, column by column in the pieces.
    ends = np.cumsum(row_bytes)
    block = np.empty(int(ends[-1]), np.uint8)
    position = ends - row_bytes
    for piece, size in zip(pieces, _piece_bytes(row_type, arrays, count), strict=True):
        _scatter(block, position, piece, size)
        position = position + size
    return block.tobytes()


def _piece_bytes(
    row_type: np.dtype[np.void], arrays: Mapping[str, Ragged], count: int
) -> Iterator[npt.NDArray[np.int64]]:
    yield np.full(count, row_type.itemsize, np.int64)
    for column in arrays.values():
        yield _array_bytes(column)


def _encode_scalars(
    row_type: np.dtype[np.void],
    scalars: Mapping[str, npt.NDArray[Any]],
    array_count: int,
    count: int,
) -> Bytes:
    rows = np.zeros(count, row_type)
    rows["field_count"] = len(scalars) + array_count
    for name, column in scalars.items():
        rows[f"{name} length"] = row_type[name].itemsize
        rows[name] = column
    return rows.view(np.uint8)


def _array_bytes(column: Ragged) -> npt.NDArray[np.int64]:
    # An empty array has no dimension, so neither size nor bound.
    header = np.where(column.lengths > 0, _ARRAY_HEADER.itemsize, _ARRAY_HEADER.itemsize - 8)
    return np.asarray(header + column.lengths * _ELEMENT.itemsize)


def _encode_arrays(column: Ragged) -> Bytes:
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

    encoded = np.empty(int(sizes.sum()), np.uint8)
    starts = np.cumsum(sizes) - sizes
    header_bytes = headers.view(np.uint8).reshape(len(column), _ARRAY_HEADER.itemsize)
    header_sizes = sizes - column.lengths * _ELEMENT.itemsize
    used = np.arange(_ARRAY_HEADER.itemsize) < header_sizes[:, None]
    _scatter(encoded, starts, header_bytes[used], header_sizes)
    _scatter(
        encoded, starts + header_sizes, elements.view(np.uint8), column.lengths * _ELEMENT.itemsize
    )
    return encoded


def _scatter(
    target: Bytes,
    starts: npt.NDArray[np.int64],
    source: Bytes,
    sizes: npt.NDArray[np.int64],
) -> None:
    """Put consecutive stretches of ``source`` of these sizes where ``starts`` says."""
    offsets_in_source = np.cumsum(sizes) - sizes
    shift = np.repeat(starts - offsets_in_source, sizes)
    target[np.arange(source.size) + shift] = source
