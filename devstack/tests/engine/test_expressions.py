"""CEL over events, as the real server evaluates it."""

import pytest
from blacklight_devstack.engine.expressions import (
    EqualityKey,
    ExpressionError,
    check_expression,
    equality_key,
    evaluate,
    key_of,
    matches,
    value_at,
)
from blacklight_devstack.engine.model import Event
from hypothesis import given
from hypothesis import strategies as st

json_scalars = (
    st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.booleans()
    | st.none()
)


def event(**data: object) -> Event:
    return Event(internal_id="i", id="i", name="n", data=data, ts_ms=0)


class TestMatches:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (None, True),
            ("event.data.amount > 99.5", True),
            ("event.data.amount == 100 && event.name == 'n'", True),
            ("event.data.name == 'Ann'", True),
            ("event.data.name.startsWith('A')", True),
            ("'b' in event.data.tags", True),
            ("has(event.data.name) && !has(event.data.missing)", True),
            ("event.data.missing == null", True),
            ("event.data.missing != 'x'", True),
            ("event.data.missing.deeper == 'x'", False),
            ("event.data.missing > 3", False),
            ("event.data.name > 3", False),
            ("event.data.name", False),
            ("unknown == 1", False),
        ],
    )
    def test_on_one_event(self, text: str | None, expected: bool) -> None:
        subject = event(amount=100, name="Ann", tags=["a", "b"])

        assert matches(text, subject) is expected

    def test_async_is_the_event_that_came_in(self) -> None:
        text = "event.data.id == async.data.id && async.data.level > 2"

        assert matches(text, event(id=1), event(id=1, level=3))
        assert not matches(text, event(id=1), event(id=1, level=2))
        assert not matches(text, event(id=1), event(id=2, level=3))

    def test_looking_for_a_missing_attribute_leaves_the_event_as_it_was(self) -> None:
        subject = event(name="Ann")

        matches("event.data.missing.deeper == 1 && event.data.other == 2", subject)

        assert subject.data == {"name": "Ann"}

    def test_a_path_inside_a_text_is_text(self) -> None:
        assert evaluate("'event.data.missing'", event()) == "event.data.missing"


@pytest.mark.parametrize("text", ["event.data. == 1", "a &&", "(", ""])
def test_what_does_not_parse_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="is not a CEL expression"):
        check_expression(text)


class TestKey:
    @given(left=json_scalars, right=json_scalars)
    def test_keys_are_equal_when_values_are(self, left: object, right: object) -> None:
        keys = [key_of("event.data.v", event(v=value)) for value in (left, right)]

        same = left == right and isinstance(left, bool) is isinstance(right, bool)
        assert (keys[0] == keys[1]) is same


class TestEqualityKey:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("event.data.id == async.data.id", EqualityKey("data.id", "7")),
            ("async.data.id == event.data.id", EqualityKey("data.id", "7")),
            ("async.data.level > 2 && async.data.id == event.data.id", EqualityKey("data.id", "7")),
            ('async.data.source == "web"', EqualityKey("data.source", '"web"')),
            ("async.data.id == event.data.missing", EqualityKey("data.id", "null")),
            ("async.data.a == async.data.b", None),
            ("async.data.id == event.data.id || async.data.force == true", None),
            ("!(async.data.id == event.data.id)", None),
            (None, None),
        ],
    )
    def test_is_what_every_match_must_have(
        self, text: str | None, expected: EqualityKey | None
    ) -> None:
        assert equality_key(text, event(id=7)) == expected

    @given(known=json_scalars, given_=json_scalars)
    def test_never_hides_a_match(self, known: object, given_: object) -> None:
        text = "event.data.id == async.data.id"
        key = equality_key(text, event(id=known))

        assert key is not None
        if matches(text, event(id=known), event(id=given_)):
            assert value_at(event(id=given_), key.path) == key.value
