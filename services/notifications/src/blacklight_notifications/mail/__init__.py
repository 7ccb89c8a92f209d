"""Mail: written, claimed in the log, handed to a mail server, and marked."""
