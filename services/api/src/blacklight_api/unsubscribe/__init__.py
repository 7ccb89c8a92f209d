"""Unsubscribing: the page behind the links in mails."""
