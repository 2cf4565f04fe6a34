"""From the body of POST posts to durable entries: item by item, so that one bad item stops no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from sentistream.api.dependencies import Prepare, Services
from sentistream.domain.errors import InvalidEntry, MalformedBody
from sentistream.domain.post import ALLOWED_FUTURE, EPOCH, MAX_BATCH, Entry, Invalid, Post, Tombstone
from sentistream.pipeline.ingest import Rejected
from sentistream.sources.records import legible

CONNECTOR = "http"
SHAPES = 'the body must be {"posts": [...]}, an array of posts, or one post'


class _Wrapped(msgspec.Struct):
    posts: list[msgspec.Raw]


class _Deletion(msgspec.Struct):
    deleted_at: datetime | None = None
    content: msgspec.Raw | None = None


_wrapped = msgspec.json.Decoder(_Wrapped)
_array = msgspec.json.Decoder(list[msgspec.Raw])
_post = msgspec.json.Decoder(Post)
_tombstone = msgspec.json.Decoder(Tombstone)
_deletion = msgspec.json.Decoder(_Deletion)


async def taken_in(services: Services, body: bytes) -> tuple[int, list[Rejected]]:
    """Publish what `body` holds; durable when it returns. MalformedBody, Overloaded or DiskFull: nothing went in."""
    entries, rejected = await asyncio.to_thread(read, body, services.prepare, services.clock)
    await services.stream.publish(entries)
    return len(entries) - len(rejected), rejected


def read(body: bytes, prepare: Prepare, clock: Callable[[], datetime]) -> tuple[list[Entry], list[Rejected]]:
    """Every item as an entry, in order: posts and tombstones, and Invalid where there is a rejection."""
    now = clock()
    items = _items(body)
    entries: list[Entry] = []
    rejected: list[Rejected] = []
    for index, item in enumerate(items):
        try:
            entries.append(_entry(item, now))
        except InvalidEntry as error:
            rejected.append(
                Rejected(index=index, code=error.code, message=error.message, field=error.details.get("field"))
            )
            entries.append(_invalid(item, index, error.message))
    prepared = prepare(entries, now)
    entries = prepared.entries
    for rejection in prepared.rejected:
        entries[rejection.index] = _invalid(items[rejection.index], rejection.index, rejection.message)
    return entries, sorted([*rejected, *prepared.rejected], key=lambda rejection: rejection.index)


def _invalid(item: bytes, index: int, reason: str) -> Invalid:
    return Invalid(raw=legible(item), reason=reason, connector=CONNECTOR, position=f"item {index}")


def _items(body: bytes) -> list[bytes]:
    try:
        try:
            items = [bytes(item) for item in _split(body)]
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            items = _split_leniently(body)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise MalformedBody(f"{SHAPES}: {error}") from None
    if not 1 <= len(items) <= MAX_BATCH:
        raise MalformedBody(f"1 to {MAX_BATCH:,} items are accepted at once, not {len(items):,}", field="posts")
    return items


def _split(body: bytes) -> list[msgspec.Raw]:
    start = body.lstrip()[:1]
    if start == b"[":
        return _array.decode(body)
    if start != b"{":
        msgspec.json.decode(body)  # raises where it is no JSON at all
        raise MalformedBody(SHAPES)
    try:
        return _wrapped.decode(body).posts
    except msgspec.ValidationError:
        # No `posts`: one post by itself, unless `posts` is there and is no array.
        if b'"posts"' in body and "posts" in msgspec.json.decode(body, type=dict[str, msgspec.Raw]):
            raise
        return [msgspec.Raw(body)]


def _split_leniently(body: bytes) -> list[bytes]:
    """Where strict JSON fails as a whole: lone surrogates and NaN are the fault of their item only."""
    found = json.loads(body)
    if isinstance(found, dict):
        found = found.get("posts", [found])
    if not isinstance(found, list):
        raise MalformedBody(SHAPES)
    return [json.dumps(item).encode() for item in found]


def _entry(item: bytes, now: datetime) -> Entry:
    try:
        if b'"deleted_at"' in item:
            probe = _deletion.decode(item)
            if probe.deleted_at is not None and probe.content is not None:
                raise InvalidEntry(
                    "an item is a post (content) or a deletion (deleted_at), not both", field="deleted_at"
                )
            if probe.deleted_at is not None:
                return _checked_tombstone(_tombstone.decode(item), now)
        post = _post.decode(item)
    except msgspec.ValidationError as error:
        raise InvalidEntry(str(error), **_field(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidEntry(f"not JSON text: {error}") from None
    if post.connector != CONNECTOR:
        post = msgspec.structs.replace(post, connector=CONNECTOR)
    return post


def _field(message: str) -> dict[str, Any]:
    """The field that msgspec complains of: "… - at `$.created_at`", "… missing required field `content`"."""
    if " - at `$." in message:
        return {"field": message.rpartition("`$.")[2].rstrip("`")}
    if "missing required field `" in message:
        return {"field": message.partition("field `")[2].partition("`")[0]}
    return {}


def _checked_tombstone(tombstone: Tombstone, now: datetime) -> Tombstone:
    if "\x00" in tombstone.post_id:
        raise InvalidEntry("post_id contains a NUL character", field="post_id")
    deleted = tombstone.deleted_at
    try:
        deleted = deleted.replace(tzinfo=UTC) if deleted.tzinfo is None else deleted.astimezone(UTC)
    except OverflowError:
        raise InvalidEntry("deleted_at is not a date this calendar can hold", field="deleted_at") from None
    if not EPOCH <= deleted <= now + ALLOWED_FUTURE:
        raise InvalidEntry("deleted_at lies before 1970 or more than 5 minutes in the future", field="deleted_at")
    return msgspec.structs.replace(tombstone, deleted_at=deleted, connector=CONNECTOR)
