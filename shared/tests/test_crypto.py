"""Secrets at rest, tokens and API keys."""

from __future__ import annotations

import pytest
from blacklight_shared.crypto import (
    ApiKeyToken,
    DecryptionError,
    SecretBox,
    generate_token,
    hash_token,
    matches_token,
)
from blacklight_shared.settings import Settings
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import SecretStr

OLD = SecretStr("the-old-key-with-more-than-32-characters")
NEW = SecretStr("the-new-key-with-more-than-32-characters")

texts = st.text(st.characters(exclude_categories=["Cs"]))
tenant_ids = st.none() | st.integers(min_value=1, max_value=2**63 - 1)


class TestSecretBox:
    @given(plaintext=texts, purpose=texts, tenant_id=tenant_ids)
    def test_decrypts_what_it_encrypted(
        self, plaintext: str, purpose: str, tenant_id: int | None
    ) -> None:
        box = SecretBox([NEW])

        sealed = box.encrypt(plaintext, purpose=purpose, tenant_id=tenant_id)

        assert box.decrypt(sealed, purpose=purpose, tenant_id=tenant_id) == plaintext

    @given(first=st.tuples(texts, tenant_ids), second=st.tuples(texts, tenant_ids))
    def test_is_bound_to_purpose_and_tenant(
        self, first: tuple[str, int | None], second: tuple[str, int | None]
    ) -> None:
        box = SecretBox([NEW])
        sealed = box.encrypt("secret", purpose=first[0], tenant_id=first[1])

        if first == second:
            assert box.decrypt(sealed, purpose=second[0], tenant_id=second[1]) == "secret"
        else:
            with pytest.raises(DecryptionError):
                box.decrypt(sealed, purpose=second[0], tenant_id=second[1])

    @given(data=st.data())
    def test_notices_any_changed_byte(self, data: st.DataObject) -> None:
        box = SecretBox([NEW])
        sealed = bytearray(box.encrypt("secret", purpose="p", tenant_id=1))
        position = data.draw(st.integers(0, len(sealed) - 1))
        sealed[position] ^= data.draw(st.integers(1, 255))

        with pytest.raises(DecryptionError):
            box.decrypt(bytes(sealed), purpose="p", tenant_id=1)

    @given(cut=st.integers(0, 38))
    def test_notices_missing_bytes(self, cut: int) -> None:
        box = SecretBox([NEW])
        sealed = box.encrypt("secret", purpose="p", tenant_id=1)

        with pytest.raises(DecryptionError):
            box.decrypt(sealed[:cut], purpose="p", tenant_id=1)

    def test_the_same_text_never_looks_the_same(self) -> None:
        box = SecretBox([NEW])

        sealed = {box.encrypt("secret", purpose="p", tenant_id=1) for _ in range(100)}

        assert len(sealed) == 100

    def test_rotation_moves_a_secret_to_the_new_key(self) -> None:
        sealed = SecretBox([OLD]).encrypt("secret", purpose="p", tenant_id=1)
        both = SecretBox([NEW, OLD])
        assert both.needs_rotation(sealed)

        rotated = both.rotate(sealed, purpose="p", tenant_id=1)

        assert not both.needs_rotation(rotated)
        assert SecretBox([NEW]).decrypt(rotated, purpose="p", tenant_id=1) == "secret"
        assert both.rotate(rotated, purpose="p", tenant_id=1) == rotated

    def test_a_removed_key_no_longer_decrypts(self) -> None:
        sealed = SecretBox([OLD]).encrypt("secret", purpose="p", tenant_id=1)

        with pytest.raises(DecryptionError):
            SecretBox([NEW]).decrypt(sealed, purpose="p", tenant_id=1)

    def test_rotation_needs_the_right_tenant(self) -> None:
        sealed = SecretBox([OLD]).encrypt("secret", purpose="p", tenant_id=1)

        with pytest.raises(DecryptionError):
            SecretBox([NEW, OLD]).rotate(sealed, purpose="p", tenant_id=2)

    def test_reads_the_keys_of_the_settings(self) -> None:
        settings = Settings(
            database_url=SecretStr("x"), system_database_url=SecretStr("x"), secret_keys=[NEW, OLD]
        )
        sealed = SecretBox([NEW]).encrypt("secret", purpose="p", tenant_id=None)

        assert SecretBox.from_settings(settings).decrypt(sealed, purpose="p", tenant_id=None)

    def test_needs_a_key(self) -> None:
        with pytest.raises(ValueError, match="at least one key"):
            SecretBox([])

    def test_shows_no_key(self) -> None:
        assert repr(SecretBox([NEW, OLD])) == "SecretBox(keys=2)"


class TestTokens:
    def test_are_long_and_differ(self) -> None:
        tokens = {generate_token() for _ in range(100)}

        assert len(tokens) == 100
        assert all(len(token) == 43 for token in tokens)

    @given(token=st.text(st.characters()), other=st.text(st.characters()))
    def test_match_their_own_hash_only(self, token: str, other: str) -> None:
        assert matches_token(token, hash_token(token))
        assert matches_token(other, hash_token(token)) == (token == other)


class TestApiKeyToken:
    def test_a_generated_key_is_read_back(self) -> None:
        key = ApiKeyToken.generate()

        parsed = ApiKeyToken.parse(key.text)

        assert parsed == key
        assert key.text.startswith(f"bl_{key.public_id}_")
        assert key.matches(key.secret_hash)

    def test_does_not_match_another_key(self) -> None:
        assert not ApiKeyToken.generate().matches(ApiKeyToken.generate().secret_hash)

    @given(position=st.integers(0, 64), typed=st.characters())
    @example(position=3, typed="\ud800")
    def test_a_mistyped_key_is_refused(self, position: int, typed: str) -> None:
        text = ApiKeyToken.generate().text
        assert len(text) == 65
        assume(typed != text[position])

        assert ApiKeyToken.parse(text[:position] + typed + text[position + 1 :]) is None

    @given(st.text() | st.from_regex(r"bl_[0-9a-zA-Z]{12}_[0-9a-zA-Z]{0,60}", fullmatch=True))
    def test_other_text_is_refused(self, text: str) -> None:
        assert ApiKeyToken.parse(text) is None

    def test_shows_no_secret(self) -> None:
        key = ApiKeyToken.generate()

        assert key.text not in repr(key)
        assert str(key) == f"bl_{key.public_id}_…"
