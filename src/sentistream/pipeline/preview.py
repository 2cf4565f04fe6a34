"""When a rule would have raised an alert: the watcher's judgement, replayed over the stored minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import msgspec

from sentistream.domain.query import NumbersQuery
from sentistream.domain.rollup import MINUTE, Numbers
from sentistream.domain.rule import MEASURES, Rule, Window, judge
from sentistream.storage.base import Store

CHUNK = timedelta(days=3)
"""Read at once: the store answers with at most some thousand buckets."""

POINTS = 360
"""Most points of the line that is drawn."""

_COUNTED = ("posts", "positive", "negative", "neutral", "unscored", "churn_posts", "high_churn_risk")


class Point(msgspec.Struct, frozen=True):
    """The highest value of a stretch of looks that began at `at`; None where no window had enough posts to say."""

    at: datetime
    value: float | None


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """An episode that would have been; `resolved_at` None where it would still be open at the end."""

    triggered_at: datetime
    resolved_at: datetime | None
    window_start: datetime
    window_end: datetime
    trigger_value: float
    actual_value: float
    post_count: int


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule would have done in [start, end). `looks`: minutes that had enough posts to say, of all `minutes`."""

    start: datetime
    end: datetime
    minutes: int
    looks: int
    highest: float | None
    episodes: list[Fired]
    points: list[Point]


async def preview(store: Store, rule: Rule, end: datetime, days: int, lateness_seconds: int) -> Preview:
    """Replay the `days` before `end`, a look at each whole minute, as if every post had been there on time."""
    end = end.replace(second=0, microsecond=0)
    start = end - timedelta(days=days)
    reach = timedelta(seconds=rule.window_seconds + lateness_seconds + MINUTE)
    stored: dict[int, Numbers] = {}
    low = start - reach
    while low < end:
        high = min(low + CHUNK, end)
        query = NumbersQuery(start=low, end=high, filters=rule.filters(), period="minute")
        for cell in await store.numbers.cells(query):
            assert cell.bucket is not None
            stored[int(cell.bucket.timestamp()) // MINUTE] = cell.numbers
        low = high
    return await asyncio.to_thread(replayed, rule, stored, start, end, lateness_seconds)


def replayed(
    rule: Rule, stored: Mapping[int, Numbers], start: datetime, end: datetime, lateness_seconds: int
) -> Preview:
    """The same over `stored` numbers by minutes since 1970; both ends on whole minutes."""
    first, last = int(start.timestamp()) // MINUTE, int(end.timestamp()) // MINUTE
    late, width = -(-lateness_seconds // MINUTE), -(-rule.window_seconds // MINUTE)
    sample = MEASURES[rule.alert_type].sample
    windows = _windows(stored, first - late, last, width)
    stride = -(-(last - first) // POINTS)
    peaks: list[float | None] = [None] * -(-(last - first) // stride)
    episodes: list[Fired] = []
    looks = 0
    is_open = False
    for place, minute in enumerate(range(first + 1, last + 1)):
        verdict = judge(rule, (windows[place + late], windows[place]), is_open)
        if verdict.worst is not None:
            looks += 1
            peak = peaks[place // stride]
            peaks[place // stride] = verdict.value if peak is None else max(peak, verdict.value)
        if verdict.is_open and verdict.worst is not None:
            if not is_open:
                episodes.append(
                    Fired(
                        triggered_at=_at(minute),
                        resolved_at=None,
                        window_start=verdict.worst.start,
                        window_end=verdict.worst.end,
                        trigger_value=round(verdict.value, 4),
                        actual_value=round(verdict.value, 4),
                        post_count=sample(verdict.worst.numbers),
                    )
                )
            elif verdict.value > episodes[-1].actual_value:
                episodes[-1] = msgspec.structs.replace(episodes[-1], actual_value=round(verdict.value, 4))
        elif is_open:
            episodes[-1] = msgspec.structs.replace(episodes[-1], resolved_at=_at(minute))
        is_open = verdict.is_open
    return Preview(
        start=start,
        end=end,
        minutes=last - first,
        looks=looks,
        highest=max((round(peak, 4) for peak in peaks if peak is not None), default=None),
        episodes=episodes,
        points=[
            Point(_at(first + place * stride), None if peak is None else round(peak, 4))
            for place, peak in enumerate(peaks)
        ],
    )


def _windows(stored: Mapping[int, Numbers], low: int, high: int, width: int) -> list[Window]:
    """The windows of `width` minutes that end at low + 1, low + 2, … high, by differences of running sums."""
    minutes = range(low - width, high)
    none = Numbers()
    sums = {name: [0, *accumulate(getattr(stored.get(minute, none), name) for minute in minutes)] for name in _COUNTED}
    return [
        Window(
            _at(end - width),
            _at(end),
            Numbers(**{name: total[end - low + width] - total[end - low] for name, total in sums.items()}),
        )
        for end in range(low + 1, high + 1)
    ]


def _at(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * MINUTE, UTC)
