"""Runs: what the workers are doing, as far as the database knows."""
