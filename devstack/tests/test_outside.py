from __future__ import annotations

from pathlib import Path

import pytest
from blacklight_devstack.outside import (
    GOOGLE,
    MAIL_SERVER,
    MICROSOFT,
    WEBSITES,
    MailProviders,
    Outside,
)
from blacklight_devstack.services import EMAIL_SYNC, NOTIFICATIONS, REGISTRATION
from blacklight_shared.integrations import MailboxSettings, mailbox_providers
from blacklight_shared.models import MailboxProviderName

WORKERS = (NOTIFICATIONS.name, EMAIL_SYNC.name)


def names(outside: Outside) -> list[str]:
    return [spec.name for spec in outside.specs()]


def test_workers_get_what_they_need(tmp_path: Path) -> None:
    assert names(Outside.choose(tmp_path, {}, WORKERS)) == [MAIL_SERVER, GOOGLE, MICROSOFT]
    assert names(Outside.choose(tmp_path, {}, [NOTIFICATIONS.name])) == [MAIL_SERVER]
    assert names(Outside.choose(tmp_path, {}, [REGISTRATION.name])) == [WEBSITES]
    assert names(Outside.choose(tmp_path, {}, [])) == []


@pytest.mark.parametrize(
    ("environment", "left"),
    [
        ({"BLACKLIGHT_SMTP_HOST": "smtp.example.com"}, [GOOGLE, MICROSOFT]),
        ({"BLACKLIGHT_GOOGLE_CLIENT_ID": "ours"}, [MAIL_SERVER]),
        ({"BLACKLIGHT_MICROSOFT_CLIENT_ID": "ours"}, [MAIL_SERVER]),
        ({"BLACKLIGHT_SMTP_HOST": ""}, [MAIL_SERVER, GOOGLE, MICROSOFT]),
    ],
)
def test_what_the_user_has_is_not_emulated(
    tmp_path: Path, environment: dict[str, str], left: list[str]
) -> None:
    assert names(Outside.choose(tmp_path, environment, WORKERS)) == left


def test_services_find_both_providers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = Outside.choose(tmp_path, {}, WORKERS)
    environment = {"DATABASE_URL": "x", "SYSTEM_DATABASE_URL": "x", **outside.environment()}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = MailboxSettings()
    assert set(mailbox_providers(settings)) == set(MailboxProviderName)
    assert isinstance(outside.mail_providers, MailProviders)
    assert settings.gmail_url == outside.mail_providers.google_url
    assert settings.provider_ca_file == outside.mail_providers.ca_file
    assert outside.mail_providers.ca_file.exists()
