"""What the law grants candidates: a copy of everything about them, and to be forgotten."""
