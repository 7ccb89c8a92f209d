"""Work that stands still, although nobody said that it failed: found by ids, and set going again.

A run that fails tells so in the database. When the database was what failed it, nobody is told.
"""
