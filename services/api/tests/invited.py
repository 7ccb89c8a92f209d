"""An invited person, as tests play them: with the token of the link, and no key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx
from blacklight_shared.crypto import SecretBox
from blacklight_shared.models import INVITATION_TOKEN_PURPOSE, CandidateInvitation
from fastapi import FastAPI
from sqlalchemy import select

from services.api.tests.conftest import ClientFor, Tenant

INVITATIONS = "/api/v1/invitations"
ONBOARDING = "/api/v1/onboarding"
RESUME = b"Ada Marsh\nData Scientist\nSkills: Python, SQL\n"


@dataclass(frozen=True)
class Invited:
    """A person with a link."""

    invitation_id: int
    email: str
    http: httpx.AsyncClient
    tenant: Tenant

    async def save(self, **profile: Any) -> dict[str, Any]:
        """Save what is filled in."""
        response = await self.http.patch(ONBOARDING, json=profile)
        assert response.status_code == 200, response.text
        saved: dict[str, Any] = response.json()
        return saved

    async def upload(self, content: bytes = RESUME, name: str = "cv.txt") -> httpx.Response:
        """Upload a CV."""
        return await self.http.post(f"{ONBOARDING}/documents", files={"file": (name, content)})

    async def submit(self) -> None:
        """Fill in the least that is needed, and hand it in."""
        await self.save(first_name="Ada", last_name="Marsh", preferred_roles=["Data Scientist"])
        assert (await self.upload()).status_code == 201
        response = await self.http.post(f"{ONBOARDING}/submit")
        assert response.status_code == 204, response.text

    async def seen_by_hr(self) -> dict[str, Any]:
        """The invitation as the tenant sees it."""
        return await self.tenant.get(f"{INVITATIONS}/{self.invitation_id}")


async def invite(
    app: FastAPI, tenant: Tenant, client_for: ClientFor, email: str | None = None
) -> Invited:
    """Invite somebody and take the token as the mail would carry it."""
    address = email or f"{uuid.uuid4().hex[:10]}@example.com"
    made = await tenant.make(INVITATIONS, email=address)
    token = await token_of(app, tenant, made["id"])
    return Invited(made["id"], address, await client_for(token), tenant)


async def token_of(app: FastAPI, tenant: Tenant, invitation_id: int) -> str:
    """The token of an invitation's link."""
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        sealed = await session.scalar(
            select(CandidateInvitation.token_sealed).where(CandidateInvitation.id == invitation_id)
        )
    assert sealed is not None
    box = app.state.gateway.secret_box
    assert isinstance(box, SecretBox)
    return box.decrypt(sealed, purpose=INVITATION_TOKEN_PURPOSE, tenant_id=tenant.tenant_id)
