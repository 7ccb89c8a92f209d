"""How fast the system is, each figure beside a peer and a limit of the same run."""
