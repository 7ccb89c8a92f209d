"""The notifications worker: all mail that people get, and the daily figures."""
