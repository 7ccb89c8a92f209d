"""Mailboxes of the tenant's people: connecting, watching and disconnecting them."""
