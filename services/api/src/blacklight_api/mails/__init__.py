"""Mails: what went to whom, and which addresses get none."""
