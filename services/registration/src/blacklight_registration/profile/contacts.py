"""Ways to reach the company that its pages publish, and its profiles on networks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from blacklight_shared.registrations import Contact, ContactKind, SocialLink

from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.profile.structured import objects_of, organizations, text_of, texts_of

MAX_CONTACTS = 20

_EMAIL = re.compile(r"[\w.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}", re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d ()/.-]{5,25}\d")
_NETWORKS = {
    "linkedin.com": "LinkedIn",
    "x.com": "X",
    "twitter.com": "X",
    "facebook.com": "Facebook",
    "instagram.com": "Instagram",
    "youtube.com": "YouTube",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "xing.com": "XING",
    "tiktok.com": "TikTok",
    "bsky.app": "Bluesky",
    "mastodon.social": "Mastodon",
    "glassdoor.com": "Glassdoor",
    "kununu.com": "kununu",
    "crunchbase.com": "Crunchbase",
}
_SHARING = re.compile(
    r"/(?:share|sharer|sharing|intent|sharearticle|dialog|status|watch)\b", re.IGNORECASE
)


def published_contacts(pages: Sequence[ParsedPage]) -> list[Contact]:
    """Mail addresses and telephone numbers, each once; those of links and data first."""
    found: dict[tuple[ContactKind, str], Contact] = {}
    for contact in (*_structured(pages), *_linked(pages), *_written(pages)):
        found.setdefault((contact.kind, _key(contact)), contact)
    return list(found.values())[:MAX_CONTACTS]


def social_links(pages: Sequence[ParsedPage]) -> list[SocialLink]:
    """The company's profiles, one for each network."""
    found: dict[str, SocialLink] = {}
    for url, source_url in _outward_links(pages):
        network = _network_of(url)
        if network is not None:
            clean = url.partition("?")[0].rstrip("/")
            found.setdefault(network, SocialLink(network=network, url=clean, source_url=source_url))
    return list(found.values())


def _structured(pages: Sequence[ParsedPage]) -> Iterator[Contact]:
    for node, url in organizations(pages):
        for holder in (node, *objects_of(node.get("contactPoint"))):
            yield from _contacts(
                text_of(holder.get("email")), text_of(holder.get("telephone")), url
            )


def _linked(pages: Sequence[ParsedPage]) -> Iterator[Contact]:
    for page in pages:
        for link in page.other_links:
            scheme, _, rest = unquote(link).partition(":")
            value = rest.partition("?")[0]
            is_mail = scheme.lower() == "mailto"
            yield from _contacts(value if is_mail else None, None if is_mail else value, page.url)


def _written(pages: Sequence[ParsedPage]) -> Iterator[Contact]:
    for page in pages:
        for match in _EMAIL.finditer(page.full_text):
            yield from _contacts(match[0], None, page.url)


def _contacts(email: str | None, phone: str | None, source_url: str) -> Iterator[Contact]:
    if email and (match := _EMAIL.search(email)):
        yield Contact(kind=ContactKind.EMAIL, value=match[0].lower(), source_url=source_url)
    if phone and (match := _PHONE.search(phone)):
        yield Contact(kind=ContactKind.PHONE, value=match[0], source_url=source_url)


def _key(contact: Contact) -> str:
    if contact.kind is ContactKind.EMAIL:
        return contact.value
    return "".join(filter(str.isdigit, contact.value))


def _outward_links(pages: Sequence[ParsedPage]) -> Iterator[tuple[str, str]]:
    for node, url in organizations(pages):
        for same in texts_of(node.get("sameAs")):
            yield same, url
    for page in pages:
        for link in page.links:
            yield link.url, page.url


def _network_of(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    if not parts.path.strip("/") or _SHARING.search(parts.path):
        return None
    domain = ".".join(host.split(".")[-2:])
    return _NETWORKS.get(host) or _NETWORKS.get(domain)
