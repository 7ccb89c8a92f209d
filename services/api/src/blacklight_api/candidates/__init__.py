"""Candidates: the people who look for work."""
