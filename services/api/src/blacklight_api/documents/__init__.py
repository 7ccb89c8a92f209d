"""Documents of candidates: CVs and other files."""
