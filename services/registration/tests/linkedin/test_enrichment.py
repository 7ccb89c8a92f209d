from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from blacklight_devstack.engine_testing import served_app
from blacklight_registration.linkedin.enrichment import EnrichmentService, create_linkedin_provider
from blacklight_registration.linkedin.provider import NoProvider
from blacklight_registration.settings import RegistrationSettings
from blacklight_shared.registrations import LinkedInStatus
from blacklight_shared.workflows import ApiError
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError

PROFILE = "https://www.linkedin.com/in/ada-marsh"


@dataclass
class Service:
    """An enrichment service; answers what it is told to."""

    url: str = ""
    status: int = 200
    body: str = "{}"
    asked: list[tuple[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def running() -> Iterator[Service]:
    service, app = Service(), FastAPI()

    @app.post("/profiles")
    async def answer(request: Request) -> Response:
        service.asked.append((request.headers["Authorization"], await request.json()))
        return Response(service.body, service.status, media_type="application/json")

    with served_app(app, sync=False) as url:
        service.url = f"{url}/profiles"
        yield service


@pytest.fixture
async def provider(running: Service) -> AsyncIterator[EnrichmentService]:
    provider = EnrichmentService(running.url, "secret")
    yield provider
    await provider.aclose()


async def test_what_the_service_says(running: Service, provider: EnrichmentService) -> None:
    running.status, running.asked = 200, []
    running.body = '{"headline": "Head of Hiring", "current_company": "Acme", "friends": 7}'

    finding = await provider.look_up(PROFILE)

    assert finding.status is LinkedInStatus.AVAILABLE
    assert (finding.headline, finding.current_company) == ("Head of Hiring", "Acme")
    assert finding.source_url == PROFILE
    assert running.asked == [("Bearer secret", {"profile_url": PROFILE})]


@pytest.mark.parametrize(
    ("status", "body"), [(404, "{}"), (200, "<html>"), (200, '{"headline": 7}')]
)
async def test_nothing_is_made_up(
    running: Service, provider: EnrichmentService, status: int, body: str
) -> None:
    running.status, running.body = status, body
    assert (await provider.look_up(PROFILE)).status is LinkedInStatus.NOT_AVAILABLE


@pytest.mark.parametrize(("status", "is_retriable"), [(500, True), (429, True), (401, False)])
async def test_faults_are_the_services(
    running: Service, provider: EnrichmentService, status: int, is_retriable: bool
) -> None:
    running.status, running.body = status, "{}"
    with pytest.raises(ApiError) as raised:
        await provider.look_up(PROFILE)
    assert raised.value.is_retriable is is_retriable
    assert "ada" not in str(raised.value)


class TestSettings:
    def settings(self, **values: object) -> RegistrationSettings:
        urls = {"database_url": "postgresql://", "system_database_url": "postgresql://"}
        return RegistrationSettings.model_validate({**urls, **values})

    async def test_without_a_service_nothing_is_known(self) -> None:
        provider = create_linkedin_provider(self.settings())
        assert isinstance(provider, NoProvider)
        assert (await provider.look_up(PROFILE)).reason

    def test_a_key_needs_a_service(self) -> None:
        with pytest.raises(ValidationError, match="LINKEDIN_ENRICHMENT_URL"):
            self.settings(linkedin_enrichment_key="secret")
