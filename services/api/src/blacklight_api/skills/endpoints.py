"""HTTP endpoints of a tenant's skills."""

from __future__ import annotations

from typing import Annotated

from blacklight_api.auth.scopes import Scope
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.skills import service
from blacklight_api.skills.schemas import SkillCreate, SkillShown
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/skills", "skills")


@router.post("", status_code=201, responses=problem_responses(409))
async def create_skill(
    wanted: SkillCreate, work: Annotated[TenantWork, tenant_work(Scope.SKILLS_WRITE)]
) -> SkillShown:
    """Add a skill that the built-in taxonomy lacks; CVs and postings read from now on know it."""
    return SkillShown.model_validate(await service.create(work, wanted))


@router.get("")
async def list_skills(
    work: Annotated[TenantWork, tenant_work(Scope.SKILLS_READ)], requested: RequestedPage
) -> Page[SkillShown]:
    """List the skills that the tenant added, the newest first."""
    return await service.page(work, requested)
