"""The emulated embedding services as a client meets them, over real HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from blacklight_devstack.emulators.embedding_services import API_KEY, ServiceName, embed
from blacklight_devstack.emulators.embeddings import Control, Fault, FaultOrder, create_app
from blacklight_devstack.emulators.serving import serving
from blacklight_devstack.ports import LOOPBACK, free_port

BEARER = {"Authorization": f"Bearer {API_KEY}"}
KEYS: dict[str, dict[str, str]] = {
    "openai": BEARER,
    "voyage": BEARER,
    "gemini": {"x-goog-api-key": API_KEY},
}
PATHS = {
    "openai": "/openai/v1/embeddings",
    "voyage": "/voyage/v1/embeddings",
    "gemini": "/gemini/v1beta/models/gemini-embedding-001:batchEmbedContents",
}
SERVICES: list[ServiceName] = ["openai", "voyage", "gemini"]


def body(service: ServiceName, texts: list[str]) -> dict[str, Any]:
    if service == "gemini":
        model = "models/gemini-embedding-001"
        return {
            "requests": [{"model": model, "content": {"parts": [{"text": text}]}} for text in texts]
        }
    model = "text-embedding-3-small" if service == "openai" else "voyage-4"
    return {"model": model, "input": texts}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(create_app()) as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url) as client:
        client.delete("/control").raise_for_status()
        yield client


class TestLimits:
    @pytest.mark.parametrize(("service", "limit"), [("voyage", 128), ("gemini", 100)])
    def test_too_many_texts_are_refused(
        self, client: httpx.Client, service: ServiceName, limit: int
    ) -> None:
        fits = client.post(PATHS[service], json=body(service, ["a"] * limit), headers=KEYS[service])
        assert fits.status_code == 200
        too_many = client.post(
            PATHS[service], json=body(service, ["a"] * (limit + 1)), headers=KEYS[service]
        )
        assert too_many.status_code == 400

    @pytest.mark.parametrize("service", SERVICES)
    @pytest.mark.parametrize("texts", [[], [""]])
    def test_nothing_to_embed_is_refused(
        self, client: httpx.Client, service: ServiceName, texts: list[str]
    ) -> None:
        answer = client.post(PATHS[service], json=body(service, texts), headers=KEYS[service])
        assert answer.status_code == 400


class TestErrors:
    @pytest.mark.parametrize(
        ("service", "missing", "wrong"),
        [("openai", 401, 401), ("voyage", 401, 401), ("gemini", 403, 400)],
    )
    def test_keys(
        self, client: httpx.Client, service: ServiceName, missing: int, wrong: int
    ) -> None:
        header = next(iter(KEYS[service]))
        without = client.post(PATHS[service], json=body(service, ["a"]))
        other = client.post(PATHS[service], json=body(service, ["a"]), headers={header: "other"})
        assert (without.status_code, other.status_code) == (missing, wrong)

    def test_each_service_has_its_own_shape(self, client: httpx.Client) -> None:
        answers = {name: client.post(PATHS[name], json={}, headers=KEYS[name]) for name in SERVICES}
        assert [answer.status_code for answer in answers.values()] == [400, 400, 400]
        assert set(answers["openai"].json()["error"]) == {"message", "type", "param", "code"}
        assert set(answers["voyage"].json()) == {"detail"}
        assert answers["gemini"].json()["error"]["status"] == "INVALID_ARGUMENT"

    @pytest.mark.parametrize("service", SERVICES)
    def test_a_rate_limit_says_when_to_come_back(
        self, client: httpx.Client, url: str, service: ServiceName
    ) -> None:
        control = Control(url)
        control.order(FaultOrder(service=service, fault=Fault.RATE_LIMITED, delay_seconds=7))
        answer = client.post(PATHS[service], json=body(service, ["a"]), headers=KEYS[service])
        control.close()
        assert answer.status_code == 429
        if service == "gemini":
            assert answer.json()["error"]["details"][0]["retryDelay"] == "7s"
        else:
            assert answer.headers["Retry-After"] == "7"


class TestFaults:
    def test_hold_for_as_many_calls_as_ordered(self, client: httpx.Client) -> None:
        order = {"service": "openai", "fault": "server_error", "times": 2}
        client.post("/control/faults", json=order).raise_for_status()

        def call(service: ServiceName) -> int:
            return client.post(
                PATHS[service], json=body(service, ["a"]), headers=KEYS[service]
            ).status_code

        assert call("voyage") == 200
        assert [call("openai") for _ in range(3)] == [500, 500, 200]

    def test_an_order_that_cannot_be_carried_out_is_refused(self, client: httpx.Client) -> None:
        for order in (
            {"service": "gemini", "fault": "reversed"},
            {"service": "gemini", "fault": "no_such_fault"},
            {"service": "cohere", "fault": "slow"},
        ):
            assert client.post("/control/faults", json=order).status_code == 422


class TestVectors:
    def test_are_deterministic_and_of_unit_length(self) -> None:
        one, same = embed("voyage-4", "Staff nurse", 256), embed("voyage-4", "staff NURSE", 256)
        np.testing.assert_array_equal(one, same)
        np.testing.assert_allclose(np.linalg.norm(one), 1, rtol=1e-6)

    def test_words_in_common_make_texts_alike(self) -> None:
        nurse, other_nurse, welder = (
            embed("voyage-4", text, 1024) for text in ("staff nurse", "night nurse", "welder")
        )
        assert nurse @ other_nurse > 0.3 > abs(nurse @ welder)

    def test_models_have_spaces_of_their_own(self) -> None:
        assert abs(embed("voyage-4", "nurse", 1024) @ embed("voyage-4-lite", "nurse", 1024)) < 0.2


def test_runs_as_a_program() -> None:
    port = free_port()
    module = "blacklight_devstack.emulators.embeddings"
    with subprocess.Popen(  # noqa: S603 -- a module of this workspace
        [sys.executable, "-m", module, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as program:
        try:
            assert _get(f"http://{LOOPBACK}:{port}/control/calls") == []
        finally:
            program.terminate()


def _get(url: str) -> Any:
    deadline = time.monotonic() + 30
    while True:
        try:
            return httpx.get(url).raise_for_status().json()
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
