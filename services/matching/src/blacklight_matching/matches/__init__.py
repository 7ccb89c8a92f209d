"""Matches: which pairs may be scored, scoring them from the database, and storing what fits."""
