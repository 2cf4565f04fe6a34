"""Layers: readings stored beside the current ones, and made current in steps."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Connection, distinct, func, select

from sentistream.domain.analysis import Reading
from sentistream.domain.errors import Conflict
from sentistream.storage import bulk, sql
from sentistream.storage.base import HUMAN_LAYER, LIVE_LAYER
from sentistream.storage.rows import analysis_row
from sentistream.storage.settle import copy_current
from sentistream.storage.tables import analyses

_PROMOTED = analyses.c.active & analyses.c.layer.not_in([LIVE_LAYER, HUMAN_LAYER])


def add(connection: Connection, layer: str, readings: Sequence[tuple[str, bytes, Reading]], now: int) -> None:
    """Store inactive readings of posts that exist; a text the model version has read already keeps its reading."""
    rows = [analysis_row(UUID(id_).bytes, hash_, reading, layer, False, now) for id_, hash_, reading in readings]
    existing = sql.load_posts(connection, sorted({row.post_key for row in rows}))
    bulk.insert(connection, bulk.ANALYSES, [astuple(row) for row in rows if row.post_key in existing])


def promote(connection: Connection, layer: str, limit: int, now: int, churn_threshold: float) -> int:
    """Activate the readings of up to `limit` posts and move what those posts count; returns how many posts are left.

    What another promoted layer says of those posts becomes inactive again: one at a time can be preferred.
    """
    return _switch(connection, layer, True, limit, now, churn_threshold)


def demote(connection: Connection, layer: str, limit: int, now: int, churn_threshold: float) -> int:
    """The way back, in the same steps."""
    return _switch(connection, layer, False, limit, now, churn_threshold)


def _switch(connection: Connection, layer: str, active: bool, limit: int, now: int, churn_threshold: float) -> int:
    if layer in (LIVE_LAYER, HUMAN_LAYER):
        raise Conflict(f"the layer {layer} is always active")
    # Written as the conditions of the partial indexes are.
    waiting = (analyses.c.layer == layer) & (~analyses.c.active if active else _PROMOTED)
    keys = list(
        connection.execute(
            select(analyses.c.post_key).distinct().where(waiting).order_by(analyses.c.post_key).limit(limit)
        ).scalars()
    )
    if keys:
        stored = sql.load_posts(connection, keys)
        for condition in bulk.among(connection, analyses.c.post_key, keys):
            if active:
                others = _PROMOTED & (analyses.c.layer != layer)
                connection.execute(analyses.update().where(others, condition).values(active=False))
            connection.execute(analyses.update().where(waiting, condition).values(active=active))
        readings = sql.load_analyses(connection, keys)
        moves = []
        for key, row in stored.items():
            before = msgspec.structs.replace(row)
            copy_current(row, readings[key])
            if row != before:
                row.changed_at = now
                moves.append((before, row))
        bulk.update_posts(connection, [after for _, after in moves])
        sql.write_rollups(connection, moves, churn_threshold)
        sql.move_epoch(connection)
    left = select(func.count(distinct(analyses.c.post_key))).where(waiting)
    return int(connection.execute(left).scalar_one())
