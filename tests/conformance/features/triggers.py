"""Triggers: events with conditions, several triggers, and cron schedules."""

import inngest

from .builder import Builder

CRON_CASE = "cron"


def add(build: Builder) -> None:
    """Define the functions of this group."""
    note = build.recorder.note

    async def noted(ctx: inngest.Context) -> None:
        note(ctx, ctx.event.name.removeprefix(f"{build.client.app_id}/"))

    build.function(
        "conditional",
        trigger=build.on("conditional", "event.data.amount > 100 && event.data.kind == 'order'"),
    )(noted)
    build.function("many-triggers", trigger=[build.on("first"), build.on("second")])(noted)
    build.function(
        "overlapping-triggers",
        trigger=[
            build.on("overlap", "event.data.number > 0"),
            build.on("overlap", "event.data.number > 1"),
        ],
    )(noted)
    _crons(build)


def _crons(build: Builder) -> None:
    def ticking(name: str) -> None:
        @build.function(name, trigger=inngest.TriggerCron(cron=CRONS[name]))
        async def tick(ctx: inngest.Context) -> None:
            build.recorder.note_case(
                CRON_CASE, name, event_name=ctx.event.name, data=dict(ctx.event.data)
            )

    for name in CRONS:
        ticking(name)


CRONS = {
    "every-minute": "* * * * *",
    "every-minute-in-kathmandu": "TZ=Asia/Kathmandu * * * * *",
    "never-by-itself": "TZ=Europe/Paris 0 0 29 2 *",
}
