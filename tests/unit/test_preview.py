"""A rule replayed over stored minutes judges as the watcher does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentistream.domain.rollup import MINUTE, Numbers
from sentistream.domain.rule import MEASURES, AlertType, Rule, Window, judge
from sentistream.pipeline.preview import POINTS, replayed

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
FIRST = int(START.timestamp()) // MINUTE


def a_rule(**changes: Any) -> Rule:
    values: dict[str, Any] = {
        "id": "r",
        "name": "r",
        "alert_type": "high_negative_sentiment",
        "threshold": 0.5,
        "window_seconds": 300,
        "min_posts": 10,
        "hysteresis": 0.8,
    }
    return Rule(**(values | changes))


def counts(negative: int, positive: int) -> Numbers:
    return Numbers(posts=negative + positive, negative=negative, positive=positive)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


@pytest.mark.parametrize(
    ("alert_type", "numbers", "value", "sample"),
    [
        ("high_negative_sentiment", Numbers(posts=12, unscored=2, negative=4, positive=6), 0.4, 10),
        ("high_negative_ratio", Numbers(posts=12, negative=4, neutral=8), 4.0, 12),
        ("high_churn_risk", Numbers(posts=12, churn_posts=8, high_churn_risk=2), 0.25, 8),
        ("high_volume", Numbers(posts=12, unscored=12), 12, 12),
        ("high_negative_sentiment", Numbers(), 0.0, 0),
        ("high_churn_risk", Numbers(posts=3), 0.0, 0),
    ],
)
def test_what_a_type_looks_at(alert_type: AlertType, numbers: Numbers, value: float, sample: int) -> None:
    measure = MEASURES[alert_type]
    assert (measure.value(numbers), measure.sample(numbers)) == (value, sample)


def test_an_episode_is_found_with_its_window_its_worst_value_and_its_end() -> None:
    stored = {FIRST + n: counts(2, 8) for n in range(-10, 60)}
    stored |= {FIRST + 20: counts(40, 0), FIRST + 21: counts(90, 0)}
    found = replayed(a_rule(), stored, START, minute(60), lateness_seconds=0)
    [episode] = found.episodes
    assert episode.triggered_at == minute(21)  # the look at the end of the first bad minute
    assert (episode.window_start, episode.window_end) == (minute(16), minute(21))
    assert (episode.trigger_value, episode.post_count) == (0.6, 80)
    assert episode.actual_value == round(136 / 160, 4)
    assert episode.resolved_at == minute(27)  # once both bad minutes have left the window
    assert (found.minutes, found.looks) == (60, 60)
    assert max(point.value or 0 for point in found.points) == found.highest == episode.actual_value


def test_lateness_lengthens_an_episode_and_one_that_lasts_has_no_end() -> None:
    stored = {FIRST + 20: counts(40, 0)}
    [episode] = replayed(a_rule(), stored, START, minute(60), lateness_seconds=120).episodes
    assert (episode.triggered_at, episode.resolved_at) == (minute(21), minute(28))
    [lasting] = replayed(a_rule(), stored, START, minute(23), lateness_seconds=120).episodes
    assert lasting.resolved_at is None


def test_what_came_before_the_range_counts_in_its_first_windows() -> None:
    found = replayed(a_rule(), {FIRST - 3: counts(40, 0)}, START, minute(10), lateness_seconds=0)
    assert found.episodes[0].triggered_at == minute(1)
    assert found.looks == 2


def test_too_few_posts_say_nothing() -> None:
    found = replayed(a_rule(), {FIRST + 5: counts(9, 0)}, START, minute(30), lateness_seconds=60)
    assert (found.episodes, found.looks, found.highest) == ([], 0, None)
    assert {point.value for point in found.points} == {None}


def test_a_month_is_drawn_with_a_bounded_number_of_points() -> None:
    end = START + timedelta(days=30)
    found = replayed(a_rule(), {FIRST + 43_000: counts(40, 0)}, START, end, lateness_seconds=60)
    assert len(found.points) <= POINTS
    assert found.points[0].at == START
    assert len(found.episodes) == 1


minutes = st.dictionaries(
    st.integers(FIRST - 12, FIRST + 40), st.builds(counts, st.integers(0, 9), st.integers(0, 9)), max_size=40
)


@given(stored=minutes, threshold=st.sampled_from([0.3, 0.5, 0.8]), late=st.sampled_from([0, 60, 180]))
@settings(max_examples=60, deadline=None)
def test_it_says_what_looking_each_minute_says(stored: dict[int, Numbers], threshold: float, late: int) -> None:
    rule = a_rule(threshold=threshold, min_posts=5)
    found = replayed(rule, stored, START, minute(40), late)

    def window(end: int) -> Window:
        posts = [stored.get(FIRST + n, Numbers()) for n in range(end - 5, end)]
        total = counts(sum(one.negative for one in posts), sum(one.positive for one in posts))
        return Window(minute(end - 5), minute(end), total)

    changes = []
    is_open = False
    for look in range(1, 41):
        verdict = judge(rule, [window(look), window(look - late // 60)], is_open)
        if verdict.is_open != is_open:
            changes.append(minute(look))
        is_open = verdict.is_open
    assert [one for episode in found.episodes for one in (episode.triggered_at, episode.resolved_at) if one] == changes
