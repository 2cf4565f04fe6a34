"""Connections to servers that several rooms speak to."""
