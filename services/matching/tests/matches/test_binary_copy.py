import random
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from blacklight_matching.bulk import driver_connection
from blacklight_matching.matches.binary_copy import HEADER, TRAILER, encode_rows
from blacklight_matching.scoring import Ragged
from blacklight_shared.database import Database
from hypothesis import given
from hypothesis import strategies as st

LISTS = st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4), min_size=1, max_size=40)


class TestEncodeRows:
    @pytest.mark.parametrize("flags", [0, 1, 2, 4], ids=lambda flags: f"rows of {36 + 5 * flags}")
    async def test_server_reads_what_was_encoded(self, db: Database, flags: int) -> None:
        count = 20_000
        numbers = np.random.default_rng(7)
        lists = [numbers.integers(-5, 10**9, size=row % 4).tolist() for row in range(count)]
        scalars: dict[str, npt.NDArray[Any]] = {
            "big": numbers.integers(-(2**62), 2**62, size=count),
            "small": numbers.integers(-(2**31), 2**31, size=count, dtype=np.int32),
            "real": numbers.normal(size=count).astype(np.float32),
            "tiny": numbers.integers(-(2**15), 2**15, size=count, dtype=np.int16),
            **{f"flag_{number}": numbers.random(count) < 0.5 for number in range(flags)},
        }
        async with db.global_session() as session:
            connection = await driver_connection(session)
            await connection.execute(
                "CREATE TEMP TABLE copied"
                " (big bigint, small integer, real real, tiny smallint,"
                f" {''.join(f'flag_{number} boolean, ' for number in range(flags))}"
                " a integer[], b integer[])"
            )
            blocks = encode_rows(
                scalars, {"a": Ragged.from_lists(lists), "b": Ragged.from_lists(lists[::-1])}
            )
            async with (
                connection.cursor() as cursor,
                cursor.copy("COPY copied FROM STDIN (FORMAT BINARY)") as copy,
            ):
                await copy.write(HEADER)
                for block in blocks:
                    await copy.write(block)
                await copy.write(TRAILER)
            rows = await (await connection.execute("TABLE copied")).fetchall()

        assert [row[0] for row in rows] == scalars["big"].tolist()
        assert [row[1] for row in rows] == scalars["small"].tolist()
        assert [np.float32(row[2]) for row in rows] == scalars["real"].tolist()
        assert [row[3] for row in rows] == scalars["tiny"].tolist()
        for number in range(flags):
            assert [row[4 + number] for row in rows] == scalars[f"flag_{number}"].tolist()
        assert [row[-2] for row in rows] == lists
        assert [row[-1] for row in rows] == lists[::-1]

    @given(LISTS)
    def test_length_is_that_of_the_format(self, lists: list[list[int]]) -> None:
        ids = np.arange(len(lists), dtype=np.int64)
        encoded = b"".join(encode_rows({"id": ids}, {"values": Ragged.from_lists(lists)}))

        arrays = sum(4 + (20 + 8 * len(row) if row else 12) for row in lists)
        assert len(encoded) == len(lists) * (2 + 4 + 8) + arrays

    @given(LISTS, st.randoms(use_true_random=False))
    def test_rows_come_in_the_order_that_is_asked_for(
        self, lists: list[list[int]], numbers: random.Random
    ) -> None:
        ids = np.arange(len(lists), dtype=np.int64)
        order = np.array(numbers.sample(range(len(lists)), len(lists)), np.int64)
        ordered = [lists[row] for row in order]

        assert b"".join(
            encode_rows({"id": ids}, {"values": Ragged.from_lists(lists)}, order)
        ) == b"".join(encode_rows({"id": ids[order]}, {"values": Ragged.from_lists(ordered)}))

    def test_refuses_columns_of_different_length(self) -> None:
        with pytest.raises(ValueError, match="one length"):
            list(encode_rows({"id": np.arange(3)}, {"values": Ragged.from_lists([[1]])}))

    def test_refuses_unknown_types(self) -> None:
        with pytest.raises(ValueError, match="id must be int64"):
            list(encode_rows({"id": np.array(["a"])}, {}))
