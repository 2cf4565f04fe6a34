"""Exact counts and sums over posts, in integers, so that adding and taking away leaves no residue."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sentistream.domain.analysis import EMOTIONS, Tier

SCALE = 10_000
"""Sums are integers in units of 1/SCALE."""

MAX_KEYS = 10_000
"""Beyond this many keys in one dimension, further ones are counted under OTHER."""

OTHER = "(other)"

MINUTE = 60
QUARTER = 900
DAY = 86_400
GRAINS = (MINUTE, QUARTER, DAY)
"""Widths of the stored buckets, in seconds, all aligned to UTC, each dividing the next.

A quarter of an hour divides every time zone's offset; whole days make long ranges cheap.
"""

MEASURES: tuple[str, ...] = (
    "posts",
    "positive",
    "negative",
    "neutral",
    "unscored",
    "score_sum",
    "score_count",
    "toxicity_sum",
    "toxicity_count",
    "churn_sum",
    "churn_count",
    "churn_high",
    *(f"{emotion}_{part}" for emotion in EMOTIONS for part in ("sum", "count")),
)
"""Columns of a rollup row, in this order wherever a row of measures is a plain tuple."""

Measured = tuple[int, ...]
"""One integer per name in MEASURES."""

NOTHING: Measured = (0,) * len(MEASURES)

_NO_EMOTIONS = (0,) * (2 * len(EMOTIONS))


def fixed(value: float) -> int:
    """`value` in units of 1/SCALE."""
    return round(value * SCALE)


def measured(
    label: str,
    score: float | None,
    toxicity: float | None,
    churn_risk: float | None,
    emotions: Sequence[float] | None,
    churn_threshold: float,
) -> Measured:
    """What one post adds to every rollup it belongs to."""
    numbers: list[int] = [
        1,
        int(label == "positive"),
        int(label == "negative"),
        int(label == "neutral"),
        int(label == "unscored"),
    ]
    for value in (score, toxicity, churn_risk):
        numbers += (0, 0) if value is None else (fixed(value), 1)
    numbers.append(int(churn_risk is not None and churn_risk >= churn_threshold))
    if emotions is None:
        numbers += _NO_EMOTIONS
    else:
        for value in emotions:
            numbers += (fixed(value), 1)
    return tuple(numbers)


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """Counts and averages of one group of posts, as people read them.

    Averages are None where no post had the value. `average_sentiment` lies in [-1, 1],
    `average_toxicity`, `average_churn_risk` and `emotions` in [0, 1]. `scored` leaves out the
    unscored; shares are of the scored. Not every model reads toxicity, churn risk and emotions:
    `toxicity_posts`, `churn_posts` and `emotion_posts` were read for them, and `high_churn_risk` is of the
    posts read for churn risk.
    """

    posts: int = 0
    positive: int = 0
    negative: int = 0
    neutral: int = 0
    unscored: int = 0
    average_sentiment: float | None = None
    average_toxicity: float | None = None
    toxicity_posts: int = 0
    average_churn_risk: float | None = None
    churn_posts: int = 0
    high_churn_risk: int = 0
    emotions: dict[str, float] | None = None
    emotion_posts: int = 0

    @property
    def scored(self) -> int:
        """Posts that carry a sentiment."""
        return self.posts - self.unscored

    @classmethod
    def of(cls, row: Sequence[int]) -> Numbers:
        """From a row in the order of MEASURES."""
        values = dict(zip(MEASURES, row, strict=True))

        def mean(name: str) -> float | None:
            count = values[f"{name}_count"]
            return round(values[f"{name}_sum"] / SCALE / count, 4) if count else None

        emotions: dict[str, float] = {emotion: value for emotion in EMOTIONS if (value := mean(emotion)) is not None}
        return cls(
            posts=values["posts"],
            positive=values["positive"],
            negative=values["negative"],
            neutral=values["neutral"],
            unscored=values["unscored"],
            average_sentiment=mean("score"),
            average_toxicity=mean("toxicity"),
            toxicity_posts=values["toxicity_count"],
            average_churn_risk=mean("churn"),
            churn_posts=values["churn_count"],
            high_churn_risk=values["churn_high"],
            emotions=emotions or None,
            emotion_posts=max(values[f"{emotion}_count"] for emotion in EMOTIONS),
        )


class Confidence(msgspec.Struct, frozen=True, kw_only=True):
    """How sure the readings of one tier are, in [0, 1]. counts: posts by tenths; 1 belongs to the last."""

    tier: Tier
    posts: int
    average: float
    counts: tuple[int, ...]


class WeekHour(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of one hour of the week, over all weeks of a range.

    `weekday` is 1 (Monday) to 7 as in ISO 8601, `hour` 0 to 23. `hours` is how much of the range fell on it:
    what lies outside has 0, which is something else than an hour without posts.
    """

    weekday: int
    hour: int
    hours: float
    numbers: Numbers
