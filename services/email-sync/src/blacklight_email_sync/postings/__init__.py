"""From what mails say to postings, each requirement once."""
