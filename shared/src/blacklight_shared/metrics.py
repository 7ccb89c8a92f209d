"""Prometheus metrics that every service has, and the page that shows them."""

from __future__ import annotations

from fastapi import Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

STEP_SECONDS_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300)
QUEUE_SECONDS_BUCKETS = (0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400)

WORKFLOW_RUNS_STARTED = Counter(
    "blacklight_workflow_runs_started", "Runs that began on this worker", ["workflow"]
)
WORKFLOW_RUNS_COMPLETED = Counter(
    "blacklight_workflow_runs_completed", "Runs that ended well on this worker", ["workflow"]
)
WORKFLOW_RUNS_FAILED = Counter(
    "blacklight_workflow_runs_failed", "Runs that failed for good", ["workflow", "error"]
)
WORKFLOW_ATTEMPTS_FAILED = Counter(
    "blacklight_workflow_attempts_failed",
    "Attempts of steps and runs that failed, whether retried or not",
    ["workflow", "error"],
)
WORKFLOW_QUEUE_SECONDS = Histogram(
    "blacklight_workflow_queue_seconds",
    "Time from the event to the beginning of the run, in seconds",
    ["workflow"],
    buckets=QUEUE_SECONDS_BUCKETS,
)
WORKFLOW_STEP_SECONDS = Histogram(
    "blacklight_workflow_step_seconds",
    "Time a step was executed for, in seconds",
    ["workflow", "step"],
    buckets=STEP_SECONDS_BUCKETS,
)
HTTP_REQUEST_SECONDS = Histogram(
    "blacklight_http_request_seconds",
    "Time until a response was sent, in seconds",
    ["method", "route", "status"],
)


def metrics_response() -> Response:
    """All metrics of the process in Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
