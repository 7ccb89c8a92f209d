from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from blacklight_devstack.ports import free_port
from blacklight_notifications.mail.errors import MailDeferredError, MailRefusedError
from blacklight_notifications.mail.network import open_socket
from blacklight_notifications.mail.smtp import Envelope, SmtpServer, SmtpTransport
from blacklight_shared.models import SmtpSecurity
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TIMEOUT = timedelta(seconds=5)
PASSWORD = "a secret"
MAIL = Envelope("hr@example.com", "ada@example.com", b"Subject: Hello\r\n\r\n.A dot.\r\n")


class Keeper:
    """Takes every mail and keeps it."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(envelope.content)
        return "250 taken"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def check_login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
    is_right = data == LoginPassword(b"mailer", PASSWORD.encode())
    return AuthResult(success=is_right, handled=is_right)


@contextmanager
def serving(certificate: Path, security: SmtpSecurity) -> Iterator[tuple[Keeper, int]]:
    keeper, port = Keeper(), free_port()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    is_implicit = security is SmtpSecurity.TLS
    controller = Controller(
        keeper,
        hostname="127.0.0.1",
        port=port,
        ssl_context=context if is_implicit else None,
        tls_context=None if is_implicit else context,
        require_starttls=not is_implicit,
        auth_required=True,
        auth_require_tls=not is_implicit,
        authenticator=check_login,
    )
    controller.start()
    try:
        yield keeper, port
    finally:
        controller.stop()


def server_at(port: int, security: SmtpSecurity, password: str = PASSWORD) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, security, "mailer", password, is_private_allowed=True)


# The test server does not know that TLS is under it from the first byte.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("security", [SmtpSecurity.TLS, SmtpSecurity.STARTTLS])
class TestEncrypted:
    async def test_logs_in_and_sends(self, certificate: Path, security: SmtpSecurity) -> None:
        transport = SmtpTransport(1, TIMEOUT, certificate)
        with serving(certificate, security) as (keeper, port):
            for _ in range(2):
                async with transport.connection(server_at(port, security)) as connection:
                    assert await connection.send(MAIL) == "250 taken"
            await transport.aclose()
        assert keeper.mails == [MAIL.content] * 2

    async def test_a_wrong_password(self, certificate: Path, security: SmtpSecurity) -> None:
        transport = SmtpTransport(1, TIMEOUT, certificate)
        with (
            serving(certificate, security) as (_, port),
            pytest.raises(MailDeferredError) as caught,
        ):
            async with transport.connection(server_at(port, security, "wrong")):
                pytest.fail("the server let us in")
        assert caught.value.reply.startswith("535 ")
        assert "wrong" not in caught.value.reply

    async def test_a_certificate_that_nobody_vouches_for(
        self, certificate: Path, security: SmtpSecurity
    ) -> None:
        transport = SmtpTransport(1, TIMEOUT)
        with serving(certificate, security) as (keeper, port), pytest.raises(MailDeferredError):
            async with transport.connection(server_at(port, security)):
                pytest.fail("the server was trusted")
        assert keeper.mails == []


class TestNetwork:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"]
    )
    async def test_private_addresses_are_not_connected_to(self, host: str) -> None:
        with pytest.raises(MailDeferredError, match="did not take") as caught:
            await open_socket(host, 25, is_private_allowed=False)
        assert caught.value.reply == "The mail server's address is not a public one."

    async def test_nobody_answers(self) -> None:
        with pytest.raises(MailDeferredError) as caught:
            await open_socket("127.0.0.1", free_port(), is_private_allowed=True)
        assert caught.value.reply == "The mail server cannot be reached (ConnectionRefusedError)."


async def test_an_international_address_at_a_server_that_takes_none() -> None:
    keeper, port = Keeper(), free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port, enable_SMTPUTF8=False)
    controller.start()
    transport = SmtpTransport(1, TIMEOUT)
    server = SmtpServer("127.0.0.1", port, SmtpSecurity.NONE, is_private_allowed=True)
    try:
        async with transport.connection(server) as connection:
            with pytest.raises(MailRefusedError) as caught:
                await connection.send(Envelope("hr@example.com", "jörg@example.com", b"\r\n"))
    finally:
        await transport.aclose()
        controller.stop()
    assert caught.value.reply == "550 The server does not take international addresses."
