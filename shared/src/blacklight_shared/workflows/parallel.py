"""Steps of one run that are executed at the same time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar, overload

import inngest

from blacklight_shared.workflows.errors import NonRetriableError

MAX_STEPS_PER_RUN = 1_000
"""Limit of the engine; work that needs more is planned as events of their own."""

T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T = TypeVar("T")

Branch = Callable[[], Awaitable[T]]


@overload
async def parallel(
    ctx: inngest.Context, first: Branch[T1], second: Branch[T2], /
) -> tuple[T1, T2]: ...


@overload
async def parallel(
    ctx: inngest.Context, first: Branch[T1], second: Branch[T2], third: Branch[T3], /
) -> tuple[T1, T2, T3]: ...


async def parallel(ctx: inngest.Context, /, *branches: Branch[Any]) -> tuple[Any, ...]:
    """Execute two or three different steps at the same time.

    Args:
        ctx: The run.
        *branches: Functions without arguments, each of which awaits exactly one step.

    Returns:
        The results, in the order of the branches.

    Raises:
        inngest.StepError: A branch failed for good; the others have run to their end by then.
    """
    return await ctx.group.parallel(branches)


async def parallel_all(ctx: inngest.Context, branches: Sequence[Branch[T]]) -> list[T]:
    """Execute any number of steps of one kind at the same time.

    Args:
        ctx: The run.
        branches: Functions without arguments, each of which awaits exactly one step.

    Returns:
        The results, in the order of the branches.

    Raises:
        NonRetriableError: There are more branches than a run may have steps.
        inngest.StepError: A branch failed for good; the others have run to their end by then.
    """
    if len(branches) > MAX_STEPS_PER_RUN:
        raise NonRetriableError(
            f"{len(branches)} parallel steps: a run has at most {MAX_STEPS_PER_RUN};"
            " plan larger work as events of their own"
        )
    return list(await ctx.group.parallel(tuple(branches)))
