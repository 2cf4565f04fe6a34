"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from sentistream.storage.migrations import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TEXT_INDEX = (
    """CREATE VIRTUAL TABLE posts_text USING fts5(
        content, content='social_media_posts', content_rowid='id', tokenize='unicode61 remove_diacritics 2')""",
    """CREATE TRIGGER posts_text_insert AFTER INSERT ON social_media_posts BEGIN
        INSERT INTO posts_text (rowid, content) VALUES (new.id, new.content);
    END""",
    """CREATE TRIGGER posts_text_delete AFTER DELETE ON social_media_posts BEGIN
        INSERT INTO posts_text (posts_text, rowid, content) VALUES ('delete', old.id, old.content);
    END""",
    """CREATE TRIGGER posts_text_update AFTER UPDATE OF content ON social_media_posts
    WHEN old.content IS NOT new.content BEGIN
        INSERT INTO posts_text (posts_text, rowid, content) VALUES ('delete', old.id, old.content);
        INSERT INTO posts_text (rowid, content) VALUES (new.id, new.content);
    END""",
)
"""SQLite's full-text index, kept by triggers so that no write can forget it."""


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(
            "uq_api_keys_live",
            ["name"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "dead_letters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("dead_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id"),
    )
    op.create_table(
        "entry_outcomes",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("entry_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger",
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connector", "outcome"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_keys",
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dimension", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sentiment_alerts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("alert_type", sa.Text(), nullable=False),
        sa.Column("threshold_value", sa.Float(), nullable=False),
        sa.Column("actual_value", sa.Float(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=False),
        sa.Column("window_end", sa.BigInteger(), nullable=False),
        sa.Column("post_count", sa.BigInteger(), nullable=False),
        sa.Column("triggered_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("sentiment_alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sentiment_alerts_triggered_at"), ["triggered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sentiment_alerts_window_start"), ["window_start"], unique=False)
        batch_op.create_index(
            "uq_alerts_open",
            ["alert_type"],
            unique=True,
            sqlite_where=sa.text("resolved_at IS NULL"),
            postgresql_where=sa.text("resolved_at IS NULL"),
        )

    op.create_table(
        "sentiment_analysis",
        sa.Column("post_key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sentiment_label", sa.String(length=16), nullable=False),
        sa.Column("sentiment_score", sa.Float(), nullable=True),
        sa.Column("confidence_score", sa.Float(), nullable=True),
        sa.Column("emotion", sa.String(length=16), nullable=True),
        sa.Column("emotion_joy", sa.Float(), nullable=True),
        sa.Column("emotion_sadness", sa.Float(), nullable=True),
        sa.Column("emotion_anger", sa.Float(), nullable=True),
        sa.Column("emotion_fear", sa.Float(), nullable=True),
        sa.Column("emotion_surprise", sa.Float(), nullable=True),
        sa.Column("emotion_disgust", sa.Float(), nullable=True),
        sa.Column("emotion_neutral", sa.Float(), nullable=True),
        sa.Column("toxicity", sa.Float(), nullable=True),
        sa.Column("churn_risk", sa.Float(), nullable=True),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("analyzed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("post_key", "content_hash", "model_name", "model_version"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("sentiment_analysis", schema=None) as batch_op:
        batch_op.create_index(
            "ix_analysis_inactive",
            ["layer", "post_key"],
            unique=False,
            sqlite_where=sa.text("active = 0"),
            postgresql_where=sa.text("NOT active"),
        )

    op.create_table(
        "sentiment_rollups",
        sa.Column("grain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("bucket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("posts", sa.BigInteger(), nullable=False),
        sa.Column("positive", sa.BigInteger(), nullable=False),
        sa.Column("negative", sa.BigInteger(), nullable=False),
        sa.Column("neutral", sa.BigInteger(), nullable=False),
        sa.Column("unscored", sa.BigInteger(), nullable=False),
        sa.Column("score_sum", sa.BigInteger(), nullable=False),
        sa.Column("score_count", sa.BigInteger(), nullable=False),
        sa.Column("toxicity_sum", sa.BigInteger(), nullable=False),
        sa.Column("toxicity_count", sa.BigInteger(), nullable=False),
        sa.Column("churn_sum", sa.BigInteger(), nullable=False),
        sa.Column("churn_count", sa.BigInteger(), nullable=False),
        sa.Column("churn_high", sa.BigInteger(), nullable=False),
        sa.Column("joy_sum", sa.BigInteger(), nullable=False),
        sa.Column("joy_count", sa.BigInteger(), nullable=False),
        sa.Column("sadness_sum", sa.BigInteger(), nullable=False),
        sa.Column("sadness_count", sa.BigInteger(), nullable=False),
        sa.Column("anger_sum", sa.BigInteger(), nullable=False),
        sa.Column("anger_count", sa.BigInteger(), nullable=False),
        sa.Column("fear_sum", sa.BigInteger(), nullable=False),
        sa.Column("fear_count", sa.BigInteger(), nullable=False),
        sa.Column("surprise_sum", sa.BigInteger(), nullable=False),
        sa.Column("surprise_count", sa.BigInteger(), nullable=False),
        sa.Column("disgust_sum", sa.BigInteger(), nullable=False),
        sa.Column("disgust_count", sa.BigInteger(), nullable=False),
        sa.Column("neutral_sum", sa.BigInteger(), nullable=False),
        sa.Column("neutral_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("grain", "dimension", "key", "bucket"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "social_media_posts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=False),
        sa.Column("ingested_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("engagement", sa.BigInteger(), nullable=True),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(length=8), nullable=False),
        sa.Column("sentiment_label", sa.String(length=16), nullable=False),
        sa.Column("sentiment_score", sa.Float(), nullable=True),
        sa.Column("confidence_score", sa.Float(), nullable=True),
        sa.Column("emotion", sa.String(length=16), nullable=True),
        sa.Column("emotion_joy", sa.Float(), nullable=True),
        sa.Column("emotion_sadness", sa.Float(), nullable=True),
        sa.Column("emotion_anger", sa.Float(), nullable=True),
        sa.Column("emotion_fear", sa.Float(), nullable=True),
        sa.Column("emotion_surprise", sa.Float(), nullable=True),
        sa.Column("emotion_disgust", sa.Float(), nullable=True),
        sa.Column("emotion_neutral", sa.Float(), nullable=True),
        sa.Column("toxicity", sa.Float(), nullable=True),
        sa.Column("churn_risk", sa.Float(), nullable=True),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=True),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.Column("analyzed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("social_media_posts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_posts_changed_at", ["changed_at", "id", "ingested_at", "created_at", "simulated"], unique=False
        )
        batch_op.create_index(
            "ix_posts_filters",
            [
                "created_at",
                "id",
                "sentiment_label",
                "source",
                "product",
                "channel",
                "country",
                "city",
                "language",
                "tier",
                "emotion",
                "author",
                "confidence_score",
                "sentiment_score",
                "toxicity",
                "churn_risk",
            ],
            unique=False,
        )

    op.create_table(
        "source_cursors",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "store_facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "tombstones",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )

    if op.get_bind().dialect.name == "sqlite":
        for statement in TEXT_INDEX:
            op.execute(statement)
    else:
        postgresql.create(op.get_bind())


def downgrade() -> None:
    raise RuntimeError("the first schema has nothing before it")
