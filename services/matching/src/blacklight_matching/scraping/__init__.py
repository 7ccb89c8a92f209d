"""Scrapers that went silent, and what is to be scraped again."""
