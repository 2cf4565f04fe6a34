"""The cache room: what may be forgotten at any time, kept for a while."""
