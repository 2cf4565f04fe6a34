"""What Jetstream, the JSON feed of the Bluesky network, says: read, filtered, made an entry.

The wire is that of `/subscribe`, https://github.com/bluesky-social/jetstream (docs/README.md, section 5.1), and a
record that of the lexicon app.bsky.feed.post.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Any, NamedTuple

import msgspec

from sentistream.domain.post import EPOCH, Entry, Invalid, Post, Tombstone
from sentistream.sources.dates import parse_date
from sentistream.sources.records import legible

COLLECTION = "app.bsky.feed.post"
PLATFORM = "bluesky"
ALL = "*"

_DID = re.compile(r"did:[a-z]{1,16}:[A-Za-z0-9._:%-]{1,200}", re.ASCII)
_RKEY = re.compile(r"[A-Za-z0-9._~:-]{1,512}", re.ASCII)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-.*)?", re.ASCII)


class Commit(msgspec.Struct):
    """One change of one record."""

    operation: str
    collection: str
    rkey: str
    record: dict[str, Any] | None = None


class Event(msgspec.Struct):
    """One event; `time_us` are microseconds since 1970 at which the server saw it, and the cursor."""

    did: str
    time_us: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    kind: str
    commit: Commit | None = None


class Heard(NamedTuple):
    """When the server saw an event (None if it cannot be told), and the entry it makes, if any."""

    time_us: int | None
    entry: Entry | None


class Wanted:
    """Which posts are brought in: those that mention a keyword, in a language or in none they would name.

    A keyword stands for itself in upper and lower case and in all widths, with any spaces in it, and is no part of a
    longer word, except in scripts that put no spaces between words.
    """

    def __init__(self, keywords: Sequence[str], languages: Iterable[str]) -> None:
        self._keywords = [(keyword, _pattern(keyword)) for keyword in keywords]
        codes = {code.lower() for code in languages}
        self._languages = None if ALL in codes else codes

    def keyword(self, text: str) -> str | None:
        """The first keyword that `text` mentions; empty where there are none to mention, None if it mentions none."""
        if not self._keywords:
            return ""
        plain = _plain(text)
        return next((keyword for keyword, pattern in self._keywords if pattern.search(plain)), None)

    def language(self, claimed: Sequence[str]) -> str | None:
        """Of the languages a post claims the first that is wanted; empty if it claims none, None if none is wanted."""
        if not claimed:
            return ""
        return next((code for code in claimed if self._languages is None or code in self._languages), None)


class PostReader:
    """Makes entries of events for the connector `name`."""

    def __init__(self, name: str, wanted: Wanted) -> None:
        self._name = name
        self._wanted = wanted
        self._decoder = msgspec.json.Decoder(Event)
        self._last = 0

    def read(self, frame: bytes) -> Heard:
        """What `frame` says.

        A post that is not wanted, or that has no text (a picture, say), makes no entry; a change after which a post is
        not wanted any longer deletes it. What is no event, and a post of which text, date or place are odd, is Invalid.
        """
        try:
            event = self._decoder.decode(frame)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return Heard(None, self._invalid(frame, f"not an event of Jetstream: {error}"))
        self._last = event.time_us
        commit = event.commit
        if event.kind != "commit" or commit is None or commit.collection != COLLECTION:
            return Heard(event.time_us, None)
        try:
            return Heard(event.time_us, self._entry(event, commit))
        except ValueError as error:
            return Heard(event.time_us, self._invalid(frame, str(error)))

    def _entry(self, event: Event, commit: Commit) -> Entry | None:
        if not _DID.fullmatch(event.did) or not _RKEY.fullmatch(commit.rkey):
            raise ValueError("its author or record key is not what the AT protocol allows")
        post_id = f"at://{event.did}/{COLLECTION}/{commit.rkey}"
        seen = EPOCH + timedelta(microseconds=event.time_us)
        gone = Tombstone(post_id=post_id, source=PLATFORM, deleted_at=seen, connector=self._name)
        if commit.operation == "delete":
            return gone
        if commit.operation not in ("create", "update"):
            raise ValueError(f"unknown operation {commit.operation[:40]!r}")
        record = commit.record or {}
        match record.get("text"):
            case str(text):
                pass
            case _:
                raise ValueError("the record has no text")
        keyword, language = self._wanted.keyword(text), self._wanted.language(_languages(record.get("langs")))
        if not text.strip() or keyword is None or language is None:
            return gone if commit.operation == "update" else None
        return Post(
            post_id=post_id,
            source=PLATFORM,
            connector=self._name,
            content=text,
            author=event.did,
            # Clocks of phones go wrong and authors may claim any date: none is later than when it was seen.
            created_at=min(parse_date(record.get("createdAt")), seen),
            edited_at=seen if commit.operation == "update" else None,
            language=language or None,
            url=f"https://bsky.app/profile/{event.did}/post/{commit.rkey}",
            reply_to=_parent(record.get("reply")),
            product=keyword or None,
        )

    def _invalid(self, frame: bytes, reason: str) -> Invalid:
        return Invalid(
            raw=legible(frame), reason=legible(reason), connector=self._name, position=f"after {self._last} µs"
        )


def _languages(value: object) -> list[str]:
    """`en` of `en-US`; what is no language tag is left out."""
    tags = value if isinstance(value, list) else []
    found = [_LANGUAGE.fullmatch(tag) for tag in tags if isinstance(tag, str)]
    return [match[1].lower() for match in found if match]


def _parent(reply: object) -> str | None:
    parent = reply.get("parent") if isinstance(reply, dict) else None
    uri = parent.get("uri") if isinstance(parent, dict) else None
    return uri if isinstance(uri, str) and uri.startswith("at://") and len(uri) <= 256 and uri.isascii() else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _pattern(keyword: str) -> re.Pattern[str]:
    words = _plain(keyword).split()
    before, after = (_edge(words[0][0]), _edge(words[-1][-1])) if words else (False, False)
    body = r"\s+".join(map(re.escape, words))
    return re.compile((r"(?<!\w)" if before else "") + body + (r"(?!\w)" if after else ""))


def _edge(character: str) -> bool:
    """Whether a word that begins or ends with it stands by itself."""
    return (character.isalnum() or character == "_") and unicodedata.east_asian_width(character) not in ("W", "F")
