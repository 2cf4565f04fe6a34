"""Any history of entries, against a naive model that recounts everything from scratch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import OpenStore, empty

from sentistream.domain.analysis import TIER_RANK, Reading
from sentistream.domain.ledger import OUTCOMES
from sentistream.domain.post import Correction, Entry, Invalid, Post, Tombstone, Withdrawal, content_hash, post_key
from sentistream.domain.query import DIMENSIONS, Filters, NumbersQuery
from sentistream.storage.base import Settling, Store
from sentistream.storage.store import SqlStore

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
START, END = NOW - timedelta(hours=3), NOW + timedelta(hours=1)

LABELS = {"good": ("positive", 0.75), "bad": ("negative", -0.5), "so so": ("neutral", 0.0), "???": ("unscored", None)}
"""The model's reading of each text; a text has the same reading wherever it occurs."""


def reading_of(content: str, model: str = "live-model") -> Reading:
    label, score = LABELS[content]
    if model == "trial-model":
        label, score = {"positive": ("negative", -1.0), "negative": ("positive", 1.0)}.get(label, (label, score))
    emotional = content == "bad"
    return Reading(
        sentiment_label=label,  # type: ignore[arg-type]
        sentiment_score=score,
        confidence_score=None if score is None else 0.9,
        model_name=model,
        model_version="1",
        tier="unscored" if label == "unscored" else "full" if model == "trial-model" else "fast",
        emotion="anger" if emotional else None,
        emotions=(0.0, 0.1, 0.8, 0.0, 0.0, 0.3, 0.05) if emotional else None,
        toxicity=0.25 if content == "bad" else None,
        churn_risk=0.6 if content == "bad" else None,
        language="en",
    )


ids = st.sampled_from(["1", "2", "3"])
sources = st.sampled_from(["twitter", "reddit"])
minutes = st.integers(0, 100).map(lambda n: START + timedelta(minutes=n, seconds=n))
posts = st.builds(
    Post,
    post_id=ids,
    source=sources,
    content=st.sampled_from(list(LABELS)),
    connector=st.sampled_from(["http", "file:x"]),
    created_at=minutes,
    edited_at=st.integers(0, 4).map(lambda n: NOW - timedelta(minutes=n)),
    product=st.sampled_from([None, "Aero", "Boat"]),
    channel=st.sampled_from([None, "app"]),
    city=st.sampled_from([None, "Paris"]),
    country=st.sampled_from([None, "FR", "US"]),
)
graves = st.builds(Tombstone, post_id=ids, source=sources, deleted_at=st.just(NOW))
corrections = st.builds(
    Correction,
    post_id=ids,
    source=sources,
    content_hash=st.sampled_from(list(LABELS)).map(content_hash),
    correction_id=st.sampled_from(["c1", "c2"]),
    corrected_by=st.just("bo"),
    corrected_at=st.just(NOW),
    sentiment_label=st.sampled_from(["positive", "negative", "neutral", None]),
    toxicity=st.sampled_from([None, 0.5]),
)
withdrawals = st.builds(
    Withdrawal,
    post_id=ids,
    source=sources,
    content_hash=st.sampled_from(list(LABELS)).map(content_hash),
    correction_id=st.sampled_from(["c1", "c2"]),
    withdrawn_by=st.just("bo"),
    withdrawn_at=st.just(NOW),
)
broken = st.builds(Invalid, raw=st.just("{"), reason=st.just("broken"))
entries: st.SearchStrategy[Entry] = st.one_of(posts, posts, posts, graves, corrections, withdrawals, broken)
steps = st.one_of(
    st.lists(entries, min_size=1, max_size=6),
    st.lists(entries, min_size=1, max_size=6),
    st.integers(0, 30),  # deliver an earlier batch again
    st.sampled_from(["layer", "promote", "demote"]),
)


class Naive:
    """Everything kept in lists, everything recounted."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.posts: dict[bytes, Post] = {}
        self.readings: dict[bytes, list[dict[str, Any]]] = {}
        self.language: dict[bytes, str | None] = {}
        self.graves: set[bytes] = set()
        self.ledger: Counter[tuple[str, str]] = Counter()

    def apply(self, item: Settling, now: int) -> None:
        if item.entry_id not in self.seen:
            self.seen.add(item.entry_id)
            self.ledger[item.entry.connector, self._outcome(item.entry, item.reading, now)] += 1

    def _outcome(self, entry: Entry, reading: Reading | None, now: int) -> str:
        if isinstance(entry, Invalid):
            return "dead_lettered"
        key = post_key(entry.source, entry.post_id).bytes
        old = self.posts.get(key)
        if isinstance(entry, Tombstone):
            if key in self.graves:
                return "duplicate"
            self.graves.add(key)
            self.readings.pop(key, None)
            return "tombstoned" if self.posts.pop(key, None) is None else "deleted"
        if isinstance(entry, Correction):
            return self._correct(key, entry, now)
        if isinstance(entry, Withdrawal):
            return self._withdraw(key, entry)
        if key in self.graves:
            return "stale"
        if old is not None:
            versions = [(one.edited_at, content_hash(one.content)) for one in (entry, old)]
            if versions[0] < versions[1]:
                return "stale"
            if versions[0] == versions[1] and self._metadata(entry) == self._metadata(old):
                return "duplicate"
        self.posts[key] = entry
        assert reading is not None
        self._read(key, entry.content, reading, now, active=True)
        return "created" if old is None else "edited"

    def _correct(self, key: bytes, entry: Correction, now: int) -> str:
        post = self.posts.get(key)
        if post is None or content_hash(post.content) != entry.content_hash:
            return "stale"
        base = self.current(key)
        assert base is not None
        score = {"positive": 1.0, "negative": -1.0, "neutral": 0.0}
        label = entry.sentiment_label
        earlier = [one["at"] for one in self._human(key)]
        human = base | {
            "layer": "human",
            "label": label or base["label"],
            "score": score[label] if label else base["score"],
            "toxicity": base["toxicity"] if entry.toxicity is None else entry.toxicity,
            "tier": "human",
            "model": "human:bo",
            "version": entry.correction_id,
            "active": True,
            "at": max([now, *(at + 1e-6 for at in earlier)]),
        }
        if any(self._same(one, human) for one in self.readings[key]):
            return "duplicate"
        self.readings[key].append(human)
        return "corrected"

    def _withdraw(self, key: bytes, entry: Withdrawal) -> str:
        post = self.posts.get(key)
        if post is None or content_hash(post.content) != entry.content_hash:
            return "stale"
        human, current = self._human(key), self.current(key)
        assert current is not None
        if any(one["version"] == entry.correction_id and not one["active"] for one in human):
            return "duplicate"
        if current["tier"] != "human" or current["version"] != entry.correction_id:
            return "stale"
        for one in human:
            one["active"] = False
        return "corrected"

    def _human(self, key: bytes) -> list[dict[str, Any]]:
        hash_ = content_hash(self.posts[key].content)
        return [one for one in self.readings[key] if one["layer"] == "human" and one["hash"] == hash_]

    def layer(self, key: bytes, now: int) -> None:
        content = self.posts[key].content
        self._read(key, content, reading_of(content, "trial-model"), now, active=False)

    def switch(self, active: bool) -> None:
        for readings in self.readings.values():
            for one in readings:
                if one["layer"] == "trial":
                    one["active"] = active

    def _read(self, key: bytes, content: str, reading: Reading, now: int, *, active: bool) -> None:
        one = {
            "layer": "live" if active else "trial",
            "hash": content_hash(content),
            "label": reading.sentiment_label,
            "score": reading.sentiment_score,
            "emotion": reading.emotion,
            "emotions": reading.emotions,
            "toxicity": reading.toxicity,
            "churn": reading.churn_risk,
            "tier": reading.tier,
            "model": reading.model_name,
            "version": reading.model_version,
            "active": active,
            "at": now,
        }
        readings = self.readings.setdefault(key, [])
        if not any(self._same(one, other) for other in readings):
            readings.append(one)

    @staticmethod
    def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
        return all(one[name] == other[name] for name in ("hash", "model", "version"))

    @staticmethod
    def _metadata(post: Post) -> tuple[Any, ...]:
        return post.created_at, post.product, post.channel, post.city, post.country

    def current(self, key: bytes) -> dict[str, Any] | None:
        hash_ = content_hash(self.posts[key].content)
        usable = [one for one in self.readings[key] if one["active"] and one["hash"] == hash_]

        def precedence(one: dict[str, Any]) -> tuple[Any, ...]:
            preferred = one["layer"] == "trial" and one["tier"] != "unscored"
            return one["tier"] == "human", preferred, TIER_RANK[one["tier"]], one["at"], one["model"], one["version"]

        return max(usable, key=precedence, default=None)

    def group(self, dimension: str, key: bytes) -> str | None:
        post, one = self.posts[key], self.current(key)
        assert one is not None
        if dimension == "city":
            return f"{post.country or ''}/{post.city}" if post.city else None
        named = {"sentiment": one["label"], "tier": one["tier"], "emotion": one["emotion"], "language": "en"}
        return named[dimension] if dimension in named else getattr(post, dimension)  # type: ignore[no-any-return]

    def numbers(self, keys: Sequence[bytes]) -> dict[str, Any]:
        ones = [one for key in keys if (one := self.current(key))]

        def mean(values: list[float]) -> float | None:
            return round(sum(round(value * 10_000) for value in values) / 10_000 / len(values), 4) if values else None

        labels = Counter(one["label"] for one in ones)
        anger = [one["emotions"][2] for one in ones if one["emotions"]]
        return {
            "posts": len(ones),
            "positive": labels["positive"],
            "negative": labels["negative"],
            "neutral": labels["neutral"],
            "unscored": labels["unscored"],
            "average_sentiment": mean([one["score"] for one in ones if one["score"] is not None]),
            "average_toxicity": mean([one["toxicity"] for one in ones if one["toxicity"] is not None]),
            "toxicity_posts": sum(one["toxicity"] is not None for one in ones),
            "average_churn_risk": mean([one["churn"] for one in ones if one["churn"] is not None]),
            "churn_posts": sum(one["churn"] is not None for one in ones),
            "high_churn_risk": sum(one["churn"] is not None and one["churn"] >= 0.5 for one in ones),
            "anger": mean(anger),
            "emotion_posts": len(anger),
        }


async def play(store: SqlStore, history: list[Any]) -> None:
    await empty(store)
    naive = Naive()
    batches: list[list[Settling]] = []
    number = 0
    for second, step in enumerate(history):
        now = NOW + timedelta(seconds=second)
        if isinstance(step, str):
            await _layers(store, naive, step, now, second)
            continue
        if isinstance(step, int):
            if not batches:
                continue
            batch = batches[step % len(batches)]
        else:
            batch = []
            for entry in step:
                number += 1
                reading = reading_of(entry.content) if isinstance(entry, Post) else None
                batch.append(Settling(entry_id=f"e:{number:016d}", entry=entry, reading=reading))
            batches.append(batch)
        settled = await store.write(batch, now)
        assert set(settled.outcomes) == {item.entry_id for item in batch}
        for item in batch:
            naive.apply(item, second)
    await _compare(store, naive)


async def _layers(store: Store, naive: Naive, step: str, now: datetime, second: int) -> None:
    if step == "layer":
        views = [view async for chunk in store.posts.export(Filters()) for view in chunk]
        readings = [(view.id, content_hash(view.content), reading_of(view.content, "trial-model")) for view in views]
        await store.add_layer("trial", readings, now)
        for key in naive.posts:
            naive.layer(key, second)
    else:
        move = store.promote if step == "promote" else store.demote
        while await move("trial", 2, now):
            pass
        naive.switch(step == "promote")


async def _compare(store: Store, naive: Naive) -> None:
    assert await store.ledger.findings() == []
    accounts = await store.ledger.accounts()
    counted = {
        (name, outcome): getattr(account, outcome)
        for name, account in accounts.items()
        for outcome in OUTCOMES
        if getattr(account, outcome)
    }
    assert counted == dict(naive.ledger)
    assert await store.posts.count() == len(naive.posts)
    views = {view.id: view async for chunk in store.posts.export(Filters()) for view in chunk}
    for post in naive.posts.values():
        key = post_key(post.source, post.post_id)
        view, one = views[str(key)], naive.current(key.bytes)
        assert one is not None
        assert (view.content, view.edited_at, view.product, view.city) == (
            post.content, post.edited_at, post.product, post.city,
        )  # fmt: skip
        assert (view.sentiment_label, view.tier, view.model_name, view.model_version, view.toxicity) == (
            one["label"], one["tier"], one["model"], one["version"], one["toxicity"],
        )  # fmt: skip
    for dimension in (None, *DIMENSIONS):
        await _compare_numbers(store, naive, dimension)


async def _compare_numbers(store: Store, naive: Naive, dimension: Any) -> None:
    expected: dict[tuple[Any, Any], list[bytes]] = {}
    for key, post in naive.posts.items():
        group = naive.group(dimension, key) if dimension else None
        if group is not None or dimension is None:
            hour = post.created_at.replace(minute=0, second=0, microsecond=0)
            expected.setdefault((hour, group), []).append(key)
    cells = await store.numbers.cells(NumbersQuery(start=START, end=END, period="hour", group_by=dimension))
    found = {(cell.bucket, cell.key): cell.numbers for cell in cells}
    assert found.keys() == expected.keys()
    for place, keys in expected.items():
        numbers = found[place]
        wanted = naive.numbers(keys)
        assert (numbers.emotions or {}).get("anger") == wanted.pop("anger")
        assert {name: getattr(numbers, name) for name in wanted} == wanted


@pytest.fixture
def stage(open_store: OpenStore, tmp_path: Path) -> Iterator[tuple[asyncio.Runner, SqlStore]]:
    """A store for one history after the other, and what runs them."""
    with asyncio.Runner() as runner:
        store = runner.run(open_store(tmp_path))
        yield runner, store
        runner.run(store.close())


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(history=st.lists(steps, min_size=1, max_size=12))
def test_any_history_leaves_current_and_rollups_exact(
    stage: tuple[asyncio.Runner, SqlStore], history: list[Any]
) -> None:
    runner, store = stage
    runner.run(play(store, history))
