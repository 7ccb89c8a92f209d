"""Sitemaps and their indexes (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blacklight_shared.outbound import unpack_gzip
from lxml import etree  # type: ignore[import-untyped]  # ships no types

MAX_SITEMAP_URLS = 5_000
MAX_UNPACKED_BYTES = 10_000_000

_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What a sitemap lists.

    Attributes:
        pages: Addresses of pages, at most ``MAX_SITEMAP_URLS``.
        sitemaps: Addresses of further sitemaps, if it is an index.
    """

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def read_sitemap(content: bytes) -> Sitemap:
    """Read a sitemap, packed or not; what is none lists nothing.

    Raises:
        RefusedResponseError: It is packed, and too large or damaged.
    """
    if content.startswith(_GZIP_MAGIC):
        content = unpack_gzip(content, limit_bytes=MAX_UNPACKED_BYTES)
    root = _parse(content)
    if root is None:
        return Sitemap()
    return Sitemap(tuple(_locations(root, "url")), tuple(_locations(root, "sitemap")))


def _parse(content: bytes) -> object | None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root: object | None = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None
    return root


def _locations(root: object, entry: str) -> Iterator[str]:
    found = etree.XPath(f"./*[local-name()='{entry}']/*[local-name()='loc']/text()")(root)
    for text in found[:MAX_SITEMAP_URLS]:
        if location := str(text).strip():
            yield location
