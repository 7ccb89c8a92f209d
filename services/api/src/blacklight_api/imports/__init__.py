"""Importing job postings, and following the import."""
