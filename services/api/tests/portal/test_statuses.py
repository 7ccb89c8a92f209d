"""Every status can be read."""

from __future__ import annotations

from blacklight_api.portal.statuses import STATUS_WORDS


def test_every_status_of_every_kind_has_words() -> None:
    for of, words in STATUS_WORDS.items():
        [kind] = {type(status) for status in words}
        assert set(words) == set(kind), of


def test_no_two_statuses_of_a_kind_read_the_same() -> None:
    for of, words in STATUS_WORDS.items():
        assert len({one.label for one in words.values()}) == len(words), of
