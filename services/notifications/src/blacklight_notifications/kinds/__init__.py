"""The kinds of mail, one module each: whom it goes to, what makes it one mail, what it says."""
