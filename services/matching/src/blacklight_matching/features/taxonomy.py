"""The skills a tenant's texts are read with."""

from __future__ import annotations

from blacklight_shared.models import TenantSkill
from blacklight_shared.skills import Skill, SkillTaxonomy
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def visible_taxonomy(session: AsyncSession) -> SkillTaxonomy:
    """The built-in skills with the additions of the session's tenant, if it has one."""
    additions = (await session.scalars(select(TenantSkill).order_by(TenantSkill.id))).all()
    if not additions:
        return SkillTaxonomy.builtin()
    return SkillTaxonomy.builtin().with_additions(
        Skill(id=skill.id, name=skill.name, aliases=tuple(skill.aliases)) for skill in additions
    )
