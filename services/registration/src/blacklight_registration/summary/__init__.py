"""The company in a few sentences, each with the page that says so."""
