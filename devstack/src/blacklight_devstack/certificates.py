"""Certificates for servers on this machine, by an authority that lives as long as its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme

from blacklight_devstack.ports import LOOPBACK
from blacklight_devstack.private_files import write_private


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files in PEM format.

    Attributes:
        authority: What clients have to trust.
        server: The certificate of a server on loopback.
        key: Its private key.
    """

    authority: Path
    server: Path
    key: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Certificates:
        """Those that were made in a folder."""
        return cls(folder / "authority.pem", folder / "server.pem", folder / "server.key")

    @classmethod
    def make(cls, folder: Path, *names: str) -> Certificates:
        """Make an authority and a certificate for the names of loopback, and for more.

        The authority's own key is kept nowhere, so nothing else can ever be signed by it.

        Args:
            folder: Gets the files; earlier ones are replaced.
            names: Other names of the server.
        """
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        server = authority.issue_cert(LOOPBACK, "localhost", *names)
        made = cls.in_folder(folder)
        authority.cert_pem.write_to_path(str(made.authority))
        made.server.write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
        write_private(made.key, server.private_key_pem.bytes().decode())
        return made
