"""The benchmark of analysers, with few posts: real processes, asked in turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks import analysers
from benchmarks.tweets import data, sample, tweets

import labelled_sets


@pytest.mark.parametrize(("posts", "count"), [(1_000, 50), (1_000, 1_000), (10, 8), (7, 20)])
def test_samples_of_every_size_have_the_same_lengths(posts: int, count: int) -> None:
    ordered = ["x" * n for n in range(1, posts + 1)]
    rounds = [sample(ordered, count, number, 3) for number in range(3)]
    for drawn in rounds:
        assert len(drawn) == count
        assert len(set(drawn)) == min(count, posts)
        assert sum(map(len, drawn)) / count == pytest.approx((posts + 1) / 2, rel=0.1)
    if count < posts:
        assert rounds[0] != rounds[1]
    assert rounds[0] == sample(ordered, count, 0, 3)


def test_short_and_long_posts_come_mixed() -> None:
    drawn = sample(["x" * n for n in range(1, 1_001)], 100, 0, 1)
    halves = [sum(map(len, drawn[:50])), sum(map(len, drawn[50:]))]
    assert min(halves) > 0.8 * max(halves)


def test_without_real_posts_there_is_nothing_to_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SENTISTREAM_TEST_DATA", raising=False)
    assert data() is None
    assert analysers.run() == []


def test_analysers_are_measured_in_processes_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = labelled_sets.write(tmp_path)
    monkeypatch.setenv("SENTISTREAM_TEST_DATA", str(folder))
    found = analysers.measured(["lexicon", "vader"], scale=0.001, rounds=2)
    assert found["tweets"] == len(tweets(folder)) == 19
    assert found["ratios"] == {}
    for row in found["analysers"]:
        assert row["cores"] == 1
        assert row["posts_a_round"] == 10
        assert len(row["runs"]) == 2
        assert min(row["runs"]) == row["posts_per_second"][1] > 0
        assert row["peak_memory_mib"] > row["model_memory_mib"] > 0
        assert row["bytes"] > 100_000
        assert set(row["accuracy"]) == {"sentiment", "airline"}
        assert row["accuracy"]["sentiment"]["macro_recall"] > 0.5


def test_what_was_promised_is_asked() -> None:
    def row(name: str, speed: float, size: int) -> dict[str, Any]:
        return {"name": name, "posts_per_second": [speed, speed, speed], "runs": [speed] * 3, "bytes": size}

    found = {
        "cores": 2,
        "analysers": [row("full", 400, 23_000_000), row("fast", 4_000, 12_000_000), row("pair", 10, 600_000_000)],
        "ratios": {"full to pair": [40.0, 39.0, 41.0]},
    }
    asked = {answer.question: answer for answer in analysers.answers(found)}
    assert {question: answer.reached for question, answer in asked.items()} == {
        "full tier to the per-post pair of pipelines": True,
        "fast tier, real tweets, one core": False,
        "size of the full tier": True,
        "size of the fast tier": False,
    }
    assert asked["full tier to the per-post pair of pipelines"].value == 40
