"""The schema, shared by every SQL store.

Moments are integers: microseconds since 1970 in UTC. Scores are kept to four decimals, so that
`round(score * 10_000)` is exact and rollups can be recounted in SQL.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from sentistream.domain.analysis import EMOTIONS
from sentistream.domain.rollup import MEASURES

metadata = MetaData()

RowId = BigInteger().with_variant(Integer(), "sqlite")


def _readings() -> list[Column[object]]:
    """The columns an analysis has, and a post copies from its current one."""
    columns: list[Column[object]] = [
        Column("sentiment_label", String(16), nullable=False),
        Column("sentiment_score", Float),
        Column("confidence_score", Float),
        Column("emotion", String(16)),
        *(Column(f"emotion_{emotion}", Float) for emotion in EMOTIONS),
        Column("toxicity", Float),
        Column("churn_risk", Float),
        Column("tier", String(16), nullable=False),
    ]
    return columns


posts = Table(
    "social_media_posts",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("key", LargeBinary(16), nullable=False, unique=True),
    Column("post_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("connector", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("content_hash", LargeBinary(16), nullable=False),
    Column("author", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("edited_at", BigInteger, nullable=False),
    Column("ingested_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("language", Text),
    Column("url", Text),
    Column("reply_to", Text),
    Column("product", Text),
    Column("channel", Text),
    Column("location", Text),
    Column("city", Text),
    Column("country", Text),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("engagement", BigInteger),
    Column("simulated", Boolean, nullable=False),
    Column("extra", Text),
    Column("fingerprint", LargeBinary(8), nullable=False),
    *_readings(),
    Column("model_name", Text),
    Column("model_version", Text),
    Column("analyzed_at", BigInteger),
)

# One narrow index answers every combination of filters and their counts without touching the rows;
# it also serves keyset pages, newest or oldest first.
Index(
    "ix_posts_filters",
    posts.c.created_at,
    posts.c.id,
    posts.c.sentiment_label,
    posts.c.source,
    posts.c.product,
    posts.c.channel,
    posts.c.country,
    posts.c.city,
    posts.c.language,
    posts.c.tier,
    posts.c.emotion,
    posts.c.author,
    posts.c.confidence_score,
    posts.c.sentiment_score,
    posts.c.toxicity,
    posts.c.churn_risk,
)
Index("ix_posts_changed_at", posts.c.changed_at, posts.c.id, posts.c.ingested_at, posts.c.created_at, posts.c.simulated)

analyses = Table(
    "sentiment_analysis",
    metadata,
    Column("post_key", LargeBinary(16), primary_key=True),
    Column("content_hash", LargeBinary(16), primary_key=True),
    Column("model_name", Text, primary_key=True),
    Column("model_version", Text, primary_key=True),
    Column("layer", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    *_readings(),
    Column("language", Text),
    Column("reason", Text),
    Column("analyzed_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "ix_analysis_inactive",
    analyses.c.layer,
    analyses.c.post_key,
    sqlite_where=text("active = 0"),
    postgresql_where=text("NOT active"),
)
_PROMOTED = text("active AND layer NOT IN ('live', 'human')")
Index(
    "ix_analysis_promoted",
    analyses.c.layer,
    analyses.c.post_key,
    sqlite_where=_PROMOTED,
    postgresql_where=_PROMOTED,
)

layers = Table(
    "analysis_layers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("filters", Text, nullable=False),
    Column("share", Float, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("model_name", Text),
    Column("model_version", Text),
    Column("tier", String(16)),
    Column("position", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False),
    Column("error", Text),
    Column("report", Text),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

rollups = Table(
    "sentiment_rollups",
    metadata,
    Column("grain", Integer, primary_key=True, autoincrement=False),
    Column("dimension", String(16), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    *(Column(name, BigInteger, nullable=False) for name in MEASURES),
    sqlite_with_rowid=False,
)

rollup_keys = Table(
    "rollup_keys",
    metadata,
    Column("dimension", String(16), primary_key=True),
    Column("key", Text, primary_key=True),
    sqlite_with_rowid=False,
)

ledger = Table(
    "ledger",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("outcome", String(16), primary_key=True),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

entry_outcomes = Table(
    "entry_outcomes",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    sqlite_with_rowid=False,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("entry_id", Text, nullable=False, unique=True),
    Column("connector", Text, nullable=False),
    Column("position", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("dead_at", BigInteger, nullable=False),
    Column("claimed_at", BigInteger),
    Column("replayed_at", BigInteger),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("key", LargeBinary(16), primary_key=True),
    Column("source", Text, nullable=False),
    Column("post_id", Text, nullable=False),
    Column("deleted_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("post_key", LargeBinary(16), nullable=False),
    Column("content_hash", LargeBinary(16), nullable=False),
    Column("correction_id", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("corrected_by", Text, nullable=False),
    Column("corrected_at", BigInteger, nullable=False),
    Column("note", Text),
    Column("language", Text),
    Column("sentiment_label", String(16)),
    Column("emotion", String(16)),
    Column("toxicity", Float),
    Column("churn_risk", Float),
    Column("was_model_name", Text),
    Column("was_model_version", Text),
    Column("was_tier", String(16), nullable=False),
    Column("was_sentiment_label", String(16), nullable=False),
    Column("was_confidence_score", Float),
    Column("was_emotion", String(16)),
    Column("was_toxicity", Float),
    Column("was_churn_risk", Float),
)
"""What people said of posts and took back; it goes with the post."""
Index("ix_corrections_post", corrections.c.post_key, corrections.c.id)
Index("ix_corrections_correction", corrections.c.correction_id)

source_cursors = Table(
    "source_cursors",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("process", Text),
    Column("taken_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)
"""`process`: by which a holder on the same machine is known to live (see Liveness); NULL where machines differ."""

alerts = Table(
    "sentiment_alerts",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("rule_id", Text),
    Column("rule_name", Text),
    Column("alert_type", Text, nullable=False),
    Column("scope_dimension", Text),
    Column("scope_value", Text),
    Column("threshold_value", Float, nullable=False),
    Column("actual_value", Float, nullable=False),
    Column("window_start", BigInteger, nullable=False, index=True),
    Column("window_end", BigInteger, nullable=False),
    Column("post_count", BigInteger, nullable=False),
    Column("triggered_at", BigInteger, nullable=False, index=True),
    Column("resolved_at", BigInteger),
    Column("details", Text, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("acknowledged_by", Text),
    Column("acknowledged_note", Text),
)
Index(
    "uq_alerts_open",
    alerts.c.rule_id,
    unique=True,
    sqlite_where=text("resolved_at IS NULL"),
    postgresql_where=text("resolved_at IS NULL"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)
Index(
    "uq_api_keys_live",
    api_keys.c.name,
    unique=True,
    sqlite_where=text("revoked_at IS NULL"),
    postgresql_where=text("revoked_at IS NULL"),
)

refine_queue = Table(
    "refine_queue",
    metadata,
    Column("post_key", LargeBinary(16), primary_key=True),
    Column("content_hash", LargeBinary(16), nullable=False),
    Column("tier", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("queued_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", Text, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Posts whose text a better model has still to read, with the tier and confidence of the reading they have."""

Index("ix_refine_order", refine_queue.c.confidence, refine_queue.c.post_key)

facts = Table(
    "store_facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Facts about the store itself.

`epoch` (see NumbersReader.epoch), the `churn_threshold` its rollups were made with, how many posts have `expired`, the
second before which rollups are `sealed`, and for each partition of the stream up to where outcomes were `forgotten`.
"""
