"""95 % intervals of the figures on a card. Pure functions."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

Z = 1.959964
"""Of the normal distribution, 95 % lie within so many standard deviations."""

T = TypeVar("T")


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Of a share (Wilson 1927): keeps its meaning at 0, at 1 and for few posts. Of nothing: all of [0, 1]."""
    if not count:
        return 0.0, 1.0
    share = hits / count
    middle = share + Z**2 / (2 * count)
    reach = Z * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    scale = 1 + Z**2 / count
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def newcombe(hits: int, count: int, other_hits: int, other_count: int) -> tuple[float, float]:
    """Of hits / count - other_hits / other_count (Newcombe 1998, his method 10). Both counts above 0."""
    one, other = hits / count, other_hits / other_count
    low, high = wilson(hits, count)
    other_low, other_high = wilson(other_hits, other_count)
    return (
        one - other - math.hypot(one - low, other_high - other),
        one - other + math.hypot(high - one, other - other_low),
    )


def bootstrap(
    groups: Sequence[Sequence[T]], statistic: Callable[[list[T]], float | None], *, rounds: int = 400, seed: int = 1
) -> tuple[float, float]:
    """Of `statistic` over all items: percentiles of what it is when each group is drawn anew (Efron 1979).

    Groups are drawn apart, so that a rare class has as many posts in every round. `statistic` must be defined
    for whatever is drawn from `groups`.
    """
    generator = random.Random(seed)
    found = []
    for _ in range(rounds):
        value = statistic([item for group in groups for item in generator.choices(group, k=len(group))])
        assert value is not None
        found.append(value)
    found.sort()
    return found[int(0.025 * rounds)], found[min(rounds - 1, int(0.975 * rounds))]
