"""What clients send and get about roles."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.models import AliasSource, RoleStatus
from pydantic import ConfigDict, Field

from blacklight_api.schemas import Line, RequestModel, ResponseModel, RowId


class RoleProposal(RequestModel):
    """A role that should exist."""

    name: Line

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Wind Turbine Technician"}]})


class RoleShown(ResponseModel):
    """A role, shared by all tenants."""

    id: int
    name: str
    status: RoleStatus
    merged_into_id: int | None = Field(description="The role that this one became part of.")
    created_at: datetime
    updated_at: datetime


class RoleAliasShown(ResponseModel):
    """Another name of a role."""

    id: int
    alias: str
    source: AliasSource
    created_at: datetime


class SimilarRole(ResponseModel):
    """An approved role that a role under review may be another name of."""

    id: int
    name: str
    similarity: float = Field(description="0-1, by letters and by meaning.")


class PendingRole(ResponseModel):
    """A role that waits for review."""

    id: int
    name: str
    created_at: datetime
    postings: int = Field(description="Open postings with this role that the caller may see.")
    candidates: int = Field(
        description="Candidates who want it: the tenant's own, or all for the platform."
    )
    can_review: bool = Field(
        description="Whether the calling key may decide: not where others' candidates want it."
    )
    suggestions: list[SimilarRole] = Field(
        description="The most similar first; empty until a worker has compared the role."
    )


class RoleMerge(RequestModel):
    """What a role becomes part of."""

    into_role_id: RowId = Field(description="An approved role.")

    model_config = ConfigDict(json_schema_extra={"examples": [{"into_role_id": 7}]})
