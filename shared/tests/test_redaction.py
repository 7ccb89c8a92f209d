"""Secrets and personal data stay out of logs."""

from __future__ import annotations

from typing import Any

import pytest
from blacklight_shared.crypto import ApiKeyToken
from blacklight_shared.redaction import REDACTED, redact_event, redact_text
from hypothesis import given
from hypothesis import strategies as st


def redact(**event: Any) -> dict[str, Any]:
    return dict(redact_event(None, "info", event))


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "new_password",
        "accessToken",
        "refresh-token",
        "Authorization",
        "HTTP_COOKIE",
        "api_key",
        "apiKey",
        "X-Api-Key",
        "signing_key",
        "secret_keys",
        "client_secret",
        "to_email",
        "candidateEmail",
        "phone",
        "mobile_phone",
        "first_name",
        "candidate_name",
        "street_address",
    ],
)
def test_keys_that_name_secrets_or_people(key: str) -> None:
    value = {"deep": [{key: "value", "other": "value"}]}

    assert redact(**value) == {"deep": [{key: REDACTED, "other": "value"}]}
    assert redact(**{key: ["a", "b"]}) == {key: REDACTED}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("workflow", "send-approval-email"),
        ("event", "mail sent"),
        ("tenant_id", 3),
        ("email_id", 3),
        ("token_count", 512),
        ("password", None),
        ("has_password", True),
        ("filename", "cv.pdf"),
        ("monkey", "see"),
    ],
)
def test_what_tells_nothing_stays(key: str, value: object) -> None:
    assert redact(**{key: value}) == {key: value}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sent to ann.o'neil+x@mail.example.com.", f"sent to ann.o'{REDACTED}."),
        ("Authorization: Bearer eyJhbGciOi.J9-x_y", f"Authorization: Bearer {REDACTED}"),
        ("postgresql://app:s3cret@db:5432/x", f"postgresql://{REDACTED}@db:5432/x"),
        ("DETAIL: Key (email)=(a@b.example) exists", f"DETAIL: Key (email)=({REDACTED}) exists"),
        ("at 10:30 @home, 2@3", "at 10:30 @home, 2@3"),
    ],
)
def test_text_that_holds_secrets_or_addresses(text: str, left: str) -> None:
    assert redact(event=text) == {"event": left}


@given(before=st.text("abc /=:", max_size=10), after=st.text("abc /:,", max_size=10))
def test_api_keys_wherever_they_are(before: str, after: str) -> None:
    key = ApiKeyToken.generate()

    left = redact_text(f"{before} {key.text} {after}")

    assert key.text not in left
    assert REDACTED in left


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_shape_is_taken(value: Any) -> None:
    redact(value=value)
