"""A small web of sample company sites, for the registration worker to read."""
