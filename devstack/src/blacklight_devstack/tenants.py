"""Tenants for trying the system, made by the gateway's own command line."""

from pydantic import BaseModel, ConfigDict

from blacklight_devstack.stack import Stack


class Tenant(BaseModel):
    """What the bootstrap command prints.

    Attributes:
        tenant_id: The tenant's id.
        api_key: A key for the HTTP API with all scopes; None if the tenant had been made before,
            since a key is shown only once.
    """

    model_config = ConfigDict(extra="ignore")

    tenant_id: int
    api_key: str | None = None


async def bootstrap_tenant(stack: Stack, *, name: str, slug: str, admin_email: str) -> Tenant:
    """Make a tenant with an admin and an API key; a tenant of that slug is left as it is.

    Raises:
        StackError: The gateway's command fails.
    """
    printed = await stack.run_module(
        "blacklight_api",
        "bootstrap",
        *("--tenant", name, "--slug", slug, "--admin-email", admin_email),
    )
    return Tenant.model_validate_json(printed)
