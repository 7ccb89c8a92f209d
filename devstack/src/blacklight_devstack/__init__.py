"""Stand-ins for what production gets from outside, for one machine."""
