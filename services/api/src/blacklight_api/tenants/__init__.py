"""Tenants: the firms on this installation, and their settings."""
