from __future__ import annotations

import hashlib

from blacklight_matching.embeddings.text import (
    MAX_TEXT_CHARACTERS,
    content_hash,
    posting_text,
    profile_text,
    role_text,
)
from hypothesis import given
from hypothesis import strategies as st


class TestPostingText:
    def test_says_most_first(self) -> None:
        text = posting_text(" Data  Engineer ", "Own\n\tthe pipelines.", skills=["Python", "SQL"])
        assert text == "Data Engineer\nSkills: Python, SQL\nOwn the pipelines."

    def test_leaves_out_what_is_missing(self) -> None:
        assert posting_text("Welder", " ") == "Welder"
        assert posting_text("", "") == ""

    @given(title=st.text(), description=st.text(max_size=5_000), skills=st.lists(st.text()))
    def test_is_bounded_and_has_no_loose_space(
        self, title: str, description: str, skills: list[str]
    ) -> None:
        text = posting_text(title, description, skills=skills)
        assert len(text) <= MAX_TEXT_CHARACTERS
        assert text == text.strip()
        assert "  " not in text

    @given(
        words=st.lists(st.sampled_from(["pipe", "weld", "é"]), min_size=1),
        gap=st.sampled_from([" ", "\n", "\t \r\n"]),
    )
    def test_spacing_does_not_count(self, words: list[str], gap: str) -> None:
        assert posting_text("a", gap.join(words)) == posting_text("a", " ".join(words))


class TestProfileText:
    def test_roles_once_then_skills_then_summary(self) -> None:
        text = profile_text(
            titles=["Charge Nurse", "Nurse"],
            preferred_roles=["Nurse", "Nurse Manager"],
            skills=["ACLS"],
            summary="Ten years of intensive care.",
        )
        assert text == (
            "Charge Nurse, Nurse, Nurse Manager\nSkills: ACLS\nTen years of intensive care."
        )

    def test_an_empty_profile_has_no_text(self) -> None:
        assert profile_text() == ""


def test_role_text_ignores_case_and_spacing() -> None:
    assert role_text("  Senior\tData Engineer ") == role_text("senior data engineer")


class TestContentHash:
    def test_is_sha256(self) -> None:
        assert content_hash("Größe") == hashlib.sha256("Größe".encode()).digest()

    @given(one=st.text(), other=st.text())
    def test_differs_with_the_text(self, one: str, other: str) -> None:
        assert (content_hash(one) == content_hash(other)) == (one == other)
