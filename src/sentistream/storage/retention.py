"""Expiry: old posts go in small steps, what they counted stays.

The rollups of days that have expired are sealed: they can no longer be recounted, so the audit and a
rebuild leave them alone, and a post of such a day that comes late is filtered.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from sentistream.domain.rollup import DAY
from sentistream.storage import sql
from sentistream.storage.deltas import SECOND
from sentistream.storage.tables import posts


def expire(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` posts created before the UTC day of `before` (microseconds), oldest first; returns how many.

    Where others write too, posts that they hold at the moment are left for the next step, so nobody waits.
    """
    day = before // (DAY * SECOND) * DAY
    if day > sql.sealed(connection):
        sql.set_fact(connection, "sealed", str(day))
    oldest = (
        select(posts.c.key)
        .where(posts.c.created_at < day * SECOND)
        .order_by(posts.c.created_at, posts.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    keys = list(connection.execute(oldest).scalars())
    if keys:
        sql.delete_posts(connection, keys)
        sql.add_to_fact(connection, "expired", len(keys))
        sql.move_epoch(connection)
    return len(keys)
