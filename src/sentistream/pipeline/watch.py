"""The watcher: one alert per episode of bad mood, with hysteresis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec
import structlog

from sentistream.domain.alert import Alert, AlertType
from sentistream.domain.errors import Unavailable
from sentistream.domain.event import AlertEvent
from sentistream.domain.query import NumbersQuery
from sentistream.domain.rollup import Numbers
from sentistream.live.base import Live
from sentistream.pipeline.tenure import Tenure
from sentistream.settings import AlertsSettings
from sentistream.storage.base import Store
from sentistream.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)


class Window(msgspec.Struct, frozen=True):
    """Posts created in [start, end) and what they add up to."""

    start: datetime
    end: datetime
    numbers: Numbers


class Rule(msgspec.Struct, frozen=True):
    """`value` of a window's numbers above `threshold` raises an alert of this type."""

    alert_type: AlertType
    threshold: float
    value: Callable[[Numbers], float]


def negative_share(numbers: Numbers) -> float:
    """Share of negative among scored posts, in [0, 1]."""
    return numbers.negative / numbers.scored if numbers.scored else 0.0


def negative_ratio(numbers: Numbers) -> float:
    """Negative posts per positive post; with no positive one, as if there were one."""
    return numbers.negative / max(numbers.positive, 1)


def rules(settings: AlertsSettings) -> tuple[Rule, ...]:
    """The two rules of this release."""
    return (
        Rule("high_negative_sentiment", settings.negative_share, negative_share),
        Rule("high_negative_ratio", settings.negative_ratio, negative_ratio),
    )


class Watcher:
    """Looks at the last window every few seconds, in one process of all.

    Windows are of `created_at`. The one that ended `lateness_seconds` ago is looked at as well, so
    that posts which come that late still alert; older ones never do. An episode opens when either
    window is above its threshold, and ends when both are below threshold times hysteresis, or
    have too few posts to say.
    """

    def __init__(
        self,
        *,
        store: Store,
        live: Live,
        metrics: Metrics,
        settings: AlertsSettings,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._live = live
        self._metrics = metrics
        self._settings = settings
        self._clock = clock
        self._sleep = sleep

    async def run(self, tenure: Tenure) -> None:
        """Until cancelled; LeaseLost once another process watches."""
        try:
            while True:
                try:
                    await tenure.check()
                    await self.look()
                except Unavailable as error:
                    log.warning("watch_waits", reason=error.message)
                await self._sleep(self._settings.every_seconds)
        finally:
            for rule in rules(self._settings):  # who no longer looks cannot tell
                self._metrics.alerts_open.labels(rule.alert_type).set(0)

    async def look(self) -> None:
        """Evaluate every rule once."""
        now = self._clock()
        windows = [
            await self._window(now),
            await self._window(now - timedelta(seconds=self._settings.lateness_seconds)),
        ]
        open_alerts = {alert.alert_type: alert for alert in await self._store.alerts.current()}
        for rule in rules(self._settings):
            is_open = await self._apply(rule, windows, open_alerts.get(rule.alert_type), now)
            self._metrics.alerts_open.labels(rule.alert_type).set(is_open)

    async def _window(self, end: datetime) -> Window:
        start = end - timedelta(seconds=self._settings.window_seconds)
        cells = await self._store.numbers.cells(NumbersQuery(start=start, end=end))
        return Window(start, end, cells[0].numbers if cells else Numbers())

    async def _apply(self, rule: Rule, windows: list[Window], episode: Alert | None, now: datetime) -> bool:
        """Open, update or end the rule's episode; whether one is open now."""
        telling = [window for window in windows if window.numbers.scored >= self._settings.min_posts]
        worst = max(telling, key=lambda window: rule.value(window.numbers), default=None)
        value = rule.value(worst.numbers) if worst else 0.0
        if episode is None:
            if worst is not None and value > rule.threshold:
                await self._open(rule, worst, value, now)
                return True
            return False
        if worst is None or value < rule.threshold * self._settings.hysteresis:
            await self._close(episode, now)
            return False
        if value > episode.actual_value:
            await self._store.alerts.update(msgspec.structs.replace(episode, actual_value=round(value, 4)))
        return True

    async def _open(self, rule: Rule, window: Window, value: float, now: datetime) -> None:
        numbers = window.numbers
        leading = await self._store.numbers.cells(
            NumbersQuery(start=window.start, end=window.end, group_by="product", limit=5)
        )
        by_negative = sorted(leading, key=lambda cell: -cell.numbers.negative)
        alert = Alert(
            id=0,
            alert_type=rule.alert_type,
            threshold_value=rule.threshold,
            actual_value=round(value, 4),
            window_start=window.start,
            window_end=window.end,
            post_count=numbers.scored,
            triggered_at=now,
            details={
                "positive": numbers.positive,
                "negative": numbers.negative,
                "neutral": numbers.neutral,
                "products": {cell.key: cell.numbers.negative for cell in by_negative if cell.numbers.negative},
            },
        )
        stored = await self._store.alerts.open(alert)
        if stored is not None:
            log.warning("alert_raised", alert_type=rule.alert_type, value=alert.actual_value, posts=alert.post_count)
            await self._live.publish([AlertEvent(id=f"alert:{stored.id}:open", alert=stored)])

    async def _close(self, episode: Alert, now: datetime) -> None:
        ended = msgspec.structs.replace(episode, resolved_at=now)
        await self._store.alerts.update(ended)
        log.info("alert_ended", alert_type=ended.alert_type, seconds=(now - ended.triggered_at).total_seconds())
        await self._live.publish([AlertEvent(id=f"alert:{ended.id}:ended", alert=ended)])
