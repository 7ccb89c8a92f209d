"""What scoring reads of postings and candidates: derived, stored, and loaded as columns."""
