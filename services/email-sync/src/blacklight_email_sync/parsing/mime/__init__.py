"""Bytes to a decoded mail."""

from blacklight_email_sync.parsing.mime.reading import read_mail

__all__ = ["read_mail"]
