"""Durable streams: entries go in once and come out at least once."""
