import pytest
from blacklight_matching.resume.languages import find_languages
from blacklight_matching.resume.models import Language
from hypothesis import given
from hypothesis import strategies as st


class TestSection:
    @pytest.mark.parametrize(
        ("line", "languages"),
        [
            ("English, Hebrew", [("English", None), ("Hebrew", None)]),
            ("English (fluent), German - B2", [("English", "fluent"), ("German", "b2")]),
            ("English: C1; Russian: native", [("English", "c1"), ("Russian", "native")]),
            ("Fluent English, basic French", [("English", "fluent"), ("French", "basic")]),
            ("Deutsch: Muttersprache", [("German", "muttersprache")]),
            ("Java, Python", []),
        ],
    )
    def test_lists(self, line: str, languages: list[tuple[str, str | None]]) -> None:
        expected = tuple(Language(name=name, level=level) for name, level in languages)
        assert find_languages([line], "") == expected

    def test_a_level_on_the_next_line(self) -> None:
        assert find_languages(["English", "B2 - Upper Intermediate"], "")[0].level == "b2"


class TestElsewhere:
    @pytest.mark.parametrize("text", ["I am fluent in German.", "German (B2)", "I speak German"])
    def test_languages_with_a_level_count(self, text: str) -> None:
        assert [language.name for language in find_languages([], text)] == ["German"]

    @pytest.mark.parametrize("text", ["A German company", "English literature", "polish the code"])
    def test_others_do_not(self, text: str) -> None:
        assert find_languages([], text) == ()


@given(st.text(max_size=300))
def test_any_text_gives_each_language_once(text: str) -> None:
    names = [language.name for language in find_languages([text], text)]
    assert len(names) == len(set(names))
