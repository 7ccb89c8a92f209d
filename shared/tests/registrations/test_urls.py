from __future__ import annotations

import pytest
from blacklight_shared.outbound import Destinations
from blacklight_shared.registrations import normalise_linkedin, normalise_website, site_of
from hypothesis import given
from hypothesis import strategies as st

INTERNET = Destinations()
THIS_MACHINE = Destinations(is_loopback_allowed=True)


class TestNormaliseWebsite:
    @pytest.mark.parametrize(
        ("written", "normalised"),
        [
            ("example.com", "https://example.com/"),
            (" www.Example.COM ", "https://www.example.com/"),
            ("http://example.com", "http://example.com/"),
            ("HTTPS://example.com:443/Jobs?utm=1#top", "https://example.com/Jobs"),
            ("example.com:80/a", "https://example.com:80/a"),
            ("bücher.de", "https://xn--bcher-kva.de/"),
            ("https://example.com/über uns", "https://example.com/%C3%BCber%20uns"),
            ("http://93.184.215.14/", "http://93.184.215.14/"),
        ],
    )
    def test_one_form_for_every_spelling(self, written: str, normalised: str) -> None:
        assert normalise_website(written, INTERNET) == normalised

    @pytest.mark.parametrize(
        "written",
        [
            "",
            "example",
            "not a site.com",
            "user@example.com",
            "mailto:info@example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "https://user:secret@example.com/",
            "example.com:22",
            "example.com/" + "a" * 3_000,
            "localhost",
            "site.localhost",
            "2130706433",
            "0x7f.0.0.1",
            "127.0.0.1",
            "[::1]",
            "http://10.1.2.3/",
            "http://169.254.169.254/latest",
            "http://[::ffff:127.0.0.1]/",
        ],
    )
    def test_what_is_no_site_of_the_internet_is_refused(self, written: str) -> None:
        with pytest.raises(ValueError, match="Give the address of a web site"):
            normalise_website(written, INTERNET)

    @pytest.mark.parametrize("written", ["http://site.localhost:8080/", "http://127.0.0.1:8080/"])
    def test_development_knows_sites_of_its_own_machine(self, written: str) -> None:
        assert normalise_website(written, THIS_MACHINE) == written

    @given(st.text(max_size=60))
    def test_a_normalised_address_stays_as_it_is(self, text: str) -> None:
        try:
            normalised = normalise_website(text, INTERNET)
        except ValueError:
            return
        assert normalise_website(normalised, INTERNET) == normalised
        assert site_of(normalised)


class TestNormaliseLinkedin:
    @pytest.mark.parametrize(
        ("written", "normalised"),
        [
            ("linkedin.com/in/Ada-Marsh/", "https://www.linkedin.com/in/ada-marsh"),
            ("https://de.linkedin.com/in/ada?trk=1", "https://www.linkedin.com/in/ada"),
            ("www.linkedin.com/company/acme/about/", "https://www.linkedin.com/company/acme"),
            ("https://linkedin.com/in/j%C3%BCrgen", "https://www.linkedin.com/in/j%c3%bcrgen"),
        ],
    )
    def test_one_form_for_every_spelling(self, written: str, normalised: str) -> None:
        assert normalise_linkedin(written) == normalised

    @pytest.mark.parametrize(
        "written",
        [
            "",
            "ada-marsh",
            "linkedin.com",
            "linkedin.com/feed",
            "linkedin.com/in/",
            "example.com/in/ada",
            "linkedin.com.example.com/in/ada",
            "https://example.com/?linkedin.com/in/ada",
            "https://user@linkedin.com/in/ada",
        ],
    )
    def test_what_is_no_profile_is_refused(self, written: str) -> None:
        with pytest.raises(ValueError, match="Give the address of a profile"):
            normalise_linkedin(written)


@pytest.mark.parametrize(
    ("website", "site"),
    [
        ("https://www.example.com/", "example.com"),
        ("http://jobs.example.com:80/a", "jobs.example.com"),
    ],
)
def test_a_site_is_its_host(website: str, site: str) -> None:
    assert site_of(website) == site
