from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from blacklight_shared.job_imports.postings import (
    PostingRow,
    content_hash,
    external_id_of,
    read_posting,
)
from hypothesis import given
from hypothesis import strategies as st

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


class TestReadPosting:
    def test_understands_what_sources_write(self) -> None:
        read = read_posting(
            2,
            {
                "title": "  Welder  ",
                "skills": "MIG, TIG; blueprint reading",
                "work_mode": "On-site",
                "salary_min": "31.50",
                "salary_currency": "usd",
                "salary_period": "hourly",
                "posted_date": "3 days ago",
                "external_id": 42,
            },
        )
        assert read.problems == []
        assert read.posting is not None
        assert read.posting.title == "Welder"
        assert read.posting.skills == ["MIG", "TIG", "blueprint reading"]
        assert read.posting.work_mode == "onsite"
        assert read.posting.salary_min == Decimal("31.50")
        assert (read.posting.salary_currency, read.posting.salary_period) == ("USD", "hour")
        assert read.posting.posted_date == datetime.now(UTC).date() - timedelta(days=3)
        assert read.posting.external_id == "42"

    @pytest.mark.parametrize("values", [{}, {"title": None}, {"title": "  "}, {"title": "x" * 501}])
    def test_refuses_a_row_without_a_usable_title(self, values: dict[str, object]) -> None:
        read = read_posting(7, values)
        assert read.posting is None
        assert [(problem.line, problem.field) for problem in read.problems] == [(7, "title")]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("posted_date", "save job"),
            ("salary_min", "competitive"),
            ("salary_max", "9999999999.999"),
            ("url", "javascript:alert(1)"),
            ("work_mode", "moon"),
            ("salary_currency", "dollars"),
        ],
    )
    def test_leaves_out_what_it_cannot_read_and_says_so(self, field: str, value: str) -> None:
        read = read_posting(3, {"title": "Nurse", field: value})
        assert read.posting == PostingRow(title="Nurse")
        [problem] = read.problems
        assert (problem.field, problem.is_fatal) == (field, False)
        assert value not in problem.message

    @given(st.dictionaries(st.sampled_from(sorted(PostingRow.model_fields)), json_values))
    def test_never_raises(self, values: dict[str, object]) -> None:
        read = read_posting(1, values)
        assert read.posting is not None or any(problem.is_fatal for problem in read.problems)


class TestContentHash:
    def test_says_nothing_of_the_id(self) -> None:
        first = PostingRow(title="Nurse", external_id="1")
        assert content_hash(first) == content_hash(PostingRow(title="Nurse", external_id="2"))

    def test_ignores_how_it_was_written(self) -> None:
        assert content_hash(PostingRow(title=" Nurse ")) == content_hash(PostingRow(title="Nurse"))

    @pytest.mark.parametrize("field", ["salary_min", "experience_min_years"])
    def test_ignores_how_a_number_was_written(self, field: str) -> None:
        written = [PostingRow.model_validate({"title": "Nurse", field: n}) for n in (10, "10.00")]
        assert content_hash(written[0]) == content_hash(written[1])

    @given(st.sampled_from(["title", "company", "location", "description", "salary_text"]))
    def test_sees_every_field(self, field: str) -> None:
        base = {"title": "Nurse", field: "Something"}
        changed = base | {field: "Something else"}
        assert content_hash(PostingRow(**base)) != content_hash(PostingRow(**changed))


class TestExternalId:
    def test_is_the_source_s_own_where_it_has_one(self) -> None:
        assert external_id_of(PostingRow(title="Nurse", external_id="A-1")) == "A-1"

    def test_is_made_from_the_content_otherwise(self) -> None:
        posting = PostingRow(title="Nurse", company="Mercy")
        assert external_id_of(posting) == external_id_of(posting.model_copy())
        assert external_id_of(posting) != external_id_of(PostingRow(title="Nurse", company="Hope"))
