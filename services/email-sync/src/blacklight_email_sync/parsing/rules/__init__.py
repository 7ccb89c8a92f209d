"""Reads postings by rules, without any account."""

from blacklight_email_sync.parsing.rules.parser import RulesParser

__all__ = ["RulesParser"]
