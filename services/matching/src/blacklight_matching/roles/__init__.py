"""Titles that no name or alias resolves: the nearest role, or a new one pending review."""
