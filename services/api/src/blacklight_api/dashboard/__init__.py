"""The dashboard: what happened lately, and what waits for a person."""
