"""The tables of what people keep beside the posts: rules of alerts, annotations, views and lists."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from sentistream.storage.tables import RowId, metadata

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("alert_type", Text, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("window_seconds", Integer, nullable=False),
    Column("min_posts", Integer, nullable=False),
    Column("hysteresis", Float, nullable=False),
    Column("scope_dimension", Text),
    Column("scope_value", Text),
    Column("enabled", Boolean, nullable=False),
    Column("origin", Text, nullable=False),
    Column("updated_by", Text),
    Column("updated_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

alert_snoozes = Table(
    "alert_snoozes",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("snoozed_by", Text, nullable=False),
)
"""By rule, the settings' own included; those of the past are left."""

chart_annotations = Table(
    "annotations",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("until", BigInteger),
    Column("text", Text, nullable=False),
    Column("url", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

saved_items = Table(
    "saved_items",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""No number is given twice: the link of a view that was deleted never leads to another."""
Index("uq_saved_items_name", saved_items.c.kind, saved_items.c.name, unique=True)
