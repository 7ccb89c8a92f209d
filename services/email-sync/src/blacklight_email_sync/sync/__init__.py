"""From an inbox to stored mails; knows nothing of the engine."""
