"""`make demo`: jobs in, candidates in, explained matches out, through the running services."""

from blacklight_devstack.demo.command import configure, run

__all__ = ["configure", "run"]
