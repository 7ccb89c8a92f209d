"""The caller of a request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blacklight_api.auth.scopes import Scope


class ActorType(StrEnum):
    """Who did something, as the audit log names them."""

    USER = "user"
    API_KEY = "api_key"
    CANDIDATE = "candidate"
    WORKFLOW = "workflow"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Actor:
    """One doer, as the audit log names them."""

    type: ActorType
    id: str

    def __str__(self) -> str:
        return f"{self.type.value}:{self.id}"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose credentials are good.

    ``tenant_id`` is None for the platform's own keys, which act for no tenant.
    """

    tenant_id: int | None
    scopes: frozenset[Scope]
    actor: Actor
    api_key_id: int | None = None
