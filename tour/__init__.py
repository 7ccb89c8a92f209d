"""Photographs of every page, of a system that is filled with sample data."""
