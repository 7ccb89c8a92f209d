"""Stats: the figures of each day."""
