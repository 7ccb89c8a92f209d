"""What people do about their own account; everyone may, whatever their role."""

from __future__ import annotations

from blacklight_shared.models import PortalUser

from blacklight_api.accounts.schemas import NotificationForm, ProfileForm
from blacklight_api.audit.service import record
from blacklight_api.auth.sessions import Sessions
from blacklight_api.problems import NotFound
from blacklight_api.users.queries import find_user
from blacklight_api.work import TenantWork


async def own(work: TenantWork, user_id: int) -> PortalUser:
    """The person themselves.

    Raises:
        NotFound: They were deleted meanwhile.
    """
    user = await find_user(work.session, user_id)
    if user is None:
        raise NotFound("account")
    return user


async def change(
    work: TenantWork, sessions: Sessions, user_id: int, wanted: ProfileForm | NotificationForm
) -> None:
    """Change what the form names.

    Raises:
        NotFound: As ``own``.
    """
    user = await own(work, user_id)
    given = wanted.model_dump()
    changed = [name for name, value in given.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, given[name])
    if changed:
        await work.session.flush()
        await record(work, "user.updated", user.id, fields=changed)
        sessions.forget(user.id)
