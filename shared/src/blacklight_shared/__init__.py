"""What every Blacklight service shares."""
