from __future__ import annotations

from collections import Counter

import pytest
from blacklight_registration.pages.html import Link
from blacklight_registration.sites.choosing import (
    MAX_PAGES,
    MAX_PAGES_PER_KIND,
    choose_pages,
    is_of_site,
)
from blacklight_registration.sites.kinds import judge
from blacklight_shared.registrations import PageKind
from hypothesis import given
from hypothesis import strategies as st

HOME = "https://www.example.com/"


def link(path: str, text: str = "", *, is_navigation: bool = False) -> Link:
    url = path if "://" in path else f"https://www.example.com{path}"
    return Link(url, text, is_navigation)


def anything(_url: str) -> bool:
    return True


class TestJudge:
    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/about-us", PageKind.ABOUT),
            ("/de/ueber-uns/", PageKind.ABOUT),
            ("/Über-uns", PageKind.ABOUT),
            ("/company/team.html", PageKind.TEAM),
            ("/what-we-do", PageKind.SERVICES),
            ("/karriere", PageKind.CAREERS),
            ("/company/careers", PageKind.CAREERS),
            ("/referenzen", PageKind.CUSTOMERS),
            ("/blog/2026/wheels", PageKind.BLOG),
            ("/newsroom", PageKind.PRESS),
            ("/impressum", PageKind.CONTACT),
        ],
    )
    def test_by_the_address(self, path: str, kind: PageKind) -> None:
        judgement = judge(f"https://example.com{path}")
        assert judgement is not None
        assert judgement.kind is kind
        assert judgement.reason.startswith("its address")

    def test_by_the_words_of_a_link(self) -> None:
        judgement = judge("https://example.com/p/7", "Join our team")
        assert judgement is not None
        assert (judgement.kind, judgement.reason) == (
            PageKind.CAREERS,
            "a link to it says “join our team”",
        )

    @pytest.mark.parametrize(
        "path", ["/", "/login", "/privacy", "/cart/about", "/about.pdf", "/x", "/tag/jobs"]
    )
    def test_what_is_of_no_interest(self, path: str) -> None:
        assert judge(f"https://example.com{path}", "") is None

    def test_what_lies_deeper_is_wanted_less(self) -> None:
        shallow, deep = judge("https://a.com/careers"), judge("https://a.com/careers/2019/old")
        assert shallow is not None
        assert deep is not None
        assert shallow.score > deep.score


class TestChoosePages:
    def test_a_menu_counts_and_a_sitemap_less_than_a_link(self) -> None:
        links = [link("/contact"), link("/team", is_navigation=True)]
        chosen = choose_pages(HOME, links, [f"{HOME}services"], anything)
        scores = {page.kind: page.score for page in chosen}
        assert scores == {
            PageKind.SERVICES: pytest.approx(0.855),
            PageKind.TEAM: pytest.approx(0.85),
            PageKind.CONTACT: pytest.approx(0.8),
        }

    def test_one_page_under_two_addresses_is_chosen_once(self) -> None:
        links = [link("/about"), link("/about/"), link("https://example.com/about")]
        assert len(choose_pages(HOME, links, [], anything)) == 1

    def test_other_sites_are_left_out(self) -> None:
        links = [link("https://evil.test/about"), link("https://notexample.com/about")]
        assert choose_pages(HOME, links, ["https://example.com.evil.test/about"], anything) == []

    def test_what_is_forbidden_is_named_once_a_kind(self) -> None:
        links = [link("/press"), link("/presse"), link("/about")]
        chosen = choose_pages(HOME, links, [], lambda url: "press" not in url)
        assert [(page.kind, page.is_forbidden) for page in chosen] == [
            (PageKind.ABOUT, False),
            (PageKind.PRESS, True),
        ]

    @given(
        st.lists(
            st.sampled_from(
                ["about", "team", "jobs", "careers", "services", "blog", "news", "kontakt", "x"]
            ).flatmap(lambda word: st.integers(0, 5).map(lambda depth: "/a" * depth + "/" + word)),
            max_size=40,
        ),
        st.sets(st.sampled_from(["jobs", "blog", "team"])),
    )
    def test_there_are_never_too_many(self, paths: list[str], forbidden: set[str]) -> None:
        def allows(url: str) -> bool:
            return not any(word in url for word in forbidden)

        chosen = choose_pages(HOME, [link(path) for path in paths], [], allows)

        allowed = [page for page in chosen if not page.is_forbidden]
        assert len(allowed) <= MAX_PAGES
        assert all(allows(page.url) for page in allowed)
        assert max(Counter(page.kind for page in allowed).values(), default=0) <= (
            MAX_PAGES_PER_KIND
        )
        assert [page.score for page in allowed] == sorted(
            (page.score for page in allowed), reverse=True
        )


@pytest.mark.parametrize(
    ("url", "is_inside"),
    [
        ("https://example.com/a", True),
        ("https://www.example.com/", True),
        ("https://jobs.example.com/", True),
        ("https://badexample.com/", False),
        ("https://example.com.evil.test/", False),
        ("mailto:a@example.com", False),
    ],
)
def test_a_site_is_its_host_and_those_below(url: str, is_inside: bool) -> None:
    assert is_of_site(url, "example.com") is is_inside
