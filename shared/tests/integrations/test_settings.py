from __future__ import annotations

import pytest
from blacklight_shared.integrations import MailboxSettings, mailbox_providers
from blacklight_shared.settings import Environment
from pydantic import SecretStr, ValidationError

from shared.tests.integrations.conftest import NOWHERE

PRODUCTION = {
    "env": Environment.PRODUCTION,
    "secret_keys": [SecretStr("k" * 40)],
    "inngest_signing_key": SecretStr("signkey-prod-aa"),
    "inngest_event_key": SecretStr("event"),
}


def settings(**values: object) -> MailboxSettings:
    return MailboxSettings.model_validate(
        {"database_url": NOWHERE, "system_database_url": NOWHERE, **values}
    )


def test_nothing_is_offered_without_a_registration() -> None:
    assert mailbox_providers(settings()) == {}


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_a_registration_is_offered(provider: str) -> None:
    made = settings(**{f"{provider}_client_id": "id", f"{provider}_client_secret": "secret"})
    assert len(mailbox_providers(made)) == 1


@pytest.mark.parametrize("name", ["google_client_id", "microsoft_client_secret"])
def test_half_a_registration_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="go together"):
        settings(**{name: "half"})


def test_production_speaks_to_providers_over_https_only() -> None:
    settings(**PRODUCTION)
    with pytest.raises(ValidationError, match="BLACKLIGHT_GMAIL_URL must begin with https"):
        settings(**PRODUCTION, gmail_url="http://gmail.example.com")


def test_a_url_has_no_slash_at_the_end() -> None:
    with pytest.raises(ValidationError, match="graph_url"):
        settings(graph_url="https://graph.microsoft.com/")
