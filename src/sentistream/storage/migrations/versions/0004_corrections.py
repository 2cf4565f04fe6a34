"""What people said of posts, as a history; the way back from a promoted layer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PROMOTED = sa.text("active AND layer NOT IN ('live', 'human')")


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("post_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("correction_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("corrected_by", sa.Text(), nullable=False),
        sa.Column("corrected_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("sentiment_label", sa.String(length=16), nullable=True),
        sa.Column("emotion", sa.String(length=16), nullable=True),
        sa.Column("toxicity", sa.Float(), nullable=True),
        sa.Column("churn_risk", sa.Float(), nullable=True),
        sa.Column("was_model_name", sa.Text(), nullable=True),
        sa.Column("was_model_version", sa.Text(), nullable=True),
        sa.Column("was_tier", sa.String(length=16), nullable=False),
        sa.Column("was_sentiment_label", sa.String(length=16), nullable=False),
        sa.Column("was_confidence_score", sa.Float(), nullable=True),
        sa.Column("was_emotion", sa.String(length=16), nullable=True),
        sa.Column("was_toxicity", sa.Float(), nullable=True),
        sa.Column("was_churn_risk", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_corrections_post", "corrections", ["post_key", "id"])
    op.create_index("ix_corrections_correction", "corrections", ["correction_id"])
    op.create_index(
        "ix_analysis_promoted",
        "sentiment_analysis",
        ["layer", "post_key"],
        sqlite_where=PROMOTED,
        postgresql_where=PROMOTED,
    )


def downgrade() -> None:
    op.drop_index("ix_analysis_promoted", "sentiment_analysis")
    op.drop_table("corrections")
