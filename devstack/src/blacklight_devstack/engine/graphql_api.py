"""``POST /v0/gql``: the part of the real server's GraphQL schema that tests and people use."""

from typing import Any

import orjson
from fastapi import APIRouter, HTTPException, Request, Response
from graphql import GraphQLError, build_schema, graphql_sync

from blacklight_devstack.engine.api import EngineDep, function_uuid, iso
from blacklight_devstack.engine.engine import Engine, UnknownError
from blacklight_devstack.engine.model import Run
from blacklight_devstack.engine.store import events, runs

_SCHEMA = build_schema(
    """
    scalar ULID
    scalar UUID
    scalar Time
    scalar Bytes
    scalar Map

    enum FunctionRunStatus { COMPLETED FAILED CANCELLED RUNNING QUEUED SKIPPED }

    type App { id: UUID! externalID: String! name: String! }
    type Function { id: UUID! name: String! slug: String! appID: UUID! }
    type FunctionRunV2 {
        id: ULID!
        functionID: UUID!
        function: Function!
        queuedAt: Time!
        startedAt: Time
        endedAt: Time
        status: FunctionRunStatus!
        triggerIDs: [ULID!]!
        eventName: String
        isBatch: Boolean!
        cronSchedule: String
        output: Bytes
    }

    type Query {
        apps: [App!]!
        functions: [Function!]
        run(runID: String!): FunctionRunV2
    }

    type Mutation {
        invokeFunction(data: Map, functionSlug: String!): Boolean
        cancelRun(runID: ULID!): FunctionRunV2!
        rerun(runID: ULID!): ULID!
    }
    """
)

router = APIRouter()


@router.post("/v0/gql")
async def graphql(request: Request, engine: EngineDep) -> Response:
    """Answer a query or a mutation."""
    try:
        asked = orjson.loads(await request.body())
        source, variables = asked["query"], asked.get("variables")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise HTTPException(400, "the body is a JSON object with a query") from error
    result = graphql_sync(_SCHEMA, source, root_value=_Root(engine), variable_values=variables)
    return Response(orjson.dumps(result.formatted), media_type="application/json")


class _Root:
    """Resolvers, found by the names of the schema's fields."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def apps(self, _: Any) -> list[dict[str, Any]]:
        ids = sorted({function.app_id for function in self._engine.registry.active()})
        return [{"id": function_uuid(name), "externalID": name, "name": name} for name in ids]

    def functions(self, _: Any) -> list[dict[str, Any]]:
        return [self._function(function.id) for function in self._engine.registry.active()]

    def run(self, _: Any, runID: str) -> dict[str, Any]:  # noqa: N803 - the schema's name
        run = runs.get_run(self._engine.database, runID)
        if run is None:
            raise GraphQLError(f"there is no run {runID}")
        return self._run(run)

    def invokeFunction(  # noqa: N802 - the schema's name
        self,
        _: Any,
        functionSlug: str,  # noqa: N803 - the schema's name
        data: dict[str, object] | None = None,
    ) -> bool:
        self._engine.invoke(functionSlug, data or {})
        return True

    def cancelRun(self, info: Any, runID: str) -> dict[str, Any]:  # noqa: N802, N803 - as above
        self._engine.cancel(runID)
        return self.run(info, runID)

    def rerun(self, _: Any, runID: str) -> str:  # noqa: N803 - the schema's name
        return self._engine.rerun(runID)

    def _function(self, fn_id: str) -> dict[str, Any]:
        function = self._engine.registry.find(fn_id)
        if function is None:
            raise UnknownError(f"there is no function {fn_id}")
        return {
            "id": function_uuid(fn_id),
            "name": function.config.name or fn_id,
            "slug": fn_id,
            "appID": function_uuid(function.app_id),
        }

    def _run(self, run: Run) -> dict[str, Any]:
        started_by = events.events_of_run(self._engine.database, run.id)
        return {
            "id": run.id,
            "functionID": function_uuid(run.fn_id),
            "function": lambda _: self._function(run.fn_id),
            "queuedAt": iso(run.queued_ms),
            "startedAt": iso(run.started_ms),
            "endedAt": iso(run.ended_ms),
            "status": run.status.value,
            "triggerIDs": [event.internal_id for event in started_by],
            "eventName": started_by[0].name,
            "isBatch": len(started_by) > 1,
            "cronSchedule": run.cron,
            "output": None if run.output is None else run.output.decode(),
        }
