"""A firm's logo: made anew from what was uploaded, so that nothing but the picture is kept."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field

from blacklight_shared.crypto import generate_token
from blacklight_shared.models import TenantLogo
from PIL import Image, ImageOps
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from blacklight_api.audit.service import record
from blacklight_api.limits import MULTIPART_OVERHEAD_BYTES, RequestLimits
from blacklight_api.problems import ContentTooLarge, Unprocessable, UnsupportedMediaType
from blacklight_api.work import TenantWork

MAX_UPLOAD_BYTES = 2 * 1024 * 1024
LOGO_LIMITS = RequestLimits(max_body_bytes=MAX_UPLOAD_BYTES + MULTIPART_OVERHEAD_BYTES)
MAX_UPLOAD_PIXELS = 16_000_000
MAX_SIZE_PX = (800, 160)
"""Width and height of what is kept: four times what is shown, for sharp screens."""

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_KINDS = "A logo is a PNG, JPEG, WebP or GIF picture."


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG of ours."""

    content: bytes = field(repr=False)
    width_px: int
    height_px: int


async def find_logo(session: AsyncSession) -> TenantLogo | None:
    """The tenant's logo; None: it has none."""
    return await session.scalar(select(TenantLogo))


async def set_logo(work: TenantWork, upload: UploadFile) -> TenantLogo:
    """Show another logo from now on; it gets an address of its own.

    Raises:
        ContentTooLarge: It has more than 2 MiB.
        Unprocessable: It is empty, or has more than 16 million pixels.
        UnsupportedMediaType: It is no picture of a kind that is taken.
    """
    content = await upload.read(MAX_UPLOAD_BYTES + 1)
    if len(content) > MAX_UPLOAD_BYTES:
        raise ContentTooLarge(MAX_UPLOAD_BYTES)
    if not content:
        raise Unprocessable("file", "The picture is empty.")
    picture = await asyncio.to_thread(made_anew, content)
    await work.session.execute(delete(TenantLogo))
    logo = TenantLogo(
        tenant_id=work.tenant_id,
        token=generate_token(),
        content=picture.content,
        width_px=picture.width_px,
        height_px=picture.height_px,
    )
    work.session.add(logo)
    await work.session.flush()
    await record(work, "tenant.logo_changed", work.tenant_id)
    return logo


async def remove_logo(work: TenantWork) -> None:
    """Show the name instead; a second time changes nothing."""
    removed = delete(TenantLogo).returning(TenantLogo.tenant_id)
    if await work.session.scalar(removed) is not None:
        await record(work, "tenant.logo_removed", work.tenant_id)


def made_anew(content: bytes) -> Picture:
    """The picture that an upload holds, without anything else that it holds.

    Raises:
        Unprocessable: It has too many pixels.
        UnsupportedMediaType: It is no picture of a kind that is taken, or a broken one.
    """
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            _check_size(opened)
            picture = _drawn(opened)
    except Unprocessable:
        raise
    except Exception:
        raise UnsupportedMediaType(_KINDS) from None
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return Picture(written.getvalue(), *picture.size)


def _check_size(opened: Image.Image) -> None:
    # Told by the first bytes: nothing is unpacked yet.
    width, height = opened.size
    if width * height > MAX_UPLOAD_PIXELS:
        raise Unprocessable("file", f"Give at most {MAX_UPLOAD_PIXELS // 1_000_000} megapixels.")


def _drawn(opened: Image.Image) -> Image.Image:
    drawn = ImageOps.exif_transpose(opened).convert("RGBA")
    drawn.thumbnail(MAX_SIZE_PX)
    # What is told of a picture beside its pixels, such as where it was taken, stays behind.
    drawn.info.clear()
    return drawn
