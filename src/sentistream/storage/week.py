"""Hours of a range, folded into the 168 hours of a week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from operator import add
from zoneinfo import ZoneInfo

from sentistream.domain.rollup import NOTHING, Measured, Numbers, WeekHour

HOURS = 24
DAYS = 7
_HOUR_SECONDS = 3_600


def folded(edges: Sequence[int], totals: Iterable[tuple[int, Measured]], zone: ZoneInfo) -> list[WeekHour]:
    """Each hour of the week in `zone`, Monday's first.

    `edges` are the first seconds of consecutive hours of that zone and the second after the last; the outer two may
    be cut. `totals` are (index of the hour, measures). An hour that a clock change repeats counts twice, one that it
    skips not at all.
    """
    places = [_place(low, zone) for low in edges[:-1]]
    seconds = [0] * (DAYS * HOURS)
    for place, (low, high) in zip(places, pairwise(edges), strict=True):
        seconds[place] += high - low
    measures = [NOTHING] * (DAYS * HOURS)
    for index, numbers in totals:
        measures[places[index]] = tuple(map(add, measures[places[index]], numbers))
    return [
        WeekHour(
            weekday=place // HOURS + 1,
            hour=place % HOURS,
            hours=round(seconds[place] / _HOUR_SECONDS, 4),
            numbers=Numbers.of(measures[place]),
        )
        for place in range(DAYS * HOURS)
    ]


def _place(second: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(second, zone)
    return local.weekday() * HOURS + local.hour
