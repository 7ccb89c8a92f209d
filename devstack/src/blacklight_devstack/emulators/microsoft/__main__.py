"""``python -m blacklight_devstack.emulators.microsoft --port 8082 --tls-port 8443 --folder DIR``.

MSAL speaks to nothing but HTTPS, so the same Microsoft answers on two ports; ``DIR`` keeps the
certificates, made when there are none, and consents.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import uvicorn

from blacklight_devstack.certificates import Certificates
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.microsoft.app import create_app
from blacklight_devstack.ports import LOOPBACK


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m blacklight_devstack.emulators.microsoft")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--tls-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (%(default)s)")
    parser.add_argument(
        "--name", action="append", default=[], help="of this host, for the certificate"
    )
    options = parser.parse_args()
    certificates = Certificates.in_folder(options.folder)
    if not certificates.key.exists():
        certificates = Certificates.make(options.folder, *options.name)
    app = create_app(MailProvider.empty(options.folder / "microsoft.json"))
    plain = uvicorn.Config(app, host=options.host, port=options.port)
    encrypted = uvicorn.Config(
        app,
        host=options.host,
        port=options.tls_port,
        ssl_certfile=certificates.server,
        ssl_keyfile=certificates.key,
    )
    asyncio.run(_serve(uvicorn.Server(encrypted), uvicorn.Server(plain)))


async def _serve(*servers: uvicorn.Server) -> None:
    """Until one ends; the others then end too."""
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    main()
