"""Events as senders write them."""

import json

import pytest
from blacklight_devstack.engine.ids import EventIdSeed
from blacklight_devstack.engine.intake import InvalidEventError, read_events
from blacklight_devstack.engine.model import EVENT_MAX_BYTES
from ulid import ULID

NOW_MS = 1_700_000_000_000
SEED = "1743130137367,eii2YKXRVTJPuA=="


def read(body: object, seed: str | None = None) -> list[dict[str, object]]:
    encoded = json.dumps(body).encode()
    events = read_events(encoded, EventIdSeed.from_header(seed), NOW_MS)
    return [event.as_dict() | {"internal_id": event.internal_id} for event in events]


class TestRead:
    def test_what_is_missing_is_filled_in(self) -> None:
        [event] = read({"name": "a/b", "data": None})

        assert event["data"] == {}
        assert event["ts"] == NOW_MS
        assert event["id"] == event["internal_id"]
        assert ULID.from_str(str(event["id"])).milliseconds == NOW_MS

    def test_what_is_given_is_kept(self) -> None:
        [event] = read(
            [{"name": "a", "id": "mine", "ts": 1_600_000_000_000, "data": {"x": 1}, "v": "2"}]
        )

        assert (event["id"], event["ts"], event["data"], event["v"]) == (
            "mine",
            1_600_000_000_000,
            {"x": 1},
            "2",
        )
        assert event["internal_id"] != "mine"

    def test_the_engines_own_metadata_cannot_be_sent(self) -> None:
        [event] = read({"name": "a", "data": {"_inngest": {"fn_id": "x"}, "x": 1}})

        assert event["data"] == {"x": 1}

    def test_an_event_of_the_largest_size_is_taken(self) -> None:
        frame = len(json.dumps({"name": "a", "data": {"t": ""}}, separators=(",", ":")))

        assert read({"name": "a", "data": {"t": "x" * (EVENT_MAX_BYTES - frame)}})
        with pytest.raises(InvalidEventError, match=r"524289 bytes; at most 524288"):
            read({"name": "a", "data": {"t": "x" * (EVENT_MAX_BYTES - frame + 1)}})

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"data": {}}, "name"),
            ({"name": 5}, "name"),
            ({"name": "x" * 513}, "name"),
            ({"name": "inngest/function.failed"}, "reserved"),
            ({"name": "a", "data": []}, "data"),
            ({"name": "a", "user": 1}, "user"),
            ({"name": "a", "ts": "now"}, "ts"),
            ({"name": "a", "ts": 5}, "ts"),
            ("text", "JSON object"),
            ([{"name": "a"}, {}], "event 2 of 2"),
            ([{"name": "a"}] * 5_001, "5000"),
        ],
    )
    def test_what_is_wrong_is_named(self, body: object, message: str) -> None:
        with pytest.raises(InvalidEventError, match=message):
            read(body)

    def test_a_body_that_is_not_json_is_refused(self) -> None:
        with pytest.raises(InvalidEventError, match="not JSON"):
            read_events(b"{", None, NOW_MS)


class TestSeed:
    def test_the_same_request_gets_the_same_ids_again(self) -> None:
        first, second = (read([{"name": "a"}, {"name": "b"}], SEED) for _ in range(2))

        assert first == second
        assert first[0]["internal_id"] != first[1]["internal_id"]

    def test_ids_are_those_of_the_protocol(self) -> None:
        """Ten bytes of entropy with the position added to the last four, after the milliseconds."""
        seed = EventIdSeed(1, bytes(9) + b"\xff")

        assert seed.id_at(1) == "00000000010000000000000080"

    @pytest.mark.parametrize("header", [None, "", "x,y", "0,eii2YKXRVTJPuA==", "5,AAAA", "5"])
    def test_anything_malformed_counts_as_absent(self, header: str | None) -> None:
        assert EventIdSeed.from_header(header) is None
