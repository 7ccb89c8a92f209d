"""The toolkit that every workflow uses; import its names from here.

``docs/workflows.md`` shows how a workflow is written with it.
"""

from blacklight_shared.workflows.batching import batching
from blacklight_shared.workflows.cancellation import cancel_on
from blacklight_shared.workflows.client import create_client
from blacklight_shared.workflows.concurrency import CONCURRENCY, one_per, per_tenant
from blacklight_shared.workflows.cron import Cron, CronTick
from blacklight_shared.workflows.definition import FlowControl, WorkflowDefinitionError
from blacklight_shared.workflows.errors import (
    ApiError,
    FieldProblem,
    NonRetriableError,
    NotFoundError,
    RetriableError,
    ValidationError,
    WorkflowError,
)
from blacklight_shared.workflows.fan_in import completes_group
from blacklight_shared.workflows.fan_out import fan_out, fan_out_and_wait, invoke_all
from blacklight_shared.workflows.functions import Failure, FailureError, Workflow, workflow
from blacklight_shared.workflows.invoke import invoke
from blacklight_shared.workflows.parallel import parallel, parallel_all
from blacklight_shared.workflows.priority import prioritise
from blacklight_shared.workflows.progress import emit_progress
from blacklight_shared.workflows.rate_limits import (
    RATE_LIMITS,
    Service,
    ServiceLimit,
    rate_limit_delay,
    with_rate_limit,
)
from blacklight_shared.workflows.retries import RETRY_CONFIG
from blacklight_shared.workflows.serve import WorkerDeps, create_worker_app
from blacklight_shared.workflows.tenant import tenant_step, with_tenant_context
from blacklight_shared.workflows.translation import parse_retry_after, translating_errors
from blacklight_shared.workflows.triggers import On, parse_event

__all__ = [
    "CONCURRENCY",
    "RATE_LIMITS",
    "RETRY_CONFIG",
    "ApiError",
    "Cron",
    "CronTick",
    "Failure",
    "FailureError",
    "FieldProblem",
    "FlowControl",
    "NonRetriableError",
    "NotFoundError",
    "On",
    "RetriableError",
    "Service",
    "ServiceLimit",
    "ValidationError",
    "WorkerDeps",
    "Workflow",
    "WorkflowDefinitionError",
    "WorkflowError",
    "batching",
    "cancel_on",
    "completes_group",
    "create_client",
    "create_worker_app",
    "emit_progress",
    "fan_out",
    "fan_out_and_wait",
    "invoke",
    "invoke_all",
    "one_per",
    "parallel",
    "parallel_all",
    "parse_event",
    "parse_retry_after",
    "per_tenant",
    "prioritise",
    "rate_limit_delay",
    "tenant_step",
    "translating_errors",
    "with_rate_limit",
    "with_tenant_context",
    "workflow",
]
