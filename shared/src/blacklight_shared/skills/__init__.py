"""The skill taxonomy: canonical ids for the many spellings of a skill."""

from blacklight_shared.skills.spelling import fold
from blacklight_shared.skills.taxonomy import (
    FIRST_ADDITION_ID,
    Skill,
    SkillConflictError,
    SkillMention,
    SkillTaxonomy,
)

__all__ = [
    "FIRST_ADDITION_ID",
    "Skill",
    "SkillConflictError",
    "SkillMention",
    "SkillTaxonomy",
    "fold",
]
