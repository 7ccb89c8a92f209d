"""A worker small enough for the stack's tests: every event it gets becomes a row."""

import os

import inngest
import inngest.fast_api
import psycopg
from fastapi import FastAPI
from sqlalchemy.engine import make_url


def create_app() -> FastAPI:
    app = FastAPI()
    client = inngest.Inngest(
        app_id="sample",
        is_production=False,
        api_base_url=os.environ["INNGEST_BASE_URL"],
        event_api_base_url=os.environ["INNGEST_BASE_URL"],
    )

    @client.create_function(
        fn_id="note", trigger=inngest.TriggerEvent(event="sample/note.written"), retries=20
    )
    async def note(ctx: inngest.Context) -> None:
        await ctx.step.run("insert", insert_note, str(ctx.event.data["body"]))

    def readyz() -> dict[str, int]:
        return {"pid": os.getpid()}

    app.add_api_route("/readyz", readyz)
    inngest.fast_api.serve(app, client, [note])
    return app


async def insert_note(body: str) -> str:
    url = make_url(os.environ["SYSTEM_DATABASE_URL"]).set(drivername="postgresql")
    conninfo = url.render_as_string(hide_password=False)
    async with await psycopg.AsyncConnection.connect(conninfo) as connection:
        await connection.execute("INSERT INTO note VALUES (%s) ON CONFLICT DO NOTHING", [body])
    return body
