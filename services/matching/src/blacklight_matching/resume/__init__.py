"""From a CV to a profile."""
