"""What the pages of matches share: filters, and where to go back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from blacklight_shared.matching import Grade
from blacklight_shared.models import MatchStatus
from fastapi import Depends, Query

from blacklight_api.matches.queries import MatchFilter


@dataclass(frozen=True, slots=True)
class WantedMatches:
    """The matches that a person wants to see; empty means all."""

    statuses: list[MatchStatus]
    grades: list[Grade]

    @property
    def filter(self) -> MatchFilter:
        """The filter that the service takes beside the grades."""
        return MatchFilter(statuses=self.statuses)


def wanted_matches(
    status: Annotated[list[MatchStatus], Query()] = [],  # noqa: B006 -- FastAPI copies it
    grade: Annotated[list[Grade], Query()] = [],  # noqa: B006 -- FastAPI copies it
) -> WantedMatches:
    """Dependency: the matches that the address asks for."""
    return WantedMatches(status, grade)


Wanted = Annotated[WantedMatches, Depends(wanted_matches)]
