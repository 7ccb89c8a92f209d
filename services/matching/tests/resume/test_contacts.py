import pytest
from blacklight_matching.resume.contacts import (
    find_emails,
    find_links,
    find_locations,
    find_name,
    find_phones,
)
from blacklight_shared.skills import SkillTaxonomy
from hypothesis import given
from hypothesis import strategies as st

TAXONOMY = SkillTaxonomy.builtin()


class TestEmailsAndLinks:
    def test_emails_are_lower_case_and_once(self) -> None:
        text = "Jane.Roe+cv@Example.co.uk, jane.roe+cv@example.co.uk; not@valid, a@b.c"
        assert find_emails(text) == ("jane.roe+cv@example.co.uk",)

    def test_links(self) -> None:
        text = "See https://example.org/cv. linkedin.com/in/jane-roe | www.example.org"
        assert find_links(text) == (
            "https://example.org/cv",
            "linkedin.com/in/jane-roe",
            "www.example.org",
        )


class TestPhones:
    @pytest.mark.parametrize(
        ("text", "phone"),
        [
            ("+44 113 496 0000", "+441134960000"),
            ("Tel.: 0049 30 1234567", "+49301234567"),
            ("(555) 010-9999", "5550109999"),
            ("555.010.9999", "5550109999"),
        ],
    )
    def test_numbers(self, text: str, phone: str) -> None:
        assert find_phones(text) == (phone,)

    @pytest.mark.parametrize(
        "text",
        [
            "2015 - 2018",
            "20152018",
            "01/03/2017 - 31/12/2018",
            "2017/04 - 2018/10",
            "12345",
            "4/2016  5/2022",
        ],
    )
    def test_dates_are_no_phones(self, text: str) -> None:
        assert find_phones(text) == ()


class TestName:
    @pytest.mark.parametrize(
        ("lines", "name"),
        [
            (["Jane Roe", "Nurse"], ("Jane", "Roe")),
            (["JANE ROE"], ("Jane", "Roe")),
            (["Name: Jane Roe"], ("Jane", "Roe")),
            (["Jane Roe Senior Data Engineer"], ("Jane", "Roe")),
            (["CURRICULUM VITAE", "Jane van der Roe"], ("Jane", "van der Roe")),
            (["Jean-Luc O'Neill | +44 113 496 0000"], ("Jean-Luc", "O'Neill")),
            (["Jane Roe, Leeds"], ("Jane", "Roe")),
            (["Zoë Müller"], ("Zoë", "Müller")),
            (["Dr. Jane Roe"], ("Jane", "Roe")),
            (["Jane R. Roe, CPA"], ("Jane", "R. Roe")),
            (["Jane Roe, PT, DPT, Ph.D. | Leeds"], ("Jane", "Roe")),
            (["Jane Wei-Roe (陳薇玲) - Nurse"], ("Jane", "Wei-Roe")),
        ],
    )
    def test_names(self, lines: list[str], name: tuple[str, str]) -> None:
        assert find_name(lines, [], TAXONOMY) == name

    @pytest.mark.parametrize(
        "line",
        [
            "Data Engineer",
            "Spring Boot",
            "Tel Aviv",
            "New York",
            "Acme Ltd",
            "Professional Summary",
            "Dependable Game Developer",
            "Experienced Network Engineer",
            "Java, Python, Kafka",
            "Residence: Leeds",
            "jane roe",
        ],
    )
    def test_other_lines(self, line: str) -> None:
        assert find_name([line], [], TAXONOMY) == ("", "")

    def test_a_name_that_an_address_spells_is_preferred(self) -> None:
        lines = ["Evergreen Meadow", "Jane Roe"]
        assert find_name(lines, ["jane.roe@example.org"], TAXONOMY) == ("Jane", "Roe")

    def test_a_name_far_down_needs_an_address(self) -> None:
        lines = [*["some text"] * 15, "JANE ROE"]
        assert find_name(lines, [], TAXONOMY) == ("", "")
        assert find_name(lines, ["linkedin.com/in/jane-roe"], TAXONOMY) == ("Jane", "Roe")


class TestLocations:
    def test_a_label_goes_first(self) -> None:
        lines = ["Berlin, Germany", "Residence: Leeds, United Kingdom"]
        assert find_locations(lines, lines, TAXONOMY)[0] == "Leeds, United Kingdom"

    @pytest.mark.parametrize(
        ("line", "place"),
        [
            ("Jane Roe | Leeds, United Kingdom | +44", "Leeds, United Kingdom"),
            ("Leeds, United Kingdom jane@example.org (555) 010-9999", "Leeds, United Kingdom"),
            ("jane@example.org | Leeds, United Kingdom", "Leeds, United Kingdom"),
            ("Haifa, Israel", "Haifa, Israel"),
            ("Phone: 1  Residence: Berlin  Languages: German", "Berlin"),
        ],
    )
    def test_places(self, line: str, place: str) -> None:
        assert find_locations([line], [line], TAXONOMY) == (place,)

    @pytest.mark.parametrize(
        "line", ["Java, Python", "Mar 2020", "Acme Ltd, Leeds", "Languages: English", "Nurse"]
    )
    def test_other_lines(self, line: str) -> None:
        assert find_locations([line], [line], TAXONOMY) == ()


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    lines = text.split("\n")
    assert all("@" in email for email in find_emails(text))
    assert all(phone.lstrip("+").isdigit() for phone in find_phones(text))
    assert len(find_name(lines, find_links(text), TAXONOMY)) == 2
    assert len(find_locations(lines, lines, TAXONOMY)) <= 3
