"""Skills that a tenant adds to the taxonomy."""
