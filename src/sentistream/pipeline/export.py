"""Posts as CSV, JSON lines or Parquet, in constant memory."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

import msgspec

from sentistream.domain.analysis import EMOTIONS
from sentistream.domain.errors import MissingExtra
from sentistream.domain.event import PostView

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}

PLAIN = tuple(name for name in PostView.__struct_fields__ if name not in ("emotions", "extra"))
COLUMNS = (*PLAIN, *(f"emotion_{emotion}" for emotion in EMOTIONS), "extra")
"""Columns of CSV and Parquet: emotions spread out, `extra` as JSON text. JSON lines keep PostView's shape."""

TIMES = ("created_at", "edited_at", "ingested_at", "analyzed_at")
REALS = ("latitude", "longitude", "sentiment_score", "confidence_score", "toxicity", "churn_risk")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins with one of these."""

Chunks = AsyncIterator[list[PostView]]
Writer = Callable[[Chunks], AsyncIterator[bytes]]


def writer(format: Format) -> Writer:
    """The writer of `format`; MissingExtra where its package is not installed."""
    if format == "parquet":
        _pyarrow()
    return {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}[format]


async def write_csv(chunks: Chunks) -> AsyncIterator[bytes]:
    """A header and one row per post (RFC 4180); cells that would run as a formula begin with `'`."""
    yield _csv_rows([COLUMNS])
    async for posts in chunks:
        if posts:
            yield await asyncio.to_thread(_csv_posts, posts)


async def write_jsonl(chunks: Chunks) -> AsyncIterator[bytes]:
    """One JSON object per line, of PostView's shape."""
    encoder = msgspec.json.Encoder()
    async for posts in chunks:
        if posts:
            yield await asyncio.to_thread(encoder.encode_lines, posts)


async def write_parquet(chunks: Chunks) -> AsyncIterator[bytes]:
    """One row group per chunk, zstd. Raises MissingExtra without pyarrow."""
    pa, parquet = _pyarrow()
    schema = _parquet_schema(pa)
    sink = _Sink()
    file = parquet.ParquetWriter(sink, schema, compression="zstd")

    def add(posts: Sequence[PostView]) -> bytes:
        rows = [dict(zip(COLUMNS, _values(post), strict=True)) for post in posts]
        file.write_table(pa.Table.from_pylist(rows, schema=schema))
        return sink.taken()

    try:
        async for posts in chunks:
            if posts and (written := await asyncio.to_thread(add, posts)):
                yield written
    finally:
        await asyncio.to_thread(file.close)
    yield sink.taken()


def _values(post: PostView) -> list[Any]:
    values: list[Any] = [getattr(post, name) for name in PLAIN]
    emotions = post.emotions or {}
    values += [emotions.get(emotion) for emotion in EMOTIONS]
    values.append(msgspec.json.encode(post.extra).decode() if post.extra else None)
    return values


def _csv_posts(posts: Sequence[PostView]) -> bytes:
    return _csv_rows([[guarded(value) for value in _values(post)] for post in posts])


def _csv_rows(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def guarded(value: Any) -> Any:
    """A cell that says the same and runs nothing; numbers stay numbers."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def _parquet_schema(pa: Any) -> Any:
    def kind(name: str) -> Any:
        if name in TIMES:
            return pa.timestamp("us", tz="UTC")
        if name in REALS or name.startswith("emotion_"):
            return pa.float64()
        return {"engagement": pa.int64(), "simulated": pa.bool_()}.get(name, pa.string())

    return pa.schema([(name, kind(name)) for name in COLUMNS])


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra('parquet needs pyarrow: pip install "sentistream[parquet]"', extra="parquet") from None
    return pyarrow, pyarrow.parquet


class _Sink(io.RawIOBase):
    """Takes what Parquet writes and hands it on in pieces."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._parts.append(piece)
        self._position += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._position

    def taken(self) -> bytes:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
