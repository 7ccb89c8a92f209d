"""Pages of a company's site: what was fetched, and what stands in it."""
