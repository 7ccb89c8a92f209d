"""What is done once in each tenant's day, by the clock of its time zone."""
