"""Which tier reads the next posts, and how much is read again meanwhile: pure functions of lag, speeds and settings.

With no backlog everything gets the best tier. Once that could no longer be on time, everything is read
quickly and queued, until the best tier could have kept up for a while: without that pause, posts that
come a little faster than it reads would make the tier flap. What is queued is read again in steps that
shrink as the lag grows, so that a spike finds the machine free.
"""

from __future__ import annotations

import msgspec

HEADROOM = 0.8
"""Share of its speed at which the best tier is trusted to keep up."""

UNMEASURED = 64.0
"""Posts a second that the best tier is taken to read before it was measured: fewer than on any machine of today."""

SLICE_SECONDS = 0.25
"""Reading at the best tier pauses this often to look whether it is still on time."""

LEAST = 16
"""Posts of the smallest step: what one thread of the full model takes at once, so that the others stay free."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Settings. lag_seconds: age at which a post is to be stored at the latest, as far as the quick tier can do it.

    calm_seconds: how long the best tier must have been able to keep up before it reads new posts again.
    """

    lag_seconds: float = 1.0
    calm_seconds: float = 5.0


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What is known when a batch is about to be read.

    now: in seconds, of any clock that only goes forward. size, waiting: posts in the batch, and in the stream
    behind it. age: of the oldest of them, in seconds. arriving: posts a second of late. speed: posts a second
    that the best tier reads, None before it was measured.
    """

    now: float
    size: int
    waiting: int
    age: float
    arriving: float
    speed: float | None


class Standing(msgspec.Struct, frozen=True):
    """What the policy remembers: when the best tier could last not have kept up; None while it reads."""

    pressed_at: float | None = None

    @property
    def quick(self) -> bool:
        """Whether new posts are read quickly."""
        return self.pressed_at is not None


def decide(standing: Standing, situation: Situation, policy: Policy) -> Standing:
    """Who reads the batch; never the best tier where that would make it late."""
    speed = situation.speed or UNMEASURED
    late = situation.age + (situation.size + situation.waiting) / speed > policy.lag_seconds
    if late or (standing.quick and situation.arriving > HEADROOM * speed):
        return Standing(situation.now)
    if standing.pressed_at is not None and situation.now - standing.pressed_at < policy.calm_seconds:
        return standing
    return Standing()


def step(speed: float | None) -> int:
    """Posts that the best tier reads before it looks at the clock again."""
    return max(LEAST, int((speed or UNMEASURED) * SLICE_SECONDS))


def allowance(entries: int, seconds: float, speed: float | None, policy: Policy) -> int:
    """Posts to read again in the next step, while `entries` are in the stream, the oldest `seconds` old.

    A whole step while nothing waits, a single thread's worth beside new posts, none once half of the time that
    those may take is gone.
    """
    if not entries:
        return step(speed)
    return LEAST if seconds <= policy.lag_seconds / 2 else 0
