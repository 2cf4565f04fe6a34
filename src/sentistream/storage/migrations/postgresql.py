"""What the first schema has on PostgreSQL alone. Frozen with it: later changes are migrations of their own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

SCHEMA = (
    # Words are cut by ours, not by the server's dictionaries: the same posts are found everywhere.
    "ALTER TABLE social_media_posts ADD COLUMN words tsvector NOT NULL DEFAULT ''",
    "CREATE INDEX ix_posts_words ON social_media_posts USING gin (words)",
    # An index entry holds 2,704 bytes at most, and a person may type 256 characters into product and channel, as
    # long as four bytes each. So this one covers those two, and author and place have indexes of their own.
    "DROP INDEX ix_posts_filters",
    """CREATE INDEX ix_posts_filters ON social_media_posts (created_at, id) INCLUDE (
        sentiment_label, source, tier, language, emotion, product, channel,
        confidence_score, sentiment_score, toxicity, churn_risk)""",
    "CREATE INDEX ix_posts_sentiment ON social_media_posts (sentiment_label, created_at)",
    "CREATE INDEX ix_posts_source ON social_media_posts (source, created_at)",
    "CREATE INDEX ix_posts_emotion ON social_media_posts (emotion, created_at) WHERE emotion IS NOT NULL",
    "CREATE INDEX ix_posts_author ON social_media_posts (author, created_at) WHERE author IS NOT NULL",
    "CREATE INDEX ix_posts_place ON social_media_posts (country, city, created_at)"
    " WHERE country IS NOT NULL OR city IS NOT NULL",
    # Rows lie in the order of their arrival, so these two cost next to nothing.
    "CREATE INDEX ix_posts_ingested_at ON social_media_posts USING brin (ingested_at)",
    "CREATE INDEX ix_posts_analyzed_at ON social_media_posts USING brin (analyzed_at)",
    # Room beside rows that every batch changes, so that the new version lands on the same page, and no index moves.
    "ALTER TABLE sentiment_rollups SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05)",
    "ALTER TABLE ledger SET (fillfactor = 20, autovacuum_vacuum_threshold = 500)",
    "ALTER TABLE store_facts SET (fillfactor = 20, autovacuum_vacuum_threshold = 500)",
    # Counting by an index alone needs pages that vacuum has seen.
    "ALTER TABLE social_media_posts SET"
    " (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02)",
    # For reporting tools. A second table makes it one that PostgreSQL lets nobody write through.
    """CREATE VIEW posts AS
        SELECT id, content, sentiment_label, confidence_score AS sentiment_score,
            timestamptz 'epoch' + created_at * interval '1 microsecond' AS "timestamp",
            timestamptz 'epoch' + ingested_at * interval '1 microsecond' AS created_at
        FROM social_media_posts CROSS JOIN (VALUES (true)) AS read_only (yes)""",
    """COMMENT ON VIEW posts IS 'Read-only, for reporting tools. sentiment_score is the confidence of the label;
        timestamp is when the post was written, created_at when its row was.'""",
)


def create(connection: Connection) -> None:
    """Complete the tables that every database has."""
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        for column in inspector.get_columns(table) if table != "alembic_version" else ():
            if isinstance(column["type"], sa.String):
                # By the bytes, whatever the server's language: entry ids are compared, and indexes outlive its updates.
                kind = column["type"].compile(connection.dialect)
                connection.exec_driver_sql(f'ALTER TABLE {table} ALTER COLUMN {column["name"]} TYPE {kind} COLLATE "C"')
    for statement in SCHEMA:
        connection.exec_driver_sql(statement)
