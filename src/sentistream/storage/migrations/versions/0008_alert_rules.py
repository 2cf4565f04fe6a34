"""Rules of alerts, snoozes, and who looks after an episode; an episode is of a rule, no longer of a type alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = sa.text("resolved_at IS NULL")
_ADDED = (
    ("rule_id", sa.Text()),
    ("rule_name", sa.Text()),
    ("scope_dimension", sa.Text()),
    ("scope_value", sa.Text()),
    ("acknowledged_at", sa.BigInteger()),
    ("acknowledged_by", sa.Text()),
    ("acknowledged_note", sa.Text()),
)


def upgrade() -> None:
    for name, kind in _ADDED:
        op.add_column("sentiment_alerts", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE sentiment_alerts SET rule_id = alert_type, rule_name = ''")
    op.drop_index("uq_alerts_open", table_name="sentiment_alerts")
    op.create_index(
        "uq_alerts_open", "sentiment_alerts", ["rule_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "alert_rules",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alert_type", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("window_seconds", sa.Integer(), nullable=False),
        sa.Column("min_posts", sa.Integer(), nullable=False),
        sa.Column("hysteresis", sa.Float(), nullable=False),
        sa.Column("scope_dimension", sa.Text(), nullable=True),
        sa.Column("scope_value", sa.Text(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "alert_snoozes",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("snoozed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id"),
    )


def downgrade() -> None:
    op.drop_table("alert_snoozes")
    op.drop_table("alert_rules")
    op.execute("DELETE FROM sentiment_alerts WHERE rule_id <> alert_type")
    op.drop_index("uq_alerts_open", table_name="sentiment_alerts")
    for name, _ in _ADDED:
        op.drop_column("sentiment_alerts", name)
    op.create_index(
        "uq_alerts_open", "sentiment_alerts", ["alert_type"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
