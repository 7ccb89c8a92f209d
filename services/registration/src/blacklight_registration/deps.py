"""What the workflows of this service are given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from blacklight_shared.database import Database
from blacklight_shared.llm import LanguageModel, LlmSettings, create_language_model
from blacklight_shared.outbound import Fetcher
from blacklight_shared.skills import SkillTaxonomy

from blacklight_registration.linkedin.enrichment import create_linkedin_provider
from blacklight_registration.linkedin.provider import LinkedInProvider
from blacklight_registration.settings import RegistrationSettings


@dataclass(frozen=True, slots=True)
class RegistrationDeps:
    """What lives as long as the worker.

    Attributes:
        database: The database.
        fetcher: The guarded way to the web.
        linkedin: Tells what stands in a LinkedIn profile.
        language_model: Writes summaries; None where none is configured.
        taxonomy: Names technologies.
        settings: Limits and delays.
    """

    database: Database
    fetcher: Fetcher
    linkedin: LinkedInProvider
    language_model: LanguageModel | None
    taxonomy: SkillTaxonomy
    settings: RegistrationSettings


@asynccontextmanager
async def open_deps(settings: RegistrationSettings) -> AsyncIterator[RegistrationDeps]:
    """Open the connections, and close them at the end."""
    async with AsyncExitStack() as opened:
        database = Database.from_settings(settings)
        opened.push_async_callback(database.close)
        fetcher = await opened.enter_async_context(
            Fetcher(
                settings.destinations,
                user_agent=settings.user_agent,
                connections=settings.registration_connections,
            )
        )
        linkedin = create_linkedin_provider(settings)
        opened.push_async_callback(linkedin.aclose)
        language_model = create_language_model(LlmSettings())
        if language_model is not None:
            opened.push_async_callback(language_model.aclose)
        yield RegistrationDeps(
            database, fetcher, linkedin, language_model, SkillTaxonomy.builtin(), settings
        )
