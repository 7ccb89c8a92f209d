"""Tenants for trying the system, made by the gateway's own command line."""

from pydantic import BaseModel, ConfigDict

from blacklight_devstack.stack import Stack


class Tenant(BaseModel):
    """What the bootstrap command prints.

    Attributes:
        tenant_id: The tenant's id.
        api_key: A key of the tenant with all scopes; None if an earlier call made it, since a key
            is shown only once.
        platform_api_key: The same of the platform, for postings that every tenant may see.
    """

    model_config = ConfigDict(extra="ignore")

    tenant_id: int
    api_key: str | None = None
    platform_api_key: str | None = None


async def bootstrap_tenant(
    stack: Stack, *, name: str, slug: str, admin_email: str, rotate_keys: bool = False
) -> Tenant:
    """Make a tenant with an admin and keys, or find the one of that slug.

    Args:
        stack: Up.
        name: For people.
        slug: What the tenant is known by.
        admin_email: The address of its first admin.
        rotate_keys: Make new keys even if there are some, and revoke those.

    Raises:
        StackError: The gateway's command fails.
    """
    printed = await stack.run_module(
        "blacklight_api",
        *("bootstrap", "--platform", *(["--rotate-key"] if rotate_keys else [])),
        *("--tenant", name, "--slug", slug, "--admin-email", admin_email),
    )
    return Tenant.model_validate_json(printed)
