"""How many steps of a workflow run at once, so that no tenant takes the workers from the others."""

from __future__ import annotations

from dataclasses import dataclass

import inngest

TENANT_KEY = "event.data.tenant_id"


def per_tenant(limit: int) -> inngest.Concurrency:
    """At most ``limit`` steps of the workflow at once for each tenant."""
    return inngest.Concurrency(limit=limit, key=TENANT_KEY)


def one_per(field: str) -> inngest.Concurrency:
    """One step at a time for each value of a field of the event."""
    return inngest.Concurrency(limit=1, key=f"event.data.{field}")


@dataclass(frozen=True, slots=True)
class ConcurrencyConfig:
    """Limits by kind of work; all are per tenant, but for ``bootstrap``.

    Attributes:
        analysis: Scoring and other work that keeps a processor busy.
        embeddings: Calls to an embedding model.
        document_processing: Reading of documents: short, many at a time.
        comparison: Work on pairs of large sets.
        generation: Text made by a language model.
        bootstrap: Work on the whole installation, such as building an index: one at a time.
    """

    analysis: inngest.Concurrency
    embeddings: inngest.Concurrency
    document_processing: inngest.Concurrency
    comparison: inngest.Concurrency
    generation: inngest.Concurrency
    bootstrap: inngest.Concurrency


CONCURRENCY = ConcurrencyConfig(
    analysis=per_tenant(5),
    embeddings=per_tenant(3),
    document_processing=per_tenant(10),
    comparison=per_tenant(3),
    generation=per_tenant(5),
    bootstrap=inngest.Concurrency(limit=1),
)
