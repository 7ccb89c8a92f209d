"""The gateway: HTTP API and outbox relay."""
