"""Reviews: HR decides about submissions."""
