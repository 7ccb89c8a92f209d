"""Roles: what a title means, whoever wrote it and however."""

from blacklight_shared.roles.merges import RoleMergeError, forget_suggestions, merge_roles
from blacklight_shared.roles.registry import (
    RoleRef,
    canonical_role_id,
    ensure_roles,
    find_roles,
    learn_aliases,
    resolve_titles,
)
from blacklight_shared.roles.seed import SeedResult, SeedRole, builtin_roles, seed_roles
from blacklight_shared.roles.titles import display_name, is_generic_title, normalise_title

__all__ = [
    "RoleMergeError",
    "RoleRef",
    "SeedResult",
    "SeedRole",
    "builtin_roles",
    "canonical_role_id",
    "display_name",
    "ensure_roles",
    "find_roles",
    "forget_suggestions",
    "is_generic_title",
    "learn_aliases",
    "merge_roles",
    "normalise_title",
    "resolve_titles",
    "seed_roles",
]
