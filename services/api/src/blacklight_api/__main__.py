"""Command line of the gateway.

``serve``, ``relay``, ``bootstrap``, ``rotate-secrets`` and ``resend-events``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import datetime

import uvicorn
from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.outbox import resend_dead, resend_since
from pydantic import ValidationError

from blacklight_api.accounts.links import PasswordLinks
from blacklight_api.bootstrap import BootstrapResult, KeyWishes, bootstrap
from blacklight_api.relay import relay_until_stopped
from blacklight_api.secret_rotation import rotate_secrets
from blacklight_api.settings import ApiSettings
from blacklight_api.tenants.schemas import TenantCreate

GRACEFUL_SHUTDOWN_SECONDS = 10


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code: 0 when done, 2 when an argument or a setting is wrong.
    """
    options = _parser().parse_args(arguments)
    try:
        settings = ApiSettings()
        if options.command == "serve":
            _serve(settings)
        elif options.command == "relay":
            asyncio.run(relay_until_stopped(settings))
        elif options.command == "rotate-secrets":
            rotated = asyncio.run(_rotate_secrets(settings))
            sys.stdout.write(f"{rotated} secrets were encrypted again\n")
        elif options.command == "resend-events":
            count = asyncio.run(_resend_events(settings, options.since))
            sys.stdout.write(f"{count} events will be sent again\n")
        else:
            result = asyncio.run(_bootstrap(settings, options))
            sys.stdout.write(result.model_dump_json(exclude_none=True) + "\n")
    except ValidationError as error:
        sys.stderr.write(_readable(error))
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m blacklight_api", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="serve HTTP on BLACKLIGHT_HOST and BLACKLIGHT_PORT")
    commands.add_parser("relay", help="relay the outbox to the engine, and nothing else")
    commands.add_parser(
        "rotate-secrets", help="encrypt all secrets with the first of BLACKLIGHT_SECRET_KEYS"
    )
    resend = commands.add_parser(
        "resend-events", help="send events again that the engine has lost or refused"
    )
    which = resend.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--since", type=_moment, help="those sent then or later, as 2026-01-31T08:00:00Z"
    )
    which.add_argument("--dead", action="store_true", help="those set aside after refusals")
    first_run = commands.add_parser(
        "bootstrap", help="make a tenant, its admin and its first key, unless they exist"
    )
    first_run.add_argument("--tenant", required=True, help="name of the tenant")
    first_run.add_argument("--slug", required=True, help="short name, unique")
    first_run.add_argument("--admin-email", required=True, help="address of the first admin")
    first_run.add_argument("--platform", action="store_true", help="make a platform key too")
    first_run.add_argument(
        "--rotate-key", action="store_true", help="make new keys and revoke the ones before"
    )
    return parser


def _serve(settings: ApiSettings) -> None:
    # The routes take seconds to make, for which the other commands need not wait.
    from blacklight_api.app import create_app

    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
    )


async def _bootstrap(settings: ApiSettings, options: argparse.Namespace) -> BootstrapResult:
    wanted = TenantCreate(name=options.tenant, slug=options.slug, admin_email=options.admin_email)
    keys = KeyWishes(platform=options.platform, rotate=options.rotate_key)
    database = Database.from_settings(settings)
    try:
        return await bootstrap(database, wanted, keys, PasswordLinks.from_settings(settings))
    finally:
        await database.close()


async def _rotate_secrets(settings: ApiSettings) -> int:
    database = Database.from_settings(settings)
    try:
        return await rotate_secrets(database, SecretBox.from_settings(settings))
    finally:
        await database.close()


async def _resend_events(settings: ApiSettings, since: datetime | None) -> int:
    """What was sent since a moment, or without one what was set aside."""
    database = Database.from_settings(settings)
    try:
        async with database.system_session() as session:
            if since is None:
                return await resend_dead(session)
            return await resend_since(session, since)
    finally:
        await database.close()


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("a time zone is needed, as in 2026-01-31T08:00:00Z")
    return moment


def _readable(error: ValidationError) -> str:
    lines = [
        f"{'.'.join(str(part) for part in details['loc']) or 'settings'}: {details['msg']}"
        for details in error.errors(include_input=False, include_url=False)
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
