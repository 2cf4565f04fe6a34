"""Which dead letters were sent again, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dead_letters", sa.Column("claimed_at", sa.BigInteger(), nullable=True))
    op.add_column("dead_letters", sa.Column("replayed_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("dead_letters", "replayed_at")
    op.drop_column("dead_letters", "claimed_at")
