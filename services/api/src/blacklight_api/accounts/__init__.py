"""Accounts: what people do about themselves, and how they come to a password."""
