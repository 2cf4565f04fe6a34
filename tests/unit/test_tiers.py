"""The policy of tiers: what it must never do, and twenty times capacity for ten minutes on a simulated clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.analysis.speed import RATE_SECONDS, Rate, Speed
from sentistream.analysis.tiers import (
    HEADROOM,
    LEAST,
    UNMEASURED,
    Policy,
    Situation,
    Standing,
    allowance,
    decide,
    step,
)

POLICY = Policy()
AT_REST = {"now": 100.0, "size": 1, "waiting": 0, "age": 0.05, "arriving": 1.0, "speed": 600.0}

seconds = st.floats(0, 1e6, allow_nan=False)
counts = st.integers(0, 1_000_000)
speeds = st.none() | st.floats(0.1, 1e5)
situations = st.builds(
    Situation, now=seconds, size=st.integers(1, 5_000), waiting=counts, age=seconds, arriving=seconds, speed=speeds
)
standings = st.builds(Standing, st.none() | seconds)
policies = st.builds(Policy, lag_seconds=st.floats(0.1, 60), calm_seconds=st.floats(0, 60))


def a_situation(**changes: float | None) -> Situation:
    return Situation(**(AT_REST | changes))  # type: ignore[arg-type]


def test_with_no_backlog_everything_gets_the_best_tier() -> None:
    assert not decide(Standing(), a_situation(), POLICY).quick
    assert not decide(Standing(), a_situation(size=500), POLICY).quick
    assert not decide(Standing(), a_situation(speed=None), POLICY).quick


@pytest.mark.parametrize(
    "changes", [{"size": 700}, {"size": 500, "waiting": 200}, {"age": 1.1}, {"size": 65, "speed": None}]
)
def test_what_would_be_late_is_read_quickly(changes: dict[str, float]) -> None:
    assert decide(Standing(), a_situation(**changes), POLICY) == Standing(100.0)


def test_the_best_tier_comes_back_after_a_calm_while() -> None:
    pressed = Standing(100.0)
    assert decide(pressed, a_situation(now=104.9), POLICY).quick
    assert not decide(pressed, a_situation(now=105.0), POLICY).quick
    assert not decide(pressed, a_situation(now=9_000.0, arriving=HEADROOM * 600), POLICY).quick


def test_more_than_it_can_keep_up_with_is_no_calm() -> None:
    assert decide(Standing(100.0), a_situation(now=200.0, arriving=500.0), POLICY) == Standing(200.0)


@given(standings, situations, policies)
def test_never_the_best_tier_where_that_would_be_late(standing: Standing, now: Situation, policy: Policy) -> None:
    after = decide(standing, now, policy)
    if now.age + (now.size + now.waiting) / (now.speed or UNMEASURED) > policy.lag_seconds:
        assert after.quick
    if not after.quick and standing.quick:
        assert now.arriving <= HEADROOM * (now.speed or UNMEASURED)


@given(standings, situations, policies, counts, seconds)
def test_more_lag_never_gets_a_better_tier(
    standing: Standing, now: Situation, policy: Policy, more: int, older: float
) -> None:
    worse = Situation(
        now=now.now, size=now.size, waiting=now.waiting + more, age=now.age + older, arriving=now.arriving,
        speed=now.speed,
    )  # fmt: skip
    assert decide(standing, worse, policy).quick >= decide(standing, now, policy).quick


@given(st.lists(st.tuples(st.floats(0.001, 3), st.integers(1, 2_000), st.floats(0, 2_000)), max_size=200), policies)
def test_it_does_not_flap(steps: list[tuple[float, int, float]], policy: Policy) -> None:
    standing, now, changes = Standing(), 0.0, 0
    for elapsed, size, arriving in steps:
        now += elapsed
        after = decide(standing, a_situation(now=now, size=size, arriving=arriving), policy)
        changes += after.quick != standing.quick
        standing = after
    if policy.calm_seconds:
        assert changes <= 2 * (now / policy.calm_seconds + 1)


@given(counts, seconds, speeds, policies)
def test_reading_again_gives_way(entries: int, age: float, speed: float | None, policy: Policy) -> None:
    size = allowance(entries, age, speed, policy)
    assert size == 0 or size >= LEAST
    if entries:
        assert size == (LEAST if age <= policy.lag_seconds / 2 else 0)
    else:
        assert size >= LEAST


def test_a_step_is_short_whatever_the_machine() -> None:
    assert step(None) == LEAST
    assert step(670) == 167
    assert step(1) == LEAST


def test_speed_goes_by_what_was_done_of_late() -> None:
    speed = Speed()
    assert speed.per_second is None
    speed.add(1, 5.0)  # one text leaves threads idle and says nothing
    speed.add(500, 0)
    assert speed.per_second is None
    speed.add(500, 1.0)
    assert speed.per_second == 500
    for _ in range(20):
        speed.add(500, 5.0)
    assert speed.per_second == pytest.approx(100, rel=0.05)
    for _ in range(20):
        speed.add(9, 0.01)
    assert speed.per_second == pytest.approx(100, rel=0.05)


def test_a_rate_follows_and_forgets() -> None:
    rate = Rate()
    for tick in range(200):
        found = rate.add(50, tick * 0.1)
    assert found == pytest.approx(500, rel=0.05)
    assert rate.add(1, 20 + 5 * RATE_SECONDS) < 10


@dataclass
class Machine:
    """A worker and a refiner that share `cores`, in virtual time. Posts are counted, not kept."""

    full: float
    """Posts a second that the best tier reads on all cores."""
    quick: float
    """Posts a second that the quick tier reads and stores on one core."""
    cores: int = 2
    batch: int = 500
    now: float = 0.0
    backlog: int = 0
    read_full: int = 0
    stored: int = 0
    worst: float = 0.0
    changes: int = 0
    refined_early: int = 0
    standing: Standing = field(default_factory=Standing)
    speed: Speed = field(default_factory=Speed)
    arrivals: Rate = field(default_factory=Rate)
    stream: deque[list[float]] = field(default_factory=deque)
    """[when they came, how many]."""
    waiting: float = 0.0

    def arrive(self, rate: float, since: float, until: float) -> None:
        ticks = max(1, round((until - since) / 0.02))
        for tick in range(ticks):
            self.stream.append([since + tick * (until - since) / ticks, rate * (until - since) / ticks])
        self.waiting += rate * (until - since)

    def take(self) -> tuple[int, float]:
        """(posts, when the oldest came)."""
        oldest, taken = self.stream[0][0], 0.0
        while self.stream and taken < self.batch:
            part = min(self.stream[0][1], self.batch - taken)
            taken += part
            self.stream[0][1] -= part
            if self.stream[0][1] <= 1e-9:
                self.stream.popleft()
        self.waiting -= taken
        return max(1, round(taken)), oldest

    def work(self, rate: float) -> None:
        """One batch, or one step of the refiner where nothing came; what arrives meanwhile waits."""
        began = self.now
        if self.waiting < 1:
            size = min(self.backlog, allowance(0, 0.0, self.speed.per_second, POLICY))
            self.backlog -= size
            took = size / self.full if size else 0.05
            if size:
                self.speed.add(size, took)
        else:
            size, oldest = self.take()
            age = began - oldest
            situation = Situation(
                now=began, size=size, waiting=max(0, int(self.waiting)), age=age,
                arriving=self.arrivals.add(size, began), speed=self.speed.per_second,
            )  # fmt: skip
            after = decide(self.standing, situation, POLICY)
            self.changes += after.quick != self.standing.quick
            self.standing = after
            took = self.settle(size, age)
            self.worst = max(self.worst, age + took)
            self.stored += size
        self.now = began + took
        if rate:
            self.arrive(rate, began, self.now)

    def settle(self, size: int, age: float) -> float:
        took, left = 0.0, size
        # As the reader does: in steps, and what is left is handed over once it would be late.
        while left and not self.standing.quick:
            if left < size and age + took > POLICY.lag_seconds:
                self.standing = Standing(self.now + took)
                self.changes += 1
                break
            now = min(left, step(self.speed.per_second))
            self.speed.add(now, now / self.full)
            self.read_full += now
            took, left = took + now / self.full, left - now
        if not left:
            return took
        self.backlog += left
        took += left / self.quick
        # A thread's worth at a time is read again on the core that is free, while the lag allows it.
        if allowance(1, age, self.speed.per_second, POLICY):
            again = min(self.backlog, int(left / self.quick * self.full / self.cores))
            self.backlog -= again
            self.refined_early += again
        return took


@pytest.mark.parametrize(("full", "quick"), [(125, 2_800), (300, 7_000), (20, 900)])
def test_twenty_times_capacity_for_ten_minutes(full: float, quick: float) -> None:
    machine = Machine(full, quick)
    while machine.now < 60:
        machine.work(full / 4)
    assert machine.changes == 0
    assert machine.backlog == 0
    came = machine.stored
    while machine.now < 660:
        machine.work(20 * full)
    assert machine.worst < 2
    assert machine.stored - came > 0.99 * 20 * full * 600
    assert machine.backlog > 0.8 * (machine.stored - came)
    assert machine.changes == 1  # into the quick tier, once
    ended = machine.now
    while machine.backlog:
        machine.work(full / 4)
        assert machine.now < ended + 20 * 660 * 2, "it heals in the time that the work takes"
    assert machine.worst < 2
    while machine.now < ended + 60 or machine.standing.quick:
        machine.work(full / 4)
    assert (machine.backlog, machine.changes) == (0, 2)


@pytest.mark.parametrize("share", [0.9, 1.0, 1.1, 1.5, 3.0])
def test_around_its_capacity_it_neither_flaps_nor_falls_behind(share: float) -> None:
    machine = Machine(300, 7_000)
    while machine.now < 600:
        machine.work(share * 300)
    assert machine.worst < 2
    assert machine.changes <= 2 * 600 / POLICY.calm_seconds / 10
    if share > 1:
        assert machine.refined_early > 0, "quality is given back while posts still come too fast"


def test_a_worker_that_was_away_catches_up_first() -> None:
    machine = Machine(300, 7_000)
    machine.arrive(10, -3_600, 0)
    while machine.waiting >= 1:
        machine.work(0)
    assert machine.now < 3_600 * 10 / 7_000 * 1.2
    while machine.backlog:
        machine.work(0)
    assert machine.now < 36_000 / 300 * 1.2
