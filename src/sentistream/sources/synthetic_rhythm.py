"""When synthetic posts are written: day and night, scripted incidents, and the schedule that follows from both."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import cos, pi, sin
from random import Random
from typing import Literal, NamedTuple

from sentistream.sources.synthetic_world import City, Product, load_world, shares

SLOT_MINUTES = 15
SLOTS = 24 * 60 // SLOT_MINUTES
WINDOWS = 6
"""Parts of a day, each of which may hold one incident."""

LOUDER = 0.9
"""How much more is written, of everything, at the height of an incident."""

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def activity(hour: float) -> float:
    """How much people write at a local hour: smooth, least before four in the morning, most in the late afternoon."""
    return 1.0 - 0.72 * cos(2 * pi * (hour - 3.5) / 24) + 0.18 * cos(4 * pi * (hour - 20) / 24)


class Day(NamedTuple):
    """For each quarter of an hour of a UTC day: the running shares of the cities, and the volume (mean 1)."""

    city_shares: tuple[tuple[float, ...], ...]
    volume: tuple[float, ...]


@lru_cache(maxsize=1)
def day() -> Day:
    """The same every day: who is awake when."""
    slots = []
    totals = []
    for slot in range(SLOTS):
        hour = (slot + 0.5) * SLOT_MINUTES / 60
        awake = [city.weight * activity(hour + city.offset) for city in load_world().cities]
        slots.append(shares(awake))
        totals.append(sum(awake))
    mean = sum(totals) / SLOTS
    return Day(tuple(slots), tuple(total / mean for total in totals))


def slot_of(moment: datetime) -> int:
    """The quarter of an hour of a UTC time."""
    return (moment.hour * 60 + moment.minute) // SLOT_MINUTES


class Incident(NamedTuple):
    """Something that people talk about for a while. An outage has a city, a launch has none."""

    kind: Literal["outage", "launch"]
    product: Product
    city: City | None
    start: datetime
    end: datetime

    def intensity(self, moment: datetime) -> float:
        """From 0 to 1: up within a minute, and down again within the last fifth."""
        lasted = (moment - self.start).total_seconds()
        left = (self.end - moment).total_seconds()
        if lasted < 0 or left <= 0:
            return 0.0
        fade = (self.end - self.start).total_seconds() / 5
        return min(1.0, 0.25 + lasted / 60, 0.25 + left / fade)


@lru_cache(maxsize=512)
def incidents(seed: int, number: int) -> tuple[Incident, ...]:
    """Those of one UTC day (days since 1970), by time: the same for a seed on every run."""
    world = load_world()
    random = Random(f"incidents:{seed}:{number}")
    found = []
    length = 24 * 60 // WINDOWS
    for window in range(WINDOWS):
        happens = random.random() < 0.85
        outage = random.random() < 0.65
        product = world.products[bisect_right(world.product_shares, random.random())]
        city = random.choices(world.cities, [city.weight for city in world.cities])[0]
        minutes = 10 if outage else random.randrange(20, 35)
        start = _EPOCH + timedelta(days=number, minutes=window * length + random.randrange(length - 40))
        if happens:
            end = start + timedelta(minutes=minutes)
            kind: Literal["outage", "launch"] = "outage" if outage else "launch"
            found.append(Incident(kind, product, city if outage else None, start, end))
    return tuple(found)


def incident_at(seed: int, moment: datetime) -> Incident | None:
    """The one that is going on, or None. They never overlap and never cross midnight UTC."""
    for incident in incidents(seed, (moment - _EPOCH).days):
        if incident.start <= moment < incident.end:
            return incident
    return None


def mood_wave(product: Product, moment: datetime) -> float:
    """How a product's standing comes and goes over hours, in [-0.35, 0.35]; above 0 is worse."""
    name = sum(map(ord, product.name))
    hours = (moment - _EPOCH).total_seconds() / 3600
    return 0.2 * sin(2 * pi * hours / (7 + name % 9) + name) + 0.15 * sin(2 * pi * hours / (31 + name % 23) + 2 * name)


@lru_cache(maxsize=64)
def minute_volumes(seed: int, number: int) -> tuple[float, ...]:
    """For each minute of one UTC day, how much is written, incidents included; mean 1."""
    volume = day().volume
    start = _EPOCH + timedelta(days=number)
    minutes = []
    for minute in range(24 * 60):
        # Between the middles of two slots in a straight line: no steps on the chart.
        place = (minute + 0.5) / SLOT_MINUTES - 0.5
        left = int(place // 1)
        part = place - left
        base = volume[left % SLOTS] * (1 - part) + volume[(left + 1) % SLOTS] * part
        moment = start + timedelta(minutes=minute, seconds=30)
        incident = incident_at(seed, moment)
        minutes.append(base * (1 + LOUDER * incident.intensity(moment)) if incident else base)
    mean = sum(minutes) / len(minutes)
    return tuple(minute / mean for minute in minutes)


class Schedule:
    """When post n is written, from an anchor on: post `first` falls within the first beat after `start`.

    Averages `per_minute` over a day, more by day and in incidents than by night, and is irregular as
    people are. A pure function of its arguments.
    """

    def __init__(self, seed: int, start: datetime, first: int, per_minute: float) -> None:
        self.seed, self.start, self.first, self.per_minute = seed, start, first, per_minute
        self._reached = [0.0]  # posts written until the end of each minute since start

    def time_of(self, n: int) -> datetime:
        """When post n (from `first` on) is written; grows with n."""
        beat = n - self.first + _unsteady(self.seed, n)
        while self._reached[-1] < beat:
            self._grow()
        minute = bisect_left(self._reached, beat)
        before, after = self._reached[minute - 1], self._reached[minute]
        return self.start + timedelta(seconds=60 * (minute - 1 + (beat - before) / (after - before)))

    def count_until(self, end: datetime) -> int:
        """How many posts a schedule of this kind holds between `start` and `end`."""
        minutes = (end - self.start).total_seconds() / 60
        while len(self._reached) <= minutes + 1:
            self._grow()
        whole = int(minutes)
        before, after = self._reached[whole], self._reached[whole + 1]
        return int(before + (after - before) * (minutes - whole))

    def _grow(self) -> None:
        middle = self.start + timedelta(minutes=len(self._reached) - 1, seconds=30)
        since = middle - _EPOCH
        volume = minute_volumes(self.seed, since.days)[since.seconds // 60]
        self._reached.append(self._reached[-1] + volume * self.per_minute)


def spread(seed: int, start: datetime, end: datetime, count: int, first: int) -> Schedule:
    """A schedule that holds exactly `count` posts between `start` and `end`, give or take one."""
    minutes = (end - start).total_seconds() / 60
    trial = Schedule(seed, start, first, 1_000_000 / minutes)
    return Schedule(seed, start, first, count / minutes * 1_000_000 / max(1, trial.count_until(end)))


def _unsteady(seed: int, n: int) -> float:
    """In (0, 1): where within its beat post n falls."""
    mixed = ((n + 1) * 0x9E3779B97F4A7C15 + seed * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return ((mixed >> 40) + 0.5) / 2**24
