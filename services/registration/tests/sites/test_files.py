"""robots.txt and sitemaps, good ones and hostile ones."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
from blacklight_registration.sites.robots import MAX_CRAWL_DELAY, Robots
from blacklight_registration.sites.sitemap import MAX_SITEMAP_URLS, Sitemap, read_sitemap
from blacklight_shared.outbound import RefusedResponseError
from hypothesis import given
from hypothesis import strategies as st

URL = "https://example.com"


class TestRobots:
    def test_its_own_rules_come_before_those_for_all(self) -> None:
        robots = Robots.read(
            b"User-agent: *\nDisallow: /\n\nUser-agent: BlacklightBot\nDisallow: /private\n"
        )
        assert robots.allows(f"{URL}/about")
        assert not robots.allows(f"{URL}/private/a")

    def test_wildcards(self) -> None:
        robots = Robots.read(b"User-agent: *\nDisallow: /*?sort=\nAllow: /a$\nDisallow: /a")
        assert robots.allows(f"{URL}/a")
        assert not robots.allows(f"{URL}/ab")
        assert not robots.allows(f"{URL}/list?sort=up")

    @pytest.mark.parametrize(
        ("written", "delay"),
        [("2", timedelta(seconds=2)), ("3600", MAX_CRAWL_DELAY), ("-5", timedelta()), ("x", None)],
    )
    def test_how_long_to_wait(self, written: str, delay: timedelta | None) -> None:
        robots = Robots.read(f"User-agent: *\nCrawl-delay: {written}\n".encode())
        assert robots.crawl_delay == (delay or timedelta())

    def test_its_sitemaps(self) -> None:
        assert Robots.read(b"Sitemap: https://example.com/s.xml").sitemaps == [f"{URL}/s.xml"]

    @given(st.binary(max_size=300))
    def test_any_bytes_are_read(self, content: bytes) -> None:
        robots = Robots.read(content)
        assert robots.allows(f"{URL}/") in {True, False}
        assert timedelta() <= robots.crawl_delay <= MAX_CRAWL_DELAY


class TestReadSitemap:
    PAGES = (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        b"<url><loc> https://example.com/a </loc></url></urlset>"
    )

    def test_pages(self) -> None:
        assert read_sitemap(self.PAGES) == Sitemap(pages=("https://example.com/a",))

    def test_packed(self) -> None:
        assert read_sitemap(gzip.compress(self.PAGES)).pages == ("https://example.com/a",)

    def test_an_index(self) -> None:
        index = b"<sitemapindex><sitemap><loc>https://example.com/s</loc></sitemap></sitemapindex>"
        assert read_sitemap(index) == Sitemap(sitemaps=("https://example.com/s",))

    def test_no_more_than_is_looked_at(self) -> None:
        many = b"<urlset>" + b"<url><loc>https://a.com/</loc></url>" * 6_000 + b"</urlset>"
        assert len(read_sitemap(many).pages) == MAX_SITEMAP_URLS

    def test_a_bomb_is_refused(self) -> None:
        with pytest.raises(RefusedResponseError):
            read_sitemap(gzip.compress(bytes(20_000_000), compresslevel=1))

    def test_entities_are_not_followed(self) -> None:
        hostile = (
            b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            b"<urlset><url><loc>https://a.com/&x;</loc></url></urlset>"
        )
        assert "root:" not in "".join(read_sitemap(hostile).pages)

    def test_entities_do_not_multiply(self) -> None:
        layers = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        hostile = (
            f'<!DOCTYPE u [<!ENTITY l0 "lol">{layers}]><urlset><url><loc>&l11;</loc></url></urlset>'
        )
        assert sum(map(len, read_sitemap(hostile.encode()).pages)) < 1_000

    @given(st.binary(max_size=200))
    def test_any_other_bytes_list_nothing(self, content: bytes) -> None:
        if not content.startswith(b"\x1f\x8b"):
            assert read_sitemap(content).pages == ()
