"""The far side of what Blacklight calls: emulated services over real HTTP."""
