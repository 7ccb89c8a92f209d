"""Postings that are fetched from where their source publishes them."""
