"""Passwords of people."""

from __future__ import annotations

import argon2
import pytest
from argon2.exceptions import VerifyMismatchError
from blacklight_shared import passwords
from blacklight_shared.passwords import hash_password, needs_rehash, verify_password


def test_verifies_the_password_only() -> None:
    stored = hash_password("correct horse")

    assert verify_password("correct horse", stored)
    assert not verify_password("correct horsf", stored)


def test_is_argon2id_with_a_salt() -> None:
    first, second = hash_password("same"), hash_password("same")

    assert first.startswith("$argon2id$")
    assert first != second


def test_nobody_signs_in_without_a_stored_password() -> None:
    assert not verify_password("anything", None)


def test_nobody_costs_as_much_as_somebody() -> None:
    hasher = argon2.PasswordHasher()
    stands_in = passwords._unmatchable_hash(hasher)

    assert not hasher.check_needs_rehash(stands_in)
    with pytest.raises(VerifyMismatchError):
        hasher.verify(stands_in, "anything")


def test_a_damaged_hash_matches_nothing() -> None:
    assert not verify_password("anything", "not a hash")


@pytest.mark.parametrize("password", ["", "x" * 1_025])
def test_refuses_lengths_out_of_range(password: str) -> None:
    with pytest.raises(ValueError, match="1 to 1024 characters"):
        hash_password(password)


def test_an_endless_password_is_wrong_without_hashing_it() -> None:
    assert not verify_password("x" * 1_025, hash_password("x"))


def test_a_password_that_is_no_text_is_wrong() -> None:
    assert not verify_password("\ud800", hash_password("x"))


def test_weaker_parameters_want_a_rehash() -> None:
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x")

    assert needs_rehash(weak)
    assert not needs_rehash(hash_password("x"))
