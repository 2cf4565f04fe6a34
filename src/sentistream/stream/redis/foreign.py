"""Entries that others put into the stream: flat fields instead of a payload."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from sentistream.domain.post import Entry, Invalid, Post

CONNECTOR = "redis"
"""What foreign entries are counted under; lua/shared.lua counts them."""

FIELDS = ("post_id", "source", "content", "author", "created_at")
"""What a foreign entry holds at least, the author excepted. Other fields of a post may follow."""

_KNOWN = frozenset(Post.__struct_fields__) - {"connector", "extra"}


def read(fields: Mapping[bytes, bytes]) -> Entry:
    """The post in `fields`, unknown ones in `extra`; an Invalid with all of them if there is none. Never raises."""
    texts = {_text(name): _text(value) for name, value in fields.items()}
    given = {name: value for name, value in texts.items() if name in _KNOWN and value}
    given["source"] = given.get("source", "").lower()
    extra = {name: value for name, value in texts.items() if name not in _KNOWN}
    try:
        return msgspec.convert({**given, "connector": CONNECTOR, "extra": extra}, Post, strict=False)
    except (ValueError, OverflowError) as error:  # ValueError covers msgspec's own errors
        expected = ", ".join(FIELDS)
        return Invalid(
            raw=msgspec.json.encode(texts).decode(),
            reason=f"the stream holds something that is not a post of the fields {expected}: {error}",
            connector=CONNECTOR,
        )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
