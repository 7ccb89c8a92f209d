"""Logos: drawn anew, served to everyone, and never anything but a picture."""

from __future__ import annotations

import io
import zlib
from typing import Any

import httpx
import pytest
from blacklight_api.problems import Unprocessable, UnsupportedMediaType
from blacklight_api.tenants.logos import MAX_SIZE_PX, MAX_UPLOAD_BYTES, made_anew
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from services.api.tests.conftest import Tenant

PATH = "/api/v1/tenant/logo"


def drawn(kind: str = "PNG", size: tuple[int, int] = (1_200, 300), **options: Any) -> bytes:
    """A picture as people upload it."""
    written = io.BytesIO()
    Image.new("RGB", size, (11, 110, 79)).save(written, kind, **options)
    return written.getvalue()


def told() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "<script>alert(1)</script>")
    return info


async def put(tenant: Tenant, content: bytes) -> httpx.Response:
    return await tenant.http.put(PATH, files={"file": ("logo.png", content, "image/png")})


class TestDrawing:
    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
    def test_every_kind_becomes_a_small_png(self, kind: str) -> None:
        made = made_anew(drawn(kind))
        with Image.open(io.BytesIO(made.content)) as picture:
            assert picture.format == "PNG"
            assert picture.size == (made.width_px, made.height_px) == (640, 160)

    def test_a_small_one_keeps_its_size(self) -> None:
        assert made_anew(drawn(size=(60, 20))).width_px == 60

    def test_what_hides_in_a_picture_stays_behind(self) -> None:
        made = made_anew(drawn(pnginfo=told()) + b"<script>alert(2)</script>")
        assert b"script" not in made.content

    def test_one_that_would_unpack_to_gigabytes_is_refused_unopened(self) -> None:
        with pytest.raises((Unprocessable, UnsupportedMediaType)):
            made_anew(_claims(60_000, 60_000))
        with pytest.raises(Unprocessable) as caught:
            made_anew(_claims(5_000, 4_000))
        assert caught.value.errors[0].message == "Give at most 16 megapixels."

    @pytest.mark.parametrize(
        "content",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"%PDF-1.7",
            b"GIF89a",
            drawn()[:200],
            b"\x89PNG\r\n\x1a\n",
        ],
        ids=["svg", "pdf", "gif without a picture", "cut off", "png without a picture"],
    )
    def test_what_is_no_picture_is_refused(self, content: bytes) -> None:
        with pytest.raises(UnsupportedMediaType):
            made_anew(content)

    @given(
        kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
        place=st.integers(0, 2_000),
        noise=st.binary(max_size=16),
    )
    def test_a_damaged_one_is_drawn_or_refused(self, kind: str, place: int, noise: bytes) -> None:
        whole = drawn(kind, (40, 20))
        damaged = whole[: place % len(whole)] + noise + whole[place % len(whole) + len(noise) :]
        try:
            made = made_anew(damaged)
        except (Unprocessable, UnsupportedMediaType):
            return
        assert made.width_px <= MAX_SIZE_PX[0]
        assert made.height_px <= MAX_SIZE_PX[1]


class TestServing:
    async def test_everyone_sees_it_and_each_has_an_address_of_its_own(
        self, tenant: Tenant, anonymous: httpx.AsyncClient
    ) -> None:
        first = (await put(tenant, drawn())).json()
        second = (await put(tenant, drawn("JPEG"))).json()
        assert first["path"] != second["path"]
        assert (await anonymous.get(first["path"])).status_code == 404

        shown = await anonymous.get(second["path"])
        assert shown.headers["content-type"] == "image/png"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert shown.headers["content-security-policy"].startswith("default-src 'none'")
        assert "immutable" in shown.headers["cache-control"]
        assert made_anew(shown.content).width_px == second["width_px"]

        for _ in range(2):
            assert (await tenant.http.delete(PATH)).status_code == 204
        assert (await anonymous.get(second["path"])).status_code == 404
        entries = (await tenant.get("/api/v1/audit-log", entity_type="tenant"))["items"]
        actions = [entry["action"] for entry in entries]
        assert actions[:3] == ["tenant.logo_removed", "tenant.logo_changed", "tenant.logo_changed"]

    async def test_what_is_too_large_is_refused(self, tenant: Tenant) -> None:
        assert (await put(tenant, b"\x00" * (MAX_UPLOAD_BYTES + 1))).status_code == 413
        assert (await put(tenant, b"")).status_code == 422
        assert (await put(tenant, b"<svg/>")).status_code == 415


def _claims(width: int, height: int) -> bytes:
    """A PNG whose first bytes tell a size that nothing follows up."""
    whole = bytearray(drawn(size=(1, 1)))
    whole[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    header = bytes(whole[12:29])
    whole[29:33] = zlib.crc32(header).to_bytes(4, "big")
    return bytes(whole)
