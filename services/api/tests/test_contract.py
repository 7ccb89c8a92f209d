"""The gateway keeps what its OpenAPI document says, whatever is sent.

Schemathesis makes requests out of the document, valid and broken ones, and sends them to a gateway
that serves HTTP. No answer may be a server error, have a status or a content type that the document
does not name, or a body that is not as described.

Values at the limits of every documented field are many: BLACKLIGHT_CONTRACT=long tries those of
bodies, too (``make contract``).
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import requests
import schemathesis
import uvicorn
from blacklight_api.app import create_app
from blacklight_api.bootstrap import BootstrapResult, KeyWishes, bootstrap
from blacklight_api.settings import ApiSettings
from blacklight_api.tenants.schemas import TenantCreate
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.crypto import ApiKeyToken
from blacklight_shared.database import Database
from blacklight_shared.models import ApiKey
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from services.api.tests.conftest import settings_for
from services.api.tests.factories import add_objects_of_every_kind
from services.api.tests.operations import openapi_document

IS_LONG = os.environ.get("BLACKLIGHT_CONTRACT") == "long"
EXAMPLES_PER_OPERATION = 50 if IS_LONG else 5
"""Random ones, besides those at the limits of documented values."""
START_TIMEOUT_SECONDS = 30
OF_THE_PLATFORM = "/api/v1/tenants"
LOCKS_OUT = frozenset({"key_id", "tenant_id"})
"""Revoking the key in use, or suspending its tenant, would end the test."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/x-ndjson")
def _as_json_lines(_ctx: schemathesis.SerializationContext, value: object) -> bytes:
    """The document calls such a body a text; a broken one may be anything."""
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


WITH_BODY = ["POST", "PUT", "PATCH"]

without_body = schemathesis.openapi.from_dict(openapi_document(), config=SchemathesisConfig())
with_body = schemathesis.openapi.from_dict(openapi_document(), config=SchemathesisConfig())
with_body.config.phases.coverage.enabled = IS_LONG
for schema in (without_body, with_body):
    # All wrong methods are answered by one handler; one of them stands for the others.
    schema.config.phases.coverage.unexpected_methods = {"trace"}


@dataclass(frozen=True)
class Served:
    """A gateway that serves HTTP, with keys and objects."""

    url: str
    tenant_key: str
    platform_key: str
    ids: dict[str, object]
    http: requests.Session

    def answer_is_as_documented(self, case: schemathesis.Case[Any]) -> None:
        """Send a request, half of the time about objects that are there, and check the answer."""
        _aim_at_what_exists(case, self.ids)
        of_platform = case.path.startswith(OF_THE_PLATFORM)
        key = self.platform_key if of_platform else self.tenant_key
        case.call_and_validate(
            base_url=self.url,
            session=self.http,
            headers={"Authorization": f"Bearer {key}"},
            checks=CHECKS,
        )


@pytest.fixture(scope="module")
def served(module_database: DatabaseUrls) -> Iterator[Served]:
    gateway_settings = settings_for(module_database).model_copy(
        update={"rate_limit_per_minute": 1_000_000}
    )
    made, ids = asyncio.run(_prepare(gateway_settings))
    server = uvicorn.Server(
        uvicorn.Config(create_app(gateway_settings), port=0, log_config=None, lifespan="on")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        url = f"http://127.0.0.1:{_port_of(server)}"
        with requests.Session() as http:
            yield Served(url, made.api_key or "", made.platform_api_key or "", ids, http)
    finally:
        server.should_exit = True
        thread.join()


example_settings = settings(
    max_examples=EXAMPLES_PER_OPERATION,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@without_body.exclude(method=WITH_BODY).parametrize()
@example_settings
def test_answers_to_requests_without_body_are_as_documented(
    case: schemathesis.Case[Any], served: Served
) -> None:
    served.answer_is_as_documented(case)


@with_body.include(method=WITH_BODY).parametrize()
@example_settings
def test_answers_to_requests_with_body_are_as_documented(
    case: schemathesis.Case[Any], served: Served
) -> None:
    served.answer_is_as_documented(case)


def _aim_at_what_exists(case: schemathesis.Case[Any], ids: dict[str, object]) -> None:
    """Half of the requests are about objects that are there; none about the keys in use."""
    for name, value in (case.path_parameters or {}).items():
        if name in LOCKS_OUT or (isinstance(value, int) and value % 2 == 0):
            case.path_parameters[name] = ids[name]


async def _prepare(gateway_settings: ApiSettings) -> tuple[BootstrapResult, dict[str, object]]:
    database = Database.from_settings(gateway_settings)
    wanted = TenantCreate(name="Contract", slug="contract", admin_email="admin@example.com")
    made = await bootstrap(database, wanted, KeyWishes(platform=True))
    spare = wanted.model_copy(update={"slug": "spare"})
    spare_tenant_id = (await bootstrap(database, spare, KeyWishes())).tenant_id
    token = ApiKeyToken.parse(made.api_key or "")
    assert token is not None
    async with database.tenant_session(made.tenant_id) as session:
        key_id = await session.scalar(select(ApiKey.id).where(ApiKey.public_id == token.public_id))
    assert key_id is not None
    ids = await add_objects_of_every_kind(database, made.tenant_id, key_id, "contract")
    await database.close()
    return made, {**ids, "tenant_id": spare_tenant_id}


def _port_of(server: uvicorn.Server) -> int:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not server.started:
        assert time.monotonic() < deadline, "the gateway does not start"
        time.sleep(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
