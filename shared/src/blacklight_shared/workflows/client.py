"""The connection of an app to the engine."""

from __future__ import annotations

import logging
from datetime import timedelta

import inngest

from blacklight_shared.settings import Settings
from blacklight_shared.workflows.observability import TracePropagation

EVENT_API_TIMEOUT = timedelta(seconds=10)


def create_client(app_id: str, settings: Settings) -> inngest.Inngest:
    """The client of one app; the relay uses one too.

    Args:
        app_id: Name of the app at the engine, such as ``"blacklight-matching"``.
        settings: Where the engine is, and the keys. Outside of ``INNGEST_DEV`` requests of the
            engine must be signed, and so are ours; ``INNGEST_SIGNING_KEY_FALLBACK`` is the old key
            while keys are rotated.
    """
    event_key, signing_key = settings.inngest_event_key, settings.inngest_signing_key
    return inngest.Inngest(
        app_id=app_id,
        is_production=not settings.inngest_dev,
        api_base_url=settings.inngest_base_url,
        event_api_base_url=settings.inngest_base_url,
        event_key=None if event_key is None else event_key.get_secret_value(),
        signing_key=None if signing_key is None else signing_key.get_secret_value(),
        logger=logging.getLogger("inngest"),
        middleware=[TracePropagation],
        request_timeout=EVENT_API_TIMEOUT,
        serializer=inngest.PydanticSerializer(),
    )
