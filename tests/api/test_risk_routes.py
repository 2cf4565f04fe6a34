"""Churn risk and toxicity: which posts a route finds by them, and of which posts their numbers are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from house import House, at

from sentistream.domain.analysis import ModelInfo, Reading, unscored
from sentistream.domain.post import Post
from sentistream.storage.base import Settling

FULL = ModelInfo(name="m", version="1", tier="full")


def reading(toxicity: float | None, churn_risk: float | None) -> Reading:
    return Reading(
        sentiment_label="negative",
        sentiment_score=-0.5,
        confidence_score=0.7,
        toxicity=toxicity,
        churn_risk=churn_risk,
        model_name=FULL.name,
        model_version=FULL.version,
        tier="full",
        language="en",
    )


@pytest.fixture
async def read(house: House) -> House:
    """Six posts: two read for both risks, two for one of them, one for sentiment alone, one by nobody."""
    readings = {
        "both": reading(0.2, 0.7),
        "mild": reading(0.1, 0.1),
        "leaving": reading(None, 0.5),
        "rude": reading(0.9, None),
        "plain": reading(None, None),
        "unread": unscored(FULL, "why"),
    }
    batch = [
        Settling(
            entry_id=f"e:{number:016d}",
            entry=Post(post_id=name, source="twitter", content=name, created_at=at("11:30:00")),
            reading=found,
        )
        for number, (name, found) in enumerate(readings.items(), 1)
    ]
    await house.store.write(batch, at("11:30:01"))
    return house


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("min_churn_risk=0", {"both", "mild", "leaving"}),
        ("min_churn_risk=0.5", {"both", "leaving"}),
        ("min_churn_risk=0.51", {"both"}),
        ("min_toxicity=0", {"both", "mild", "rude"}),
        ("min_toxicity=0.2", {"both", "rude"}),
        ("min_toxicity=0.2&min_churn_risk=0.5", {"both"}),
        ("min_toxicity=1", set()),
    ],
)
async def test_every_route_leaves_out_what_was_not_read(read: House, query: str, wanted: set[str]) -> None:
    async def answer(path: str) -> Any:
        found = await read.get(path)
        assert found.status_code == 200, found.text
        return found.json()["data"]

    assert {post["post_id"] for post in await answer(f"posts?{query}")} == wanted
    assert {post["post_id"] for post in await answer(f"posts/recent?{query}")} == wanted
    lines = (await read.get(f"export?format=jsonl&{query}")).text.splitlines()
    assert {json.loads(line)["post_id"] for line in lines} == wanted
    assert (await answer(f"sentiment/distribution?{query}"))["total"] == len(wanted)
    assert (await answer(f"sentiment/aggregate?{query}"))["summary"]["posts"] == len(wanted)
    assert (await answer(f"metrics/overall?{query}"))["current"]["posts"] == len(wanted)
    assert [group["posts"] for group in (await answer(f"metrics/platforms?{query}"))["items"]] == [len(wanted)] * bool(
        wanted
    )


async def test_shares_and_averages_are_of_the_posts_read(read: House) -> None:
    async def data(path: str) -> Any:
        return (await read.get(path)).json()["data"]

    overall, stats, aggregate = await data("metrics/overall"), await data("stats"), await data("sentiment/aggregate")
    [platform] = (await data("metrics/platforms"))["items"]
    [bucket] = aggregate["buckets"]
    for numbers in (overall["current"], stats["last_24_hours"], aggregate["summary"], platform, bucket):
        assert (numbers["posts"], numbers["scored"]) == (6, 5)
        assert (numbers["toxicity_posts"], numbers["average_toxicity"]) == (3, 0.4)
        assert (numbers["churn_posts"], numbers["average_churn_risk"]) == (3, 0.4333)
        assert (numbers["emotion_posts"], numbers["emotions"]) == (0, None)
        assert (numbers["high_churn_risk"], numbers["high_churn_share"]) == (2, 0.6667)
    empty = overall["previous"]
    assert (empty["toxicity_posts"], empty["churn_posts"], empty["high_churn_share"]) == (0, 0, None)


@pytest.mark.parametrize(
    "path", ["sentiment/aggregate", "stats", "metrics/overall", "metrics/geo", "metrics/products", "metrics/emotions"]
)
async def test_what_high_means_is_told(house: House, path: str) -> None:
    assert (await house.get(path)).json()["data"]["high_churn_threshold"] == 0.5
