"""Whose mailboxes a caller may see: a person their own, with `integrations:admin` the tenant's."""

from __future__ import annotations

from blacklight_shared.models import EmailIntegration

from blacklight_api.auth.principal import ActorType, Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.integrations import queries
from blacklight_api.problems import Forbidden, NotFound
from blacklight_api.work import TenantWork


def visible_owner(principal: Principal) -> int | None:
    """The only person whose mailboxes the caller may see; None for the whole tenant.

    Raises:
        Forbidden: The caller is no person and may not see the tenant's.
    """
    if Scope.INTEGRATIONS_ADMIN in principal.scopes:
        return None
    return acting_user(principal)


def acting_user(principal: Principal) -> int:
    """The person who calls.

    Raises:
        Forbidden: The caller is a program; its key stands for no person.
    """
    if principal.actor.type is not ActorType.USER:
        raise Forbidden(
            "A key stands for no person, and mailboxes are personal;"
            f" this needs the scope {Scope.INTEGRATIONS_ADMIN.value}."
        )
    return int(principal.actor.id)


def owner_for(principal: Principal, wanted: int | None) -> int:
    """For whom a mailbox is connected.

    Args:
        principal: Who asks.
        wanted: The person that was named; None for the caller.

    Raises:
        Forbidden: It is someone else, or nobody is named and the caller is no person.
    """
    if wanted is None:
        return acting_user(principal)
    if visible_owner(principal) not in {None, wanted}:
        raise Forbidden("A mailbox can be connected for another person by an admin only.")
    return wanted


async def find_visible(
    work: TenantWork, integration_id: int, *, lock: bool = False
) -> EmailIntegration:
    """The mailbox, if the caller may see it.

    Raises:
        NotFound: There is none, or it is someone else's.
    """
    owner = visible_owner(work.principal)
    found = await queries.find_integration(work.session, integration_id, lock=lock)
    if found is None or owner not in {None, found.user_id}:
        raise NotFound("integration")
    return found
