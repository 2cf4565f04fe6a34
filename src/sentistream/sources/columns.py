"""Rows to posts: which column is which field."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from sentistream.domain.errors import SettingsError
from sentistream.domain.post import Post
from sentistream.sources.dates import parse_date

ALIASES: dict[str, tuple[str, ...]] = {
    "content": ("text", "full_text", "body", "message", "tweet", "tweet_text", "comment", "review", "review_text"),
    "post_id": ("id", "id_str", "tweet_id", "status_id", "comment_id", "review_id", "uuid"),
    "created_at": (
        "date", "timestamp", "time", "created", "datetime", "tweet_created", "created_time", "created_utc",
        "published_at", "published", "posted_at",
    ),
    "edited_at": ("edited", "updated_at", "modified_at"),
    "author": ("user", "username", "user_name", "screen_name", "name", "handle"),
    "source": ("platform", "network"),
    "product": ("brand", "airline", "company"),
    "channel": (),
    "location": ("tweet_location", "user_location", "place"),
    "city": (),
    "country": ("country_code",),
    "latitude": ("lat",),
    "longitude": ("lon", "lng", "long"),
    "engagement": ("likes", "like_count", "favorite_count", "favourites"),
    "language": ("lang",),
    "url": ("link", "permalink"),
    "reply_to": ("in_reply_to", "in_reply_to_status_id", "parent_id"),
    "simulated": (),
}  # fmt: skip
"""Other names under which a field is found, the likeliest first. Case, spaces and dashes do not matter."""

MAX_EXTRA, MAX_EXTRA_KEY, MAX_EXTRA_VALUE = 32, 64, 1024

_TEXTS = ("author", "product", "channel", "location", "city", "country", "language", "url", "reply_to")
_NOT_SOURCE = re.compile(r"[^a-z0-9_-]+")
_PLANS = 256
_MISSING = "is missing; name its column with a mapping such as {0}=COLUMN"


class BadRow(ValueError):
    """A row that is no post, said for people."""


class Columns:
    """Turns rows into posts. `mapping` is field → column and goes before any alias."""

    def __init__(self, connector: str, source: str, mapping: Mapping[str, str] | None = None) -> None:
        unknown = sorted(set(mapping or ()) - set(ALIASES))
        if unknown:
            raise SettingsError(
                f"cannot map {', '.join(unknown)}: no such field. Fields are {', '.join(ALIASES)}", unknown=unknown
            )
        self._connector = connector
        self._source = source
        self._mapping = dict(mapping or {})
        self._plans: dict[tuple[str, ...], dict[str, str]] = {}

    def post(self, row: Mapping[str, Any], dated: datetime | None = None) -> Post:
        """The post in `row`; `dated` stands in where there is no date.

        BadRow or msgspec.ValidationError says why there is none.
        """
        plan = self._plan(tuple(row))
        values: dict[str, Any] = {"connector": self._connector}
        given = {field: row[column] for field, column in plan.items()}
        content = given.get("content")
        if content is None:
            raise BadRow("content " + _MISSING.format("content"))
        if not isinstance(content, str):
            raise BadRow(f"content should be text, not {type(content).__name__}")
        values["content"] = content
        for field in _TEXTS:
            value = given.get(field)
            if value is not None and value != "":
                values[field] = _text(field, value)
        values["source"] = self._source_of(given.get("source"))
        if given.get("created_at") is not None or dated is None:
            if given.get("created_at") is None:
                raise BadRow("created_at " + _MISSING.format("created_at"))
            values["created_at"] = _date("created_at", given["created_at"])
        else:
            values["created_at"] = dated
        if given.get("edited_at") not in (None, "", False):  # Reddit writes `false` for never
            values["edited_at"] = _date("edited_at", given["edited_at"])
        values["post_id"] = self._id(given, "post_id" in plan, values)
        for field, kind in (("latitude", float), ("longitude", float), ("engagement", int)):
            value = given.get(field)
            if value is not None and value != "":
                values[field] = _number(field, value, kind)
        if given.get("simulated") is not None:
            values["simulated"] = str(given["simulated"]).strip().lower() in ("true", "1", "yes")
        used = set(plan.values())
        if len(used) < len(row):
            values["extra"] = _extra({name: value for name, value in row.items() if name not in used})
        return msgspec.convert(values, Post)

    def _plan(self, names: tuple[str, ...]) -> dict[str, str]:
        plan = self._plans.get(names)
        if plan is None:
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            plan = self._plans[names] = self._make_plan(names)
        return plan

    def _make_plan(self, names: tuple[str, ...]) -> dict[str, str]:
        plan = {field: column for field, column in self._mapping.items() if column in names}
        taken = set(self._mapping.values())
        normal: dict[str, str] = {}
        for name in names:
            normal.setdefault(re.sub(r"[\s-]+", "_", name.strip().lower()), name)
        for field, aliases in ALIASES.items():
            for alias in (field, *aliases):
                if field not in self._mapping and alias in normal and normal[alias] not in taken:
                    plan[field] = normal[alias]
                    taken.add(normal[alias])
                    break
        return plan

    def _source_of(self, value: Any) -> str:
        if value is None or value == "":
            return self._source
        source = _NOT_SOURCE.sub("-", _text("source", value).strip().lower()).strip("-")
        if not source:
            raise BadRow("source should name a platform: a-z, 0-9, _ and -")
        return source

    def _id(self, given: Mapping[str, Any], has_column: bool, values: Mapping[str, Any]) -> str:
        value = given.get("post_id")
        if value is not None and value != "":
            return _text("post_id", value)
        if has_column:
            raise BadRow("post_id is empty")
        # No such column at all: what was said, by whom and when, is the post's identity.
        raw = (values.get("author", ""), str(given.get("created_at", "")), values["content"])
        return hashlib.blake2b("\x00".join(raw).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _text(field: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    raise BadRow(f"{field} should be text, not {type(value).__name__}")


def _number(field: str, value: Any, kind: type[int] | type[float]) -> int | float:
    try:
        number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
        if number is not None and number - number == 0:  # neither infinite nor NaN
            return int(number) if kind is int else number
    except (ValueError, OverflowError):
        pass  # said below
    raise BadRow(f"{field} should be a number, not {str(value)[:40]!r}")


def _date(field: str, value: Any) -> datetime:
    try:
        return parse_date(value)
    except ValueError as error:
        raise BadRow(f"{field} is {error}") from None


def _extra(row: Mapping[str, Any]) -> dict[str, str]:
    extra: dict[str, str] = {}
    for name, value in row.items():
        if value is None or value == "":
            continue
        if len(extra) == MAX_EXTRA:
            break
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        extra[name[:MAX_EXTRA_KEY]] = text[:MAX_EXTRA_VALUE]
    return extra
