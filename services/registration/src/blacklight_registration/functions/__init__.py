"""The workflows of the registration worker, one module each, named by its Inngest id."""

from __future__ import annotations

from typing import Any

from blacklight_shared.workflows import Workflow

from blacklight_registration.deps import RegistrationDeps
from blacklight_registration.functions.process_registration import process_registration

WORKFLOWS: tuple[Workflow[Any, RegistrationDeps, Any], ...] = (process_registration,)
"""Everything that the worker serves."""
