"""Posts whose text a better model has still to read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # By the bytes, whatever the server's language, like every text of the first schema.
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    tier = sa.String(length=16).with_variant(sa.String(length=16, collation="C"), "postgresql")
    op.create_table(
        "refine_queue",
        sa.Column("post_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tier", tier, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", text, nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("post_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_refine_order", "refine_queue", ["confidence", "post_key"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_refine_order", table_name="refine_queue")
    op.drop_table("refine_queue")
