"""The emulated sign-in is as strict as the real ones."""

from __future__ import annotations

import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from blacklight_devstack.certificates import Certificates
from blacklight_devstack.emulators.consent_page import consent_answer
from blacklight_devstack.emulators.google.app import create_app as create_google
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.microsoft.app import create_app as create_microsoft
from blacklight_devstack.emulators.registration import CLIENT_ID, CLIENT_SECRET
from blacklight_devstack.ports import LOOPBACK, free_port
from fastapi.testclient import TestClient

GOOGLE, MICROSOFT = (
    ("/o/oauth2/v2/auth", "/token"),
    (
        "/common/oauth2/v2.0/authorize",
        "/common/oauth2/v2.0/token",
    ),
)
REDIRECT_URI = "http://127.0.0.1:8000/callback"
# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
START_SECONDS = 60


class Client:
    """A client of one emulated provider."""

    def __init__(self, http: TestClient, paths: tuple[str, str], scope: str) -> None:
        self.http = http
        self.page, self.token_path = paths
        self.scope = scope

    def url(self, **changes: str | None) -> str:
        query: dict[str, str | None] = {
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": self.scope,
            "access_type": "offline",
            "state": "the-state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        given = {name: value for name, value in query.items() if value is not None}
        return f"{self.page}?{urlencode(given)}"

    def code(self, **changes: str | None) -> str:
        url = self.url(**changes)
        answer = self.http.post(url, data=consent_answer(url, "ann@example.com"))
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def token(self, **fields: str) -> Any:
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
            **fields,
        }
        return self.http.post(self.token_path, data=form)


@pytest.fixture(params=["google", "microsoft"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    is_google = request.param == "google"
    app = (create_google if is_google else create_microsoft)(MailProvider.empty())
    with TestClient(app, follow_redirects=False) as http:
        yield Client(
            http,
            GOOGLE if is_google else MICROSOFT,
            "https://www.googleapis.com/auth/gmail.readonly"
            if is_google
            else "openid offline_access Mail.Read",
        )


def test_the_page_asks_for_what_is_wanted(client: Client) -> None:
    page = client.http.get(client.url())
    assert page.status_code == 200
    assert client.scope.rsplit(" ", 1)[-1] in page.text
    [action] = re.findall(r'action="([^"]*)"', page.text)
    assert action.replace("&amp;", "&") == client.url()


def test_a_hostile_query_does_not_become_markup(client: Client) -> None:
    page = client.http.get(client.url(scope="<script>alert(1)</script>", state='"><script>'))
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": None},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
def test_a_wrong_query_stays_at_the_provider(client: Client, changes: dict[str, Any]) -> None:
    response = client.http.get(client.url(**changes))
    assert response.status_code in {400, 401}
    assert "Location" not in response.headers


def test_a_code_is_exchanged_with_its_verifier(client: Client) -> None:
    tokens = client.token(code=client.code()).json()
    assert tokens["token_type"] == "Bearer"
    assert 0 < tokens["expires_in"] <= 3600
    assert tokens["refresh_token"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "x" * 43},
        {"redirect_uri": "http://127.0.0.1:8000/elsewhere"},
        {"code": "never-given-out"},
    ],
)
def test_a_code_is_not_exchanged_otherwise(client: Client, wrong: dict[str, str]) -> None:
    response = client.token(**{"code": client.code(), **wrong})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


def test_a_code_without_challenge_takes_no_verifier(client: Client) -> None:
    code = client.code(code_challenge=None, code_challenge_method=None)
    assert client.token(code=code).json()["error"] == "invalid_grant"


def test_a_wrong_secret_is_refused_before_the_code_is_used(client: Client) -> None:
    code = client.code()
    response = client.token(code=code, client_secret="guessed")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert client.token(code=code).status_code == 200


def test_other_grants_are_not_supported(client: Client) -> None:
    response = client.token(grant_type="client_credentials")
    assert response.json()["error"] == "unsupported_grant_type"


def test_offline_access_has_to_be_asked_for(client: Client) -> None:
    scope = client.scope.replace(" offline_access", "")
    code = client.code(scope=scope, access_type="online")
    assert "refresh_token" not in client.token(code=code).json()


def test_consents_can_be_ended_from_outside(client: Client) -> None:
    refresh_token = client.token(code=client.code()).json()["refresh_token"]
    assert client.http.delete("/control/consents/ANN@example.com").status_code == 204
    response = client.token(grant_type="refresh_token", refresh_token=refresh_token)
    assert response.json()["error"] == "invalid_grant"


def test_consents_outlive_the_process(tmp_path: Path) -> None:
    file = tmp_path / "google.json"
    scope = "https://www.googleapis.com/auth/gmail.readonly"
    with TestClient(create_google(MailProvider.empty(file)), follow_redirects=False) as http:
        client = Client(http, GOOGLE, scope)
        kept, ended = (client.token(code=client.code()).json()["refresh_token"] for _ in range(2))
        http.post("/revoke", data={"token": ended})
    with TestClient(create_google(MailProvider.empty(file)), follow_redirects=False) as http:
        client = Client(http, GOOGLE, scope)
        results = [
            client.token(grant_type="refresh_token", refresh_token=token).status_code
            for token in (kept, ended, client.token(code=client.code()).json()["refresh_token"])
        ]
    # Google ends everything that an application was given, not one token.
    assert results == [400, 400, 200]


def test_the_id_token_is_signed_by_the_published_key() -> None:
    with TestClient(create_microsoft(MailProvider.empty()), follow_redirects=False) as http:
        client = Client(http, MICROSOFT, "openid Mail.Read")
        tokens = client.token(code=client.code(nonce="n-1")).json()
        metadata = http.get("/common/v2.0/.well-known/openid-configuration").json()
        [key] = http.get(urlsplit(metadata["jwks_uri"]).path).json()["keys"]
        claims = jwt.decode(
            tokens["id_token"], jwt.PyJWK(key), algorithms=["RS256"], audience=CLIENT_ID
        )
    assert (claims["preferred_username"], claims["nonce"]) == ("ann@example.com", "n-1")


def test_microsoft_serves_both_ports_until_it_is_told_to_stop(tmp_path: Path) -> None:
    certificates = Certificates.make(tmp_path)
    port, tls_port = free_port(), free_port()
    module = "blacklight_devstack.emulators.microsoft"
    ports = ("--port", str(port), "--tls-port", str(tls_port))
    command = [sys.executable, "-m", module, *ports, "--folder", str(tmp_path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:  # noqa: S603 -- our own
        try:
            for number in (port, tls_port):
                _wait_until_listening(number)
            trust = ssl.create_default_context(cafile=str(certificates.authority))
            with httpx.Client(verify=trust, trust_env=False) as http:
                for url in (f"http://{LOOPBACK}:{port}", f"https://{LOOPBACK}:{tls_port}"):
                    assert http.get(f"{url}/health").json() == {"status": "ok"}
        finally:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=START_SECONDS)


def test_the_key_of_the_certificate_is_private(tmp_path: Path) -> None:
    certificates = Certificates.make(tmp_path / "certificates")
    assert certificates.key.stat().st_mode & 0o077 == 0
    assert Certificates.in_folder(tmp_path / "certificates") == certificates


def _wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        assert time.monotonic() < deadline, f"nothing listens on {port}"
        time.sleep(0.05)
