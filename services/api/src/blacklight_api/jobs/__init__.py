"""Job postings."""
