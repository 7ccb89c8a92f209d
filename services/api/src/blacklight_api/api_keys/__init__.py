"""API keys: how programs get in."""
