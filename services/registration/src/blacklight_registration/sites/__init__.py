"""A company's site: what may be read of it, which pages are worth it, and how they are fetched."""
