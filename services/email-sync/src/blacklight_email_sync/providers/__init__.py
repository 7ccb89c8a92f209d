"""Mailboxes behind one interface: Gmail and Microsoft Graph."""
