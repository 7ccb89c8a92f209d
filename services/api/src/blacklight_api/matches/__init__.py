"""Matches: which candidate fits which posting, and why."""
