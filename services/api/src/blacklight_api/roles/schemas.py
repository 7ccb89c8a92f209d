"""What clients send and get about roles."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.models import AliasSource, RoleStatus
from pydantic import ConfigDict, Field

from blacklight_api.schemas import Line, RequestModel, ResponseModel


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
