"""The settings that make processes a team, on servers of a test's own."""

from __future__ import annotations


def team(redis: str, postgres: str) -> dict[str, str]:
    """The environment of processes that share a Redis and a PostgreSQL."""
    return {"SENTISTREAM_STREAM_URL": redis, "SENTISTREAM_LIVE_URL": redis, "DATABASE_URL": postgres}
