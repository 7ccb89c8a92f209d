"""The texts that are embedded, and the hash that tells when a vector is stale."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

MAX_TEXT_CHARACTERS = 2_000
"""Bounds what one posting or profile costs. The local model reads about the first third of it, so
what says most comes first."""


def posting_text(title: str, description: str, *, skills: Sequence[str] = ()) -> str:
    """What is embedded for a job posting: title, skills, then the description as far as it goes.

    Args:
        title: As posted.
        description: Plain text.
        skills: Names of the skills found in the posting, the most important first.
    """
    return _joined([title, _listed("Skills", skills), description])


def profile_text(
    *,
    titles: Sequence[str] = (),
    preferred_roles: Sequence[str] = (),
    skills: Sequence[str] = (),
    summary: str = "",
) -> str:
    """What is embedded for a candidate: work done and wanted, skills, then the summary.

    Nothing that identifies the person belongs into it.

    Args:
        titles: Job titles held, the latest first.
        preferred_roles: Names of the roles the candidate wants.
        skills: Names of skills, the most important first.
        summary: Plain text about the work done.

    Returns:
        The text; empty when the profile is, and then there is nothing to embed.
    """
    roles = list(dict.fromkeys([*titles, *preferred_roles]))
    return _joined([", ".join(roles), _listed("Skills", skills), summary])


def role_text(name: str) -> str:
    """What is embedded for a role or a job title: its name, whatever its case and spacing."""
    return _joined([name.lower()])


def content_hash(text: str) -> bytes:
    """Identify a text: equal hashes, equal vectors of one model.

    Returns:
        The 32 bytes of its SHA-256.
    """
    return hashlib.sha256(text.encode("utf-8")).digest()


def _listed(label: str, names: Sequence[str]) -> str:
    return f"{label}: {', '.join(names)}" if names else ""


def _joined(parts: Sequence[str]) -> str:
    """Join what is not blank, one part a line, with single spaces and a bounded length."""
    lines = [" ".join(part.split()) for part in parts]
    return "\n".join(line for line in lines if line)[:MAX_TEXT_CHARACTERS].rstrip()
