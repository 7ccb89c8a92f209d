"""Importing job postings: from the rows of a file to stored postings and the events they cause."""
