"""The live feed: what was just understood, to whoever listens."""
