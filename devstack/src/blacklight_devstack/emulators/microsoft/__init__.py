"""Microsoft, emulated: consent and tokens, and the mail of Microsoft Graph."""
