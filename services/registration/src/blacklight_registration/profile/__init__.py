"""What the pages of a site say of the company; nothing that none of them says."""
