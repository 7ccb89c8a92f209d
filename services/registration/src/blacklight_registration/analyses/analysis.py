"""Which analysis is meant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis of one registration.

    Attributes:
        tenant_id: Whose registration it is.
        registration_id: ``Registration.id``.
        number: ``Registration.analysis_number`` when it was asked for.
    """

    tenant_id: int
    registration_id: int
    number: int
