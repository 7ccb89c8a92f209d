"""What `make up` starts fits the services: each runs, with settings that it knows and accepts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from io import StringIO

import pytest
from blacklight_api.settings import ApiSettings
from blacklight_devstack.services import WORKERS
from blacklight_email_sync.settings import EmailSyncSettings, InboxPace
from blacklight_matching.settings import MatchingSettings
from blacklight_notifications.settings import MailPace, NotificationSettings
from blacklight_registration.settings import RegistrationSettings
from blacklight_shared.settings import Settings
from dotenv import dotenv_values
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from deploy.make_env import SECRETS, fill
from tests.deploy.compose import (
    BASE,
    DEPLOY,
    FILES,
    OVERRIDES,
    environment,
    named,
    ports,
    required_names,
    services,
)

EXAMPLE = DEPLOY / ".env.example"
IMAGES = DEPLOY / "images"

SETTINGS: dict[str, list[type[BaseSettings]]] = {
    "gateway": [ApiSettings],
    "matching": [MatchingSettings],
    "notifications": [NotificationSettings, MailPace],
    "email-sync": [EmailSyncSettings, InboxPace],
    "registration": [RegistrationSettings],
    "migrations": [Settings],
    "tenant": [ApiSettings],
}
# Read by libraries, by the interpreter and by the migrations.
OTHERS = {
    "INNGEST_SIGNING_KEY_FALLBACK",
    "MIGRATIONS_DATABASE_URL",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "PYTHONPATH",
}


@pytest.fixture(scope="module")
def env() -> dict[str, str]:
    """What `make env` makes."""
    made = dotenv_values(stream=StringIO(fill(EXAMPLE.read_text())))
    return {name: value or "" for name, value in made.items()}


def test_the_files_keep_to_the_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(  # noqa: S603 - of this environment
        [*command, *(str(DEPLOY / file) for file in FILES)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("files", [(BASE,), (BASE, "compose.local.yml")])
def test_every_worker_runs_and_is_known_to_the_engine(files: tuple[str, ...]) -> None:
    every = services(*files)
    assert {worker.name for worker in WORKERS} | {"gateway", "migrations"} <= every.keys()
    command = every["inngest"]["command"]
    apps = {part.partition("=")[2] for part in command if part.startswith("--sdk-url=")}
    addresses = {worker.name: worker.name for worker in WORKERS} | {"matching": "matching-balancer"}
    assert apps == {f"http://{address}:8000/api/inngest" for address in addresses.values()}


def test_the_gateway_waits_for_all_that_its_events_start() -> None:
    every = services(BASE)
    awaited = {*every["gateway"]["depends_on"], *every["matching-balancer"]["depends_on"]}
    assert {worker.name for worker in WORKERS} <= awaited


@pytest.mark.parametrize("override", [None, *OVERRIDES])
@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_known_and_accepted(
    name: str, override: str | None, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = (BASE,) if override is None else (BASE, override)
    given = environment(services(*files)[name], env)
    known = {variable for settings in SETTINGS[name] for variable in variables(settings)}
    assert given.keys() <= known | OTHERS

    for variable in known | OTHERS:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    for settings in SETTINGS[name]:
        settings()


def variables(settings: type[BaseSettings]) -> Iterator[str]:
    """The names of the environment variables that settings read."""
    prefix = settings.model_config["env_prefix"]
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings):
            yield from variables(field.annotation)
        elif isinstance(alias, AliasChoices):
            yield from (str(choice) for choice in alias.choices)
        else:
            yield f"{prefix}{name}".upper()


def test_a_wrong_setting_is_found() -> None:
    assert "BLACKLIGHT_SMTP_HOST" in set(variables(NotificationSettings))
    assert "BLACKLIGHT_EMBEDDING_PROVIDER" in set(variables(MatchingSettings))
    assert "BLACKLIGHT_SMTP_HOSTS" not in set(variables(NotificationSettings))


@pytest.mark.parametrize("override", [None, "compose.dev.yml", "compose.local.yml"])
def test_only_pages_for_people_are_published_and_only_here(override: str | None) -> None:
    files = (BASE,) if override is None else (BASE, override)
    assert ports(services(*files)).keys() == {"gateway", "inngest", "mail"}


def test_nothing_is_published_beyond_this_machine() -> None:
    published = [port for every in ports(services(*FILES)).values() for port in every]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("files", [(BASE,), FILES])
def test_our_containers_can_do_nothing_but_their_work(files: tuple[str, ...]) -> None:
    every = services(*files)
    ours = [service for service in every.values() if is_ours(service)]
    assert len(ours) >= len(SETTINGS)
    for service in ours:
        assert service["security_opt"] == ["no-new-privileges:true"]
    for name in SETTINGS:
        assert every[name]["read_only"] is True, name
        assert every[name]["cap_drop"] == ["ALL"], name


def is_ours(service: Mapping[str, object]) -> bool:
    return str(service.get("image", "")).startswith("blacklight/")


def test_every_secret_is_made_and_none_is_in_the_files() -> None:
    text = (DEPLOY / BASE).read_text()
    assert required_names(text) == SECRETS.keys()
    example = dotenv_values(EXAMPLE)
    assert all(example[name] == "" for name in SECRETS)


def test_every_line_of_the_example_is_read() -> None:
    lines = re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE.read_text(), flags=re.MULTILINE)
    read = {name for file in FILES for name in named((DEPLOY / file).read_text())}
    assert set(lines) <= read


@pytest.mark.parametrize("name", SETTINGS)
def test_every_image_has_a_recipe(name: str) -> None:
    image = services(BASE)[name]["image"]
    recipe = IMAGES / f"{image.removeprefix('blacklight/').partition(':')[0]}.Containerfile"
    stages = re.findall(r"^FROM (.+)$", recipe.read_text(), flags=re.MULTILINE)
    assert stages == ["${BUILD_IMAGE} AS build", "${RUNTIME_IMAGE}"]
    assert "USER" not in recipe.read_text(), "the runtime image's user has no rights"


def test_the_runtime_image_runs_without_rights() -> None:
    recipe = (IMAGES / "base.Containerfile").read_text()
    assert re.findall(r"^USER (.+)$", recipe, flags=re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in recipe
