"""Fixtures that every test suite of the workspace may use."""
