"""Mail settings: how a tenant's mail looks and by which server it goes."""
