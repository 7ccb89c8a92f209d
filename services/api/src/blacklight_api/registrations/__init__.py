"""Companies that register themselves: the public form, and what recruiters see of it."""
