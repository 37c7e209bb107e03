"""Looks for bytes from a dashboard that the client cannot take: `scripts/fuzz`."""
