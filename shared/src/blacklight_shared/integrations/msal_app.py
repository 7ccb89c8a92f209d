"""This installation as an application of the Microsoft identity platform, through MSAL.

MSAL brings PKCE (RFC 7636) and a nonce; it does not check the claims of an id token.
https://learn.microsoft.com/entra/msal/python/
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
import msal  # type: ignore[import-untyped]  # it has no annotations
from pydantic import SecretStr

from blacklight_shared.integrations.http import SignInHttp
from blacklight_shared.workflows import ApiError, translating_errors

SERVICE = "microsoft"
"""In errors."""
REFUSALS = frozenset({"invalid_grant", "interaction_required", "consent_required"})
"""Answers to a code or a refresh token after which only the person can help."""

# A POST from another site would come without the cookie that binds the answer to the browser.
warnings.filterwarnings("ignore", "response_mode='form_post' is recommended", UserWarning, "msal")

ResultT = TypeVar("ResultT")
MsalAnswer = dict[str, Any]


class CodeRefusedError(Exception):
    """The answer that a browser brought is good for nothing; the person has to begin anew."""


@dataclass(frozen=True)
class MsalApp:
    """An application that people sign in to, or let into their mailbox.

    MSAL blocks, so it runs in threads.

    Attributes:
        client_id: This installation, as Microsoft knows it.
        client_secret: Its password.
        authority: Who signs people in, such as ``https://login.microsoftonline.com/common``.
        instance_discovery: Ask Microsoft whether the authority is one of its own.
        http: How the authority is reached.
    """

    client_id: str
    client_secret: SecretStr
    authority: str
    instance_discovery: bool
    http: SignInHttp

    async def ask(
        self,
        scopes: Sequence[str],
        *,
        redirect_uri: str,
        state: str | None = None,
        choose_account: bool = True,
        exclude_scopes: Collection[str] = (),
    ) -> MsalAnswer:
        """Prepare the authorization code flow.

        Args:
            scopes: What is asked for.
            redirect_uri: Where the browser brings the answer.
            state: Comes back with the answer; None: a random one.
            choose_account: Let the person choose, even if only one account is signed in.
            exclude_scopes: As for ``call``.

        Returns:
            The flow for ``exchange``, a secret; ``auth_uri`` in it is the page to go to.

        Raises:
            ApiError: As ``call``.
        """
        prompt = "select_account" if choose_account else None

        def initiate(app: msal.ConfidentialClientApplication) -> MsalAnswer:
            flow: MsalAnswer = app.initiate_auth_code_flow(
                list(scopes), redirect_uri=redirect_uri, state=state, prompt=prompt
            )
            return flow

        return await self.call(initiate, exclude_scopes=exclude_scopes)

    async def exchange(
        self,
        flow: MsalAnswer,
        answer: Mapping[str, str],
        cache: msal.SerializableTokenCache | None = None,
    ) -> MsalAnswer:
        """Exchange the code that the browser brought; MSAL compares state and nonce.

        Args:
            flow: As ``ask`` made it.
            answer: The query that the browser brought.
            cache: As for ``call``.

        Raises:
            CodeRefusedError: State, nonce or code are not good (any more).
            ApiError: As ``call``.
        """

        def redeem(app: msal.ConfidentialClientApplication) -> MsalAnswer:
            found: MsalAnswer = app.acquire_token_by_auth_code_flow(flow, dict(answer))
            return found

        try:
            found = await self.call(redeem, cache)
        except (ValueError, RuntimeError):
            # MSAL: the state or the nonce is another one. Not chained: its text quotes claims.
            raise CodeRefusedError from None
        if found.get("error") in REFUSALS:
            raise CodeRefusedError
        return found

    async def call(
        self,
        work: Callable[[msal.ConfidentialClientApplication], ResultT],
        cache: msal.SerializableTokenCache | None = None,
        *,
        exclude_scopes: Collection[str] = (),
    ) -> ResultT:
        """Use MSAL.

        Args:
            work: What is done with it.
            cache: Where it finds and leaves tokens; None forgets them.
            exclude_scopes: What it shall not ask for by itself, such as ``offline_access``.

        Raises:
            ApiError: Microsoft fails or cannot be reached.
        """

        def run() -> ResultT:
            with self.http.client() as client:
                app = msal.ConfidentialClientApplication(
                    self.client_id,
                    client_credential=self.client_secret.get_secret_value(),
                    authority=self.authority,
                    instance_discovery=None if self.instance_discovery else False,
                    token_cache=cache,
                    http_client=_MsalHttp(client, self.http),
                    exclude_scopes=list(exclude_scopes),
                )
                return work(app)

        async with translating_errors("sign-in", service=SERVICE), self.http.deadline():
            return await asyncio.to_thread(run)


def unexpected_answer(found: MsalAnswer) -> ApiError:
    """An answer without tokens that no person can do anything about."""
    error = str(found.get("error", "no token"))[:100]
    return ApiError(SERVICE, f"the token was refused: {error}", HTTPStatus.BAD_REQUEST)


@dataclass(frozen=True)
class _MsalHttp:
    """What MSAL calls the network through, in place of ``requests``.

    With ``requests``, a CA file of the environment would count more than the one of the settings.
    """

    client: httpx.Client
    http: SignInHttp

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self._checked(self.client.get(url, **options))

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._checked(self.client.post(url, **options))

    def close(self) -> None:
        self.client.close()

    def _checked(self, response: httpx.Response) -> httpx.Response:
        self.http.check(response)
        try:
            response.json()
        except ValueError:
            # MSAL would log the answer.
            raise ApiError(SERVICE, "the answer is no JSON", HTTPStatus.BAD_GATEWAY) from None
        return response
