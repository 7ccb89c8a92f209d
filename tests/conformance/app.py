"""An app with a function for every feature that an engine has to have.

Run it with uvicorn. It reads the Inngest SDK's own environment variables, and
``CONFORMANCE_APP_ID`` for the name under which it registers. ``GET /notes`` tells what its
functions saw.
"""

import os
from typing import Any

import inngest
import inngest.fast_api
from fastapi import FastAPI

from .features import errors, flow_control, steps, triggers
from .features.builder import Builder
from .features.recorder import Recorder

client = inngest.Inngest(
    app_id=os.environ["CONFORMANCE_APP_ID"],
    is_production=bool(os.environ.get("INNGEST_SIGNING_KEY")),
)
recorder = Recorder()
build = Builder(client, recorder)
for group in (steps, errors, flow_control, triggers):
    group.add(build)

app = FastAPI()
inngest.fast_api.serve(app, client, build.functions)


@app.get("/notes")
async def notes(case: str) -> list[dict[str, Any]]:
    """What the functions noted for a case."""
    return recorder.notes(case)
