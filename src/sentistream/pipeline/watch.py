"""The watcher: one alert per episode of a rule, with hysteresis."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import get_args

import msgspec
import structlog

from sentistream.domain.alert import Alert
from sentistream.domain.errors import Unavailable
from sentistream.domain.event import AlertEvent
from sentistream.domain.post import EPOCH
from sentistream.domain.query import NumbersQuery
from sentistream.domain.rollup import Numbers
from sentistream.domain.rule import MEASURES, AlertType, Rule, Scope, Window, judge
from sentistream.live.base import Live
from sentistream.pipeline.rules import standing
from sentistream.pipeline.tenure import Tenure
from sentistream.settings import AlertsSettings
from sentistream.storage.base import Store
from sentistream.telemetry.metrics import Metrics

MINUTE = timedelta(minutes=1)

log = structlog.get_logger(__name__)


class Watcher:
    """Looks at the last window of each rule every few seconds, in one process of all.

    Rules are read anew at every look, so that what people change counts with the next one, wherever they changed it.
    Windows are of `created_at`. The one that ended `lateness_seconds` ago is looked at as well, so
    that posts which come that late still alert; older ones never do. An episode whose rule is disabled or deleted
    ends at the next look.
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
            self._count(Counter())  # who no longer looks cannot tell

    async def look(self) -> None:
        """Evaluate every rule once."""
        now = self._clock()
        episodes = {alert.rule_id: alert for alert in await self._store.alerts.current()}
        seen: dict[tuple[Scope | None, int], list[Window]] = {}
        still_open: Counter[AlertType] = Counter()
        for rule in await standing(self._store, self._settings):
            if not rule.enabled:
                continue
            what = (rule.scope, rule.window_seconds)
            if what not in seen:
                seen[what] = await self._windows(rule, now)
            if await self._apply(rule, seen[what], episodes.pop(rule.id, None), now):
                still_open[rule.alert_type] += 1
        for orphan in episodes.values():
            await self._close(msgspec.structs.replace(orphan, details={**orphan.details, "ended_by": "rule"}), now)
        self._count(still_open)

    def _count(self, still_open: Counter[AlertType]) -> None:
        for alert_type in get_args(AlertType):
            self._metrics.alerts_open.labels(alert_type).set(still_open[alert_type])

    async def _windows(self, rule: Rule, now: datetime) -> list[Window]:
        late = timedelta(seconds=self._settings.lateness_seconds)
        return [await self._window(rule, now), await self._window(rule, now - late)]

    async def _window(self, rule: Rule, end: datetime) -> Window:
        # Numbers are of whole minutes: an episode tells the window that was counted, so that its posts can be found.
        start = (end - timedelta(seconds=rule.window_seconds)).replace(second=0, microsecond=0)
        end = -(-(end - EPOCH) // MINUTE) * MINUTE + EPOCH
        cells = await self._store.numbers.cells(NumbersQuery(start=start, end=end, filters=rule.filters()))
        return Window(start, end, cells[0].numbers if cells else Numbers())

    async def _apply(self, rule: Rule, windows: list[Window], episode: Alert | None, now: datetime) -> bool:
        """Open, update or end the rule's episode; whether one is open now."""
        verdict = judge(rule, windows, episode is not None)
        if episode is None:
            if verdict.is_open and verdict.worst is not None:
                await self._open(rule, verdict.worst, verdict.value, now)
        elif not verdict.is_open:
            await self._close(episode, now)
        elif verdict.value > episode.actual_value:
            await self._store.alerts.update(msgspec.structs.replace(episode, actual_value=round(verdict.value, 4)))
        return verdict.is_open

    async def _open(self, rule: Rule, window: Window, value: float, now: datetime) -> None:
        numbers = window.numbers
        leading = await self._store.numbers.cells(
            NumbersQuery(start=window.start, end=window.end, filters=rule.filters(), group_by="product", limit=5)
        )
        by_negative = sorted(leading, key=lambda cell: -cell.numbers.negative)
        alert = Alert(
            id=0,
            rule_id=rule.id,
            rule_name=rule.name,
            alert_type=rule.alert_type,
            scope=rule.scope,
            threshold_value=rule.threshold,
            actual_value=round(value, 4),
            window_start=window.start,
            window_end=window.end,
            post_count=MEASURES[rule.alert_type].sample(numbers),
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
            log.warning(
                "alert_raised",
                rule=rule.id,
                alert_type=rule.alert_type,
                value=alert.actual_value,
                posts=alert.post_count,
            )
            await self._live.publish([AlertEvent(id=f"alert:{stored.id}:open", alert=stored)])

    async def _close(self, episode: Alert, now: datetime) -> None:
        ended = await self._store.alerts.update(msgspec.structs.replace(episode, resolved_at=now))
        seconds = (now - ended.triggered_at).total_seconds()
        log.info("alert_ended", rule=ended.rule_id, alert_type=ended.alert_type, seconds=seconds)
        await self._live.publish([AlertEvent(id=f"alert:{ended.id}:ended", alert=ended)])
