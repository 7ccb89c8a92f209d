from __future__ import annotations

import uuid

import pytest
from blacklight_api import secret_rotation
from blacklight_api.secret_rotation import SEALED_COLUMNS, rotate_secrets
from blacklight_shared.crypto import DecryptionError, SecretBox
from blacklight_shared.models import (
    EMAIL_BODY_PURPOSE,
    FEED_URL_PURPOSE,
    Base,
    EmailMessage,
    IntegrationTokens,
    JobImportBatch,
)
from pydantic import SecretStr
from sqlalchemy import select, update

from services.api.tests.conftest import MakeTenant, Tenant
from services.api.tests.integration_factories import KEYS as OLD
from services.api.tests.integration_factories import add_email_message, add_integration

OLD_KEY, NEW_KEY = SecretStr("development-only-secret"), SecretStr("n" * 40)
BOTH, NEW = SecretBox([NEW_KEY, OLD_KEY]), SecretBox([NEW_KEY])


def test_no_column_is_forgotten() -> None:
    known = {column.sealed.property.columns[0] for column in SEALED_COLUMNS}
    assert known == {
        column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }


async def test_everything_is_readable_with_the_new_key_alone(
    make_tenant: MakeTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_rotation, "BATCH_ROWS", 2)
    tenants = [await make_tenant() for _ in range(2)]
    for tenant in tenants:
        await add_mails(tenant, ["one", "two", "three"])
    rotated = await rotate_secrets(tenants[0].database, BOTH)
    assert rotated >= 2 * 4
    for tenant in tenants:
        assert await texts(tenant, NEW) == ["one", "two", "three"]
        async with tenant.database.tenant_session(tenant.tenant_id) as session:
            [sealed] = await session.scalars(select(IntegrationTokens.tokens_sealed))
        assert not NEW.needs_rotation(sealed)
    assert await rotate_secrets(tenants[0].database, BOTH) == 0


async def test_what_the_platform_imports_is_rotated_too(tenant: Tenant) -> None:
    sealed = OLD.encrypt("https://jobs.example", purpose=FEED_URL_PURPOSE, tenant_id=None)
    async with tenant.database.global_session() as session:
        batch = JobImportBatch(batch_key=uuid.uuid4().hex, source="feed", feed_url_sealed=sealed)
        session.add(batch)
    await rotate_secrets(tenant.database, BOTH)
    async with tenant.database.global_session() as session:
        row = await session.get_one(JobImportBatch, batch.id)
    assert row.feed_url_sealed is not None
    opened = NEW.decrypt(row.feed_url_sealed, purpose=FEED_URL_PURPOSE, tenant_id=None)
    assert opened == "https://jobs.example"


async def test_purged_mails_stay_purged(tenant: Tenant) -> None:
    await add_mails(tenant, ["gone"])
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        await session.execute(update(EmailMessage).values(raw_sealed=None))
    await rotate_secrets(tenant.database, BOTH)
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        assert (await session.scalars(select(EmailMessage.raw_sealed))).all() == [None]


async def test_a_key_that_is_missing_is_told(tenant: Tenant) -> None:
    await add_mails(tenant, ["kept"])
    with pytest.raises(DecryptionError):
        await rotate_secrets(tenant.database, NEW)
    assert await texts(tenant, OLD) == ["kept"]
    await rotate_secrets(tenant.database, BOTH)


async def add_mails(tenant: Tenant, bodies: list[str]) -> None:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        integration = await add_integration(session, tenant.tenant_id, tenant.admin_user_id)
        for text in bodies:
            sealed = OLD.encrypt(text, purpose=EMAIL_BODY_PURPOSE, tenant_id=tenant.tenant_id)
            await add_email_message(session, integration, raw_sealed=sealed)


async def texts(tenant: Tenant, box: SecretBox) -> list[str]:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        rows = await session.scalars(select(EmailMessage.raw_sealed).order_by(EmailMessage.id))
        return [
            box.decrypt(sealed, purpose=EMAIL_BODY_PURPOSE, tenant_id=tenant.tenant_id)
            for sealed in rows
            if sealed is not None
        ]
