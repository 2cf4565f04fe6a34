"""Rules: when an alert is raised. The watcher and the preview judge by the same functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from sentistream.domain.query import Filters
from sentistream.domain.rollup import Numbers

AlertType = Literal["high_negative_sentiment", "high_negative_ratio", "high_churn_risk", "high_volume"]
ScopeDimension = Literal["source", "product", "channel", "country", "city", "language"]
Origin = Literal["settings", "override", "custom"]

MAX_RULES = 50
"""Most rules that are kept: each costs the watcher up to two reads a look."""


class Measure(NamedTuple):
    """What a type of alert looks at: the value, of how many posts it is said, and which thresholds make sense."""

    value: Callable[[Numbers], float]
    sample: Callable[[Numbers], int]
    highest: float


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


MEASURES: dict[AlertType, Measure] = {
    # Share of negative among scored posts, in [0, 1].
    "high_negative_sentiment": Measure(
        lambda numbers: _share(numbers.negative, numbers.scored), lambda numbers: numbers.scored, 1
    ),
    # Negative posts per positive post; with no positive one, as if there were one.
    "high_negative_ratio": Measure(
        lambda numbers: numbers.negative / max(numbers.positive, 1), lambda numbers: numbers.scored, 1_000
    ),
    # Share of high churn risk among the posts that were read for it, in [0, 1].
    "high_churn_risk": Measure(
        lambda numbers: _share(numbers.high_churn_risk, numbers.churn_posts), lambda numbers: numbers.churn_posts, 1
    ),
    # Posts in the window, unscored ones included.
    "high_volume": Measure(lambda numbers: numbers.posts, lambda numbers: numbers.posts, 1e9),
}


class Scope(msgspec.Struct, frozen=True):
    """The only posts a rule looks at: those with this value of this dimension."""

    dimension: ScopeDimension
    value: str

    def filters(self) -> Filters:
        """The same as a question to the store."""
        return msgspec.structs.replace(Filters(), **{self.dimension: (self.value,)})


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the last `window_seconds` above `threshold` opens an episode; see `judge` for its end.

    `origin`: of the settings, in place of one of the settings (same id), or people's own. `updated_by` and
    `updated_at` are None for what the settings say. `snoozed_until`: until then its episodes are kept and nobody is
    called.
    """

    id: str
    name: str
    alert_type: AlertType
    threshold: float
    window_seconds: int
    min_posts: int
    hysteresis: float
    scope: Scope | None = None
    enabled: bool = True
    origin: Origin = "custom"
    updated_by: str | None = None
    updated_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None

    def filters(self) -> Filters:
        """Which posts it looks at."""
        return Filters() if self.scope is None else self.scope.filters()


class Window(msgspec.Struct, frozen=True):
    """Posts created in [start, end) and what they add up to."""

    start: datetime
    end: datetime
    numbers: Numbers


class Verdict(NamedTuple):
    """Whether an episode is open after a look, and the worst window that had enough posts to tell."""

    is_open: bool
    value: float
    worst: Window | None


def judge(rule: Rule, windows: Sequence[Window], is_open: bool) -> Verdict:
    """One look at a rule. An episode opens when a window is above the threshold, and ends when all are below
    threshold times hysteresis, or have too few posts to say."""
    measure = MEASURES[rule.alert_type]
    telling = [window for window in windows if measure.sample(window.numbers) >= rule.min_posts]
    worst = max(telling, key=lambda window: measure.value(window.numbers), default=None)
    if worst is None:
        return Verdict(False, 0.0, None)
    value = measure.value(worst.numbers)
    stays = value >= rule.threshold * rule.hysteresis if is_open else value > rule.threshold
    return Verdict(stays, value, worst)
