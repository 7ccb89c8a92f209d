"""Finding what has no current embedding and making it, in batches that survive a bad text."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

import structlog
from blacklight_shared.events import EmbeddedEntity
from blacklight_shared.workflows import ApiError, WorkflowError, translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.embedding_backlog import OwnedIds, count_entities, next_entities
from blacklight_matching.embedding_store import Subject, stale_texts
from blacklight_matching.features.candidates import prepare_candidates
from blacklight_matching.features.postings import prepare_postings
from blacklight_matching.steps.embedding import embed_stale

LOOKS_PER_STEP = 50
"""Batches of ids that one step goes through before it reports that all of them are current."""

# The service took the call and refuses what it carries: one of the texts.
_REFUSED_FOR_CONTENT = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)

_SUBJECTS = {
    EmbeddedEntity.JOBS: Subject.POSTING,
    EmbeddedEntity.CANDIDATES: Subject.CANDIDATE,
}
_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StaleBatch:
    """What to embed next.

    Attributes:
        groups: By owner; empty when everything that was looked at is current.
        looked_at: How many postings or candidates were looked at.
        after_id: Where to go on.
        is_last: Whether there are none beyond.
    """

    groups: list[OwnedIds]
    looked_at: int
    after_id: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class EmbeddedBatch:
    """What became of a batch.

    Attributes:
        embedded: How many were embedded.
        failed_ids: Those that were not.
        is_service_down: Whether they failed because the model cannot be used at all.
    """

    embedded: int
    failed_ids: list[int]
    is_service_down: bool


@translating_errors("count what may be embedded")
async def count_embeddable(deps: MatchingDeps, entity: EmbeddedEntity) -> int:
    """How many postings or candidates a round goes through."""
    async with deps.database.system_session() as session:
        return await count_entities(session, entity)


@translating_errors("find stale embeddings")
async def find_stale(
    deps: MatchingDeps, entity: EmbeddedEntity, after_id: int, batch_size: int
) -> StaleBatch:
    """Find the next postings or candidates without a current embedding.

    Args:
        deps: The worker's connections.
        entity: What is looked for.
        after_id: Where the last look ended.
        batch_size: How many to find at most.
    """
    looked_at = 0
    for _look in range(LOOKS_PER_STEP):
        async with deps.database.system_session() as session:
            owned = await next_entities(session, entity, after_id=after_id, limit=batch_size)
        seen = [entity_id for group in owned for entity_id in group.ids]
        looked_at += len(seen)
        after_id = max(seen, default=after_id)
        stale = [found for group in owned if (found := await _stale(deps, entity, group)).ids]
        is_last = len(seen) < batch_size
        if stale or is_last:
            return StaleBatch(stale, looked_at, after_id, is_last)
    return StaleBatch([], looked_at, after_id, is_last=False)


@translating_errors("embed batch")
async def embed_batch(
    deps: MatchingDeps, entity: EmbeddedEntity, groups: list[OwnedIds], *, is_last_attempt: bool
) -> EmbeddedBatch:
    """Embed a batch; texts that the model refuses do not keep it from the others.

    Args:
        deps: The worker's connections.
        entity: What is embedded.
        groups: By owner.
        is_last_attempt: Whether a temporary failure counts as one, instead of being raised for
            another attempt.

    Raises:
        WorkflowError: The model cannot be used for the moment.
    """
    embedded = 0
    failed_ids: list[int] = []
    for number, group in enumerate(groups):
        try:
            failed = await _embed_halving(deps, entity, group)
        except WorkflowError as error:
            if error.is_retriable and not is_last_attempt:
                raise
            _log.warning(
                "a batch could not be embedded", ids=group.ids, entity=entity, error=str(error)
            )
            failed_ids += [entity_id for rest in groups[number:] for entity_id in rest.ids]
            return EmbeddedBatch(embedded, failed_ids, is_service_down=True)
        embedded += len(group.ids) - len(failed)
        failed_ids += failed
    return EmbeddedBatch(embedded, failed_ids, is_service_down=False)


async def _stale(deps: MatchingDeps, entity: EmbeddedEntity, group: OwnedIds) -> OwnedIds:
    prepare = prepare_postings if entity is EmbeddedEntity.JOBS else prepare_candidates
    async with deps.session(group.tenant_id) as session:
        await prepare(session, group.ids)
        stale = await stale_texts(session, _SUBJECTS[entity], group.ids, deps.space)
    return OwnedIds(group.tenant_id, [text.subject_id for text in stale])


async def _embed_halving(deps: MatchingDeps, entity: EmbeddedEntity, group: OwnedIds) -> list[int]:
    """Embed what can be; a batch that is refused is halved until the bad text is alone."""
    try:
        await embed_stale(deps, _SUBJECTS[entity], group.tenant_id, group.ids)
    except ApiError as error:
        if error.status not in _REFUSED_FOR_CONTENT:
            raise
        if len(group.ids) == 1:
            _log.warning(
                "a text cannot be embedded", ids=group.ids, entity=entity, error=str(error)
            )
            return group.ids
        middle = len(group.ids) // 2
        halves = (group.ids[:middle], group.ids[middle:])
        return [
            failed
            for half in halves
            for failed in await _embed_halving(deps, entity, OwnedIds(group.tenant_id, half))
        ]
    return []
