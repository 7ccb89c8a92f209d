"""What a site's robots.txt allows (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from protego import Protego

from blacklight_registration.settings import ROBOT

MAX_CRAWL_DELAY = timedelta(seconds=10)
"""A site that asks for more gets this."""


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host, and the sitemaps it names."""

    _rules: Protego

    @classmethod
    def read(cls, content: bytes) -> Robots:
        """The rules of a file; what is no rule is left out."""
        return cls(Protego.parse(content.decode("utf-8", "replace")))

    @classmethod
    def allowing(cls) -> Robots:
        """The rules of a site without the file."""
        return cls.read(b"")

    @classmethod
    def forbidding(cls) -> Robots:
        """The rules of a site that fails to say, which is to be left alone."""
        return cls.read(b"User-agent: *\nDisallow: /\n")

    def allows(self, url: str) -> bool:
        """Whether a page may be fetched."""
        return bool(self._rules.can_fetch(url, ROBOT))

    @property
    def crawl_delay(self) -> timedelta:
        """How long to wait between two requests, as far as the site says."""
        seconds = float(self._rules.crawl_delay(ROBOT) or 0)
        return min(timedelta(seconds=min(max(seconds, 0), 1_000)), MAX_CRAWL_DELAY)

    @property
    def sitemaps(self) -> list[str]:
        """Addresses of the sitemaps that the site names."""
        return list(self._rules.sitemaps)
