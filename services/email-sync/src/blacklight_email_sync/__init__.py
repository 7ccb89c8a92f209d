"""The e-mail sync worker: recruiters' inboxes become job postings."""
