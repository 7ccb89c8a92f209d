"""The queue of what to scrape, and the sessions of the scrapers that work on it."""
