"""Steps that work on the data of one tenant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

import inngest
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.database import Database
from blacklight_shared.workflows.translation import translating_errors

ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")


async def with_tenant_context(
    database: Database,
    tenant_id: int,
    work: Callable[Concatenate[AsyncSession, ParamsT], Awaitable[ResultT]],
    *args: ParamsT.args,
    **kwargs: ParamsT.kwargs,
) -> ResultT:
    """Run domain code in one transaction that sees one tenant.

    The transaction commits when ``work`` returns and rolls back when it raises; ``work`` itself
    never commits.

    Args:
        database: Where the transaction is opened.
        tenant_id: The tenant whose rows are seen.
        work: Called with the session, then the other arguments.
        *args: Further arguments of ``work``.
        **kwargs: Further arguments of ``work``.

    Raises:
        RetriableError: The database is not there, or gave up on a conflict.
    """
    async with (
        translating_errors(getattr(work, "__name__", "work")),
        database.tenant_session(tenant_id) as session,
    ):
        return await work(session, *args, **kwargs)


async def tenant_step(
    ctx: inngest.Context,
    step_id: str,
    database: Database,
    tenant_id: int,
    work: Callable[Concatenate[AsyncSession, ParamsT], Awaitable[ResultT]],
    *args: ParamsT.args,
    **kwargs: ParamsT.kwargs,
) -> ResultT:
    """One durable step that is one transaction of one tenant: ``with_tenant_context`` in a step.

    What ``work`` returns is kept by the engine and must be JSON: ids and counts, not rows.
    """

    async def run() -> ResultT:
        return await with_tenant_context(database, tenant_id, work, *args, **kwargs)

    return await ctx.step.run(step_id, run)
