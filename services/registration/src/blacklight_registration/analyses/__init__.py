"""The analysis of a registration, from the event to the dossier."""
