"""What can be done with a tenant's skills."""

from __future__ import annotations

from blacklight_shared.models import TenantSkill
from blacklight_shared.skills import FIRST_ADDITION_ID, Skill, SkillTaxonomy
from blacklight_shared.skills.spelling import key_of

from blacklight_api.audit.service import record
from blacklight_api.conflicts import conflict_on
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Conflict, FieldError, Unprocessable
from blacklight_api.skills import queries
from blacklight_api.skills.schemas import SkillCreate, SkillShown
from blacklight_api.work import TenantWork

UNIQUE_NAME = "uq_tenant_skills_tenant_id_normalized_name"
_NOT_YET_STORED = -1


async def create(work: TenantWork, wanted: SkillCreate) -> TenantSkill:
    """Add a skill to the tenant's taxonomy.

    Raises:
        Unprocessable: The name holds no letter or digit.
        Conflict: A spelling belongs to another skill already; the error names both.
    """
    normalized = key_of(wanted.name)
    if not normalized:
        raise Unprocessable("name", "Give a name with letters or digits.")
    await _refuse_known_spellings(work, wanted)
    skill = TenantSkill(
        tenant_id=work.tenant_id,
        name=wanted.name,
        normalized_name=normalized,
        aliases=wanted.aliases,
    )
    work.session.add(skill)
    with conflict_on(UNIQUE_NAME, field="name", message="The tenant has this skill already."):
        await work.session.flush()
    await work.session.refresh(skill)
    await record(work, "skill.created", skill.id, details={"name": skill.name})
    return skill


async def page(work: TenantWork, requested: PageRequest) -> Page[SkillShown]:
    """One page of the tenant's skills, the newest first."""
    rows = await queries.list_skills(
        work.session, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=SkillShown.model_validate, key=lambda row: IdKey(id=row.id))


async def _refuse_known_spellings(work: TenantWork, wanted: SkillCreate) -> None:
    taxonomy = await tenant_taxonomy(work)
    candidate = Skill(id=_NOT_YET_STORED, name=wanted.name, aliases=tuple(wanted.aliases))
    owners = taxonomy.conflicts(candidate)
    if not owners:
        return
    raise Conflict(
        "Some spellings belong to other skills.",
        errors=[
            FieldError(field=_field_of(wanted, spelling), message=_belongs_to(taxonomy, owner))
            for spelling, owner in owners.items()
        ],
    )


async def tenant_taxonomy(work: TenantWork) -> SkillTaxonomy:
    """The built-in taxonomy with what the tenant added."""
    return SkillTaxonomy.builtin().with_additions(
        Skill(id=row.id, name=row.name, aliases=tuple(row.aliases))
        for row in await queries.all_skills(work.session)
    )


async def names_of(work: TenantWork, skill_ids: set[int]) -> dict[int, str]:
    """Canonical names by id; ids that no longer exist are left out."""
    builtin = SkillTaxonomy.builtin().skills
    names = {i: builtin[i].name for i in skill_ids if i in builtin}
    added = {i for i in skill_ids if i >= FIRST_ADDITION_ID}
    return names | await queries.skill_names(work.session, added)


def _field_of(wanted: SkillCreate, spelling: str) -> str:
    return "name" if spelling == wanted.name else f"aliases.{wanted.aliases.index(spelling)}"


def _belongs_to(taxonomy: SkillTaxonomy, skill_id: int) -> str:
    return f"This spelling belongs to the skill {taxonomy.name(skill_id)}."
