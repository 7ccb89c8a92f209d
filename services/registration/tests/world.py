"""Tenants with registrations, sample sites, and a worker that reads them."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from blacklight_devstack.emulators.serving import serving
from blacklight_devstack.emulators.websites.app import SeenRequests, create_app
from blacklight_devstack.engine_testing import TestEngine
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_registration.app import APP_ID
from blacklight_registration.deps import open_deps
from blacklight_registration.functions import WORKFLOWS
from blacklight_registration.settings import RegistrationSettings
from blacklight_shared.database import Database
from blacklight_shared.events import RegistrationReceived
from blacklight_shared.models import Registration, RegistrationDossier, RegistrationPage, Tenant
from blacklight_shared.registrations import Dossier, site_of
from blacklight_shared.settings import Environment
from blacklight_shared.workflows import create_worker_app
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

FUNCTION = f"{APP_ID}-process-registration"


@dataclass(frozen=True)
class Web:
    """The sample sites, being served."""

    url: str

    def site(self, name: str) -> str:
        """The address of a site."""
        return f"http://{name}.localhost:{httpx.URL(self.url).port}/"

    def seen(self) -> SeenRequests:
        """What was asked of the sites."""
        answer = httpx.get(f"{self.url}/control/requests", timeout=30)
        return SeenRequests.model_validate_json(answer.content)

    def paths(self, site: str) -> list[str]:
        """What was asked of one site, in order."""
        return [seen.path for seen in self.seen().requests if seen.host == f"{site}.localhost"]

    def forget(self) -> None:
        """Forget what was asked."""
        httpx.delete(f"{self.url}/control/requests", timeout=30).raise_for_status()


@contextmanager
def served_web() -> Iterator[Web]:
    """The sample sites on a free port."""
    with serving(create_app()) as url:
        yield Web(url)


def settings_for(
    database: DatabaseUrls, engine: TestEngine | None = None, **values: Any
) -> RegistrationSettings:
    """A worker that may call this machine and does not wait long."""
    of_engine = {} if engine is None else {"inngest_base_url": engine.base_url, "inngest_dev": True}
    return RegistrationSettings.model_validate(
        {
            "env": Environment.TEST,
            "database_url": SecretStr(database.app),
            "system_database_url": SecretStr(database.system),
            "outbound_loopback_allowed": True,
            "registration_host_delay": timedelta(milliseconds=5),
            "registration_page_timeout": timedelta(seconds=3),
            **of_engine,
            **values,
        }
    )


def worker_app(settings: RegistrationSettings) -> FastAPI:
    """The worker as it is deployed."""
    return create_worker_app(
        app_id=APP_ID, settings=settings, workflows=WORKFLOWS, open_deps=open_deps
    )


@dataclass(frozen=True)
class World:
    """A tenant and the means to look at it."""

    database: Database
    tenant_id: int

    async def register(self, **fields: Any) -> RegistrationReceived:
        """A registration as the gateway leaves it, and the event that asks for its analysis."""
        values = {
            "tenant_id": self.tenant_id,
            "first_name": "Ada",
            "last_name": "Marsh",
            "content_hash": uuid.uuid4().bytes,
            **fields,
        }
        async with self.database.tenant_session(self.tenant_id) as session:
            registration = Registration(**values)
            session.add(registration)
            await session.flush()
        website = registration.company_website
        return RegistrationReceived(
            request_id=registration.request_id,
            tenant_id=self.tenant_id,
            site=site_of(website) if website else str(registration.request_id),
        )

    async def registration(self, event: RegistrationReceived) -> Registration:
        """The row of a registration."""
        async with self.database.tenant_session(self.tenant_id) as session:
            query = select(Registration).where(Registration.request_id == event.request_id)
            return (await session.scalars(query)).one()

    async def dossiers(self, event: RegistrationReceived) -> list[Dossier]:
        """The saved dossiers of a registration."""
        async with self.database.tenant_session(self.tenant_id) as session:
            documents = await session.scalars(
                select(RegistrationDossier.document)
                .join(Registration, Registration.id == RegistrationDossier.registration_id)
                .where(Registration.request_id == event.request_id)
                .order_by(RegistrationDossier.analysis_number)
            )
            return [Dossier.model_validate(document) for document in documents if document]

    async def pages(self, event: RegistrationReceived) -> list[RegistrationPage]:
        """All pages and files of a registration."""
        async with self.database.tenant_session(self.tenant_id) as session:
            rows = await session.scalars(
                select(RegistrationPage)
                .join(Registration, Registration.id == RegistrationPage.registration_id)
                .where(Registration.request_id == event.request_id)
                .order_by(RegistrationPage.id)
            )
            return list(rows)


@asynccontextmanager
async def a_world(settings: RegistrationSettings) -> AsyncIterator[World]:
    """A new tenant."""
    database = Database.from_settings(settings)
    async with database.global_session() as session:
        tenant = Tenant(slug=uuid.uuid4().hex, name="Northwind Staffing")
        session.add(tenant)
        await session.flush()
    yield World(database, tenant.id)
    await database.close()
