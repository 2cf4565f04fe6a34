"""The watcher on the real store: one alert per episode."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from fakes import MovableClock
from sentistream.domain.analysis import Reading, SentimentLabel
from sentistream.domain.event import AlertEvent
from sentistream.domain.post import Post
from sentistream.live.memory import MemoryLive
from sentistream.pipeline.watch import Watcher
from sentistream.settings import AlertsSettings
from sentistream.storage.base import Settling
from sentistream.storage.sqlite import SqliteStore
from sentistream.telemetry.metrics import Metrics


class Scene:
    """A store, a feed, a watcher and hands to write posts."""

    def __init__(self, folder: Path, clock: MovableClock) -> None:
        self.clock = clock
        self.store = SqliteStore(folder / "store.db", readers=1)
        self.live = MemoryLive(1_000, "epoch")
        self.metrics = Metrics()
        self.settings = AlertsSettings(min_posts=20, negative_share=0.5, negative_ratio=3.0, hysteresis=0.9)
        self.watcher = Watcher(
            store=self.store, live=self.live, metrics=self.metrics, settings=self.settings, clock=clock
        )
        self.written = 0

    async def posts(self, label: SentimentLabel, count: int, age: float = 30) -> None:
        score = {"positive": 0.8, "negative": -0.8, "neutral": 0.0, "unscored": None}[label]
        items = []
        for _ in range(count):
            self.written += 1
            created = self.clock() - timedelta(seconds=age)
            post = Post(post_id=str(self.written), source="x", content="t", created_at=created, product="Aero")
            reading = Reading(
                sentiment_label=label, sentiment_score=score, model_name="m", model_version="1", tier="fast"
            )
            items.append(Settling(entry_id=f"e:{self.written:016d}", entry=post, reading=reading))
        await self.store.write(items, self.clock())

    async def look(self) -> list[tuple[str, bool]]:
        """(type, open) of every stored episode, oldest first."""
        await self.watcher.look()
        return [(one.alert_type, one.resolved_at is None) for one in reversed(await self.store.alerts.page())]


@pytest.fixture
async def scene(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Scene]:
    made = Scene(tmp_path, clock)
    await made.store.migrate()
    yield made
    await made.live.close()
    await made.store.close()


async def test_a_bad_turn_raises_one_alert_that_is_stored_and_sent(scene: Scene) -> None:
    position = await scene.live.position()
    await scene.posts("negative", 12)
    await scene.posts("positive", 8)
    assert await scene.look() == [("high_negative_sentiment", True)]
    assert await scene.look() == [("high_negative_sentiment", True)]
    [alert] = await scene.store.alerts.current()
    assert (alert.actual_value, alert.threshold_value, alert.post_count) == (0.6, 0.5, 20)
    assert (alert.window_start, alert.window_end) == (
        alert.window_start.replace(second=0, microsecond=0),
        alert.window_end.replace(second=0, microsecond=0),
    )
    assert alert.window_start < scene.clock() <= alert.window_end, "the whole minutes that were counted"
    assert alert.details == {"positive": 8, "negative": 12, "neutral": 0, "products": {"Aero": 12}}
    [event] = (await anext(scene.live.subscribe(position))).events
    assert isinstance(event, AlertEvent)
    assert event.alert.id == alert.id
    gauge = 'sentistream_alerts_open{alert_type="high_negative_sentiment"} 1.0'
    assert gauge in scene.metrics.render()[0].decode()


async def test_too_few_or_unscored_posts_say_nothing(scene: Scene) -> None:
    await scene.posts("negative", 19)
    await scene.posts("unscored", 50)
    assert await scene.look() == []


async def test_exactly_the_threshold_is_not_above_it(scene: Scene) -> None:
    await scene.posts("negative", 10)
    await scene.posts("positive", 10)
    assert await scene.look() == []


async def test_an_episode_ends_only_below_the_hysteresis(scene: Scene) -> None:
    await scene.posts("negative", 60)
    await scene.posts("positive", 40)
    assert await scene.look() == [("high_negative_sentiment", True)]
    await scene.posts("positive", 25)  # share 0.48: below the threshold, not below 0.45
    assert await scene.look() == [("high_negative_sentiment", True)]
    await scene.posts("positive", 25)  # 0.40
    assert await scene.look() == [("high_negative_sentiment", False)]
    await scene.posts("negative", 60)
    assert await scene.look() == [("high_negative_sentiment", False), ("high_negative_sentiment", True)]
    [ended, _] = reversed(await scene.store.alerts.page())
    assert ended.actual_value == 0.6
    assert ended.resolved_at == scene.clock()


async def test_the_worst_value_of_an_episode_is_kept(scene: Scene) -> None:
    await scene.posts("negative", 15)
    await scene.posts("positive", 10)
    await scene.look()
    await scene.posts("negative", 25)
    await scene.look()
    [ratio, share] = sorted(await scene.store.alerts.current(), key=lambda one: one.alert_type)
    assert (ratio.actual_value, share.actual_value) == (4.0, 0.8)


async def test_the_ratio_counts_no_positive_as_one(scene: Scene) -> None:
    await scene.posts("neutral", 30)
    await scene.posts("negative", 4)
    assert await scene.look() == [("high_negative_ratio", True)]


async def test_silence_ends_an_episode(scene: Scene) -> None:
    await scene.posts("negative", 30)
    assert {state for _, state in await scene.look()} == {True}
    scene.clock.advance(600)
    assert {state for _, state in await scene.look()} == {False}


@pytest.mark.parametrize(("age", "alerts"), [(30, True), (299, True), (355, True), (480, False), (86_400, False)])
async def test_posts_alert_within_the_window_and_the_allowed_lateness(scene: Scene, age: float, alerts: bool) -> None:
    await scene.posts("negative", 30, age=age)
    assert bool(await scene.look()) is alerts
