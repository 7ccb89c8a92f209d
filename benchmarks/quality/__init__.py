"""How good rankings and scores are, on data that nobody here wrote."""
