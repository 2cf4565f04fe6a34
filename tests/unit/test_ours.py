"""Deletions of posts that are ours, and those of others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sentistream.domain.errors import StorageUnavailable
from sentistream.domain.post import Entry, Invalid, Post, Tombstone
from sentistream.pipeline.ours import Ours

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def post(id: str) -> Post:
    return Post(post_id=id, source="bluesky", content="text", created_at=NOW)


def gone(id: str) -> Tombstone:
    return Tombstone(post_id=id, source="bluesky", deleted_at=NOW)


class Stored:
    """A store that has some posts, or does not answer."""

    def __init__(self, *ids: str) -> None:
        self.ids = set(ids)
        self.away = False
        self.asked: list[Sequence[str]] = []

    async def __call__(self, ids: Sequence[str]) -> set[str]:
        self.asked.append(ids)
        if self.away:
            raise StorageUnavailable("away")
        return self.ids & set(ids)


async def test_only_deletions_of_our_posts_pass_and_everything_else_does() -> None:
    stored = Stored("old")
    ours = Ours(stored)
    entries: list[Entry] = [gone("strange"), post("new"), Invalid(raw="{", reason="odd"), gone("new"), gone("old")]
    assert await ours.of(entries) == [post("new"), Invalid(raw="{", reason="odd"), gone("new"), gone("old")]
    assert stored.asked == [["strange", "old"]], "one question for all, and none for what is known by heart"
    assert await ours.of([gone("new")]) == [gone("new")], "wherever it is on its way to the store"
    assert len(stored.asked) == 1


async def test_what_was_long_ago_is_for_the_store_to_know() -> None:
    ours = Ours(stored := Stored("a"), remembered=2)
    await ours.of([post("a"), post("b"), post("b"), post("c")])
    assert await ours.of([gone("a"), gone("b"), gone("c")]) == [gone("a"), gone("b"), gone("c")]
    assert stored.asked == [["a"]]


async def test_a_store_that_is_away_lets_no_deletion_be_lost() -> None:
    stored = Stored()
    stored.away = True
    assert await Ours(stored).of([gone("a"), post("b")]) == [gone("a"), post("b")]
