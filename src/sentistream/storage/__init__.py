"""Stores: one transaction per batch, exact rollups, and the questions of the API."""
