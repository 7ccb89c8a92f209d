"""Google, emulated: consent and tokens, and the Gmail API."""
