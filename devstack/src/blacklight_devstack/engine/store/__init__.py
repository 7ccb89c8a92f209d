"""The engine's state: one SQLite file, written by one process from one thread.

One module per kind of thing. Functions take the open :class:`~.database.Transaction` (or the
:class:`~.database.Database` where they only read) and return the values of ``engine.model``.
"""
