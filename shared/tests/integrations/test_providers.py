"""What holds for every provider: consent, exchange, renewal, its ends and the provider's faults."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from blacklight_devstack.emulators.consents import Refusal
from blacklight_devstack.emulators.faults import Fault
from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.integrations import (
    ConsentError,
    ConsentProblem,
    MailboxSettings,
    TokensRefusedError,
    mailbox_providers,
)
from blacklight_shared.models import MailboxProviderName
from blacklight_shared.workflows import ApiError, WorkflowError

from shared.tests.integrations.conftest import REDIRECT_URI, ProviderUnderTest


def someone() -> str:
    return f"{uuid.uuid4().hex[:10]}@example.com"


async def test_a_consent_opens_the_mailbox_of_who_gave_it(provider: ProviderUnderTest) -> None:
    address = someone()
    grant = await provider.connect(address.upper())
    assert grant.address == address
    known = provider.theirs.accounts.find_token(grant.tokens.access_token)
    assert known is not None
    assert (known.address, provider.scope in known.scopes) == (address, True)
    left = grant.tokens.access_expires_at - datetime.now(UTC)
    assert timedelta(minutes=55) < left <= timedelta(hours=1)


async def test_the_consent_page_gets_state_and_a_challenge(provider: ProviderUnderTest) -> None:
    asked = await provider.ours.begin(state="state-1", redirect_uri=REDIRECT_URI)
    assert "code_challenge_method=S256" in asked.url
    assert asked.flow not in asked.url
    answer = await provider.answer(asked.url, someone())
    assert answer["state"] == "state-1"


async def test_a_code_is_good_once(provider: ProviderUnderTest) -> None:
    asked = await provider.ours.begin(state="state-1", redirect_uri=REDIRECT_URI)
    answer = await provider.answer(asked.url, someone())
    await provider.ours.finish(asked.flow, answer, redirect_uri=REDIRECT_URI)
    with pytest.raises(ConsentError) as caught:
        await provider.ours.finish(asked.flow, answer, redirect_uri=REDIRECT_URI)
    assert caught.value.problem is ConsentProblem.CODE_REFUSED


async def test_a_stolen_code_is_useless_without_the_verifier(provider: ProviderUnderTest) -> None:
    asked = await provider.ours.begin(state="state-1", redirect_uri=REDIRECT_URI)
    other = await provider.ours.begin(state="state-1", redirect_uri=REDIRECT_URI)
    answer = await provider.answer(asked.url, someone())
    with pytest.raises(ConsentError) as caught:
        await provider.ours.finish(other.flow, answer, redirect_uri=REDIRECT_URI)
    assert caught.value.problem is ConsentProblem.CODE_REFUSED


async def test_a_person_may_say_no(provider: ProviderUnderTest) -> None:
    asked = await provider.ours.begin(state="state-1", redirect_uri=REDIRECT_URI)
    answer = await provider.answer(asked.url, someone(), decision="deny")
    with pytest.raises(ConsentError) as caught:
        await provider.ours.finish(asked.flow, answer, redirect_uri=REDIRECT_URI)
    assert caught.value.problem is ConsentProblem.ACCESS_DENIED


async def test_a_consent_without_the_mail_is_none(provider: ProviderUnderTest) -> None:
    asked = await provider.ours.begin(state="state-1", redirect_uri=REDIRECT_URI)
    answer = await provider.answer(asked.url, someone(), without=[provider.scope])
    with pytest.raises(ConsentError) as caught:
        await provider.ours.finish(asked.flow, answer, redirect_uri=REDIRECT_URI)
    assert caught.value.problem is ConsentProblem.SCOPE_MISSING


async def test_tokens_are_renewed_again_and_again(provider: ProviderUnderTest) -> None:
    grant = await provider.connect(someone())
    first = await provider.ours.refresh(grant.tokens)
    second = await provider.ours.refresh(first)
    tokens = [grant.tokens.access_token, first.access_token, second.access_token]
    assert len(set(tokens)) == 3
    assert all(provider.theirs.accounts.find_token(token) for token in tokens)


@pytest.mark.parametrize("refusal", [Refusal.EXPIRED, Refusal.REVOKED])
async def test_an_ended_consent_is_not_renewed(
    provider: ProviderUnderTest, refusal: Refusal
) -> None:
    grant = await provider.connect(someone())
    provider.theirs.consents.end(grant.address, refusal)
    with pytest.raises(TokensRefusedError) as caught:
        await provider.ours.refresh(grant.tokens)
    tells_apart = provider.ours.name is MailboxProviderName.OUTLOOK
    assert caught.value.error_type is (
        IntegrationErrorType.CONSENT_REVOKED
        if tells_apart and refusal is Refusal.REVOKED
        else IntegrationErrorType.TOKEN_EXPIRED
    )
    assert not caught.value.is_retriable


@pytest.mark.parametrize(
    ("fault", "status", "is_retriable"),
    [
        (Fault.RATE_LIMITED, HTTPStatus.TOO_MANY_REQUESTS, True),
        (Fault.SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE, True),
        (Fault.BAD_GATEWAY, HTTPStatus.BAD_GATEWAY, True),
        (Fault.NOT_JSON, HTTPStatus.BAD_GATEWAY, True),
        (Fault.UNAUTHORIZED, None, False),
    ],
)
async def test_a_failing_provider_is_not_the_persons_fault(
    provider: ProviderUnderTest, fault: Fault, status: HTTPStatus | None, is_retriable: bool
) -> None:
    grant = await provider.connect(someone())
    provider.theirs.faults.order(fault, operation="token")
    with pytest.raises(ApiError) as caught:
        await provider.ours.refresh(grant.tokens)
    assert caught.value.is_retriable is is_retriable
    assert status in {None, caught.value.status}
    assert grant.tokens.renewal not in str(caught.value)
    assert (await provider.ours.refresh(grant.tokens)).access_token


async def test_a_provider_that_is_not_there_is_tried_again(
    provider: ProviderUnderTest, mailbox_settings: MailboxSettings
) -> None:
    nowhere = {
        "google_oauth_url": "http://127.0.0.1:9",
        "microsoft_authority": "https://127.0.0.1:9/common",
    }
    unreachable = mailbox_providers(mailbox_settings.model_copy(update=nowhere))
    grant = await provider.connect(someone())
    with pytest.raises(WorkflowError) as caught:
        await unreachable[provider.ours.name].refresh(grant.tokens)
    assert caught.value.is_retriable


async def test_a_provider_that_is_too_slow_is_tried_again(
    provider: ProviderUnderTest, mailbox_settings: MailboxSettings
) -> None:
    grant = await provider.connect(someone())
    short = {"provider_timeout": timedelta(milliseconds=200)}
    hurried = mailbox_providers(mailbox_settings.model_copy(update=short))
    provider.theirs.faults.order(Fault.SLOW, operation="token", delay_seconds=1)
    with pytest.raises(ApiError) as caught:
        await hurried[provider.ours.name].refresh(grant.tokens)
    assert caught.value.is_retriable


async def test_revoking_ends_the_access_where_the_provider_can(
    provider: ProviderUnderTest,
) -> None:
    grant = await provider.connect(someone())
    could = await provider.ours.revoke(grant.tokens)
    assert could is (provider.ours.name is MailboxProviderName.GMAIL)
    known = provider.theirs.accounts.find_token(grant.tokens.access_token)
    assert (known is None) is could
    # Once more, as after a crash: what is revoked stays so, without an error.
    assert await provider.ours.revoke(grant.tokens) is could


async def test_secrets_are_not_in_representations(provider: ProviderUnderTest) -> None:
    grant = await provider.connect(someone())
    assert grant.tokens.access_token not in repr(grant)
    assert grant.tokens.renewal not in repr(grant)
