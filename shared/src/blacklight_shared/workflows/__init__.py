"""The toolkit that every workflow uses."""

from blacklight_shared.workflows.errors import (
    ApiError,
    FieldProblem,
    NonRetriableError,
    NotFoundError,
    RetriableError,
    ValidationError,
    WorkflowError,
)

__all__ = [
    "ApiError",
    "FieldProblem",
    "NonRetriableError",
    "NotFoundError",
    "RetriableError",
    "ValidationError",
    "WorkflowError",
]
