"""Invitations: asking people to become candidates."""
