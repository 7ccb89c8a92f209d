"""Global roles: what titles and wishes are normalised to."""
