"""All readings of a post by HTTP."""

from __future__ import annotations

import pytest
from house import BAD, GOOD, House, post

from sentistream.analysis.fast import FastAnalyser
from sentistream.pipeline.layering import Layering


async def test_all_readings_of_a_post_stand_beside_each_other(house: House) -> None:
    await house.fill([post(1, content=f"{BAD} 1")])
    await house.client.post("/api/v1/layers", json={"model": "fast", "since": "2026-11-22", "name": "second"})
    await Layering(house.store, lambda name: FastAnalyser(), house.clock, "worker").finish("second")
    await house.client.post("/api/v1/posts/p1/correction?wait=0", json={"sentiment_label": "positive"})
    await house.settle()
    answer = (await house.get("posts/p1/analyses")).json()
    rows = answer["data"]
    assert [(one["model_name"], one["tier"], one["layer"], one["standing"]) for one in rows] == [
        ("human:local", "human", "human", "current"),
        ("vader", "fast", "live", "outranked"),
        ("sentistream-fast", "fast", "second", "beside"),
    ]
    assert answer["metadata"]["total"] == 3
    human, lexicon, fast = rows
    assert (human["sentiment_label"], human["probabilities"]) == ("positive", None)
    assert lexicon["toxicity"] is lexicon["emotions"] is None
    assert set(fast["emotions"]) == {"joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"}
    for one in (lexicon, fast):
        shares = one["probabilities"]
        assert sum(shares.values()) == pytest.approx(1, abs=0.0003)
        assert shares[one["sentiment_label"]] == pytest.approx(one["confidence_score"], abs=0.0002)
        assert shares["positive"] - shares["negative"] == pytest.approx(one["sentiment_score"], abs=0.0003)


async def test_an_edited_post_keeps_what_was_read_in_its_earlier_text(house: House) -> None:
    await house.fill([post(1)])
    await house.fill([post(1, content=f"{GOOD} after all", edited_at="2026-11-22T11:40:00Z")])
    rows = (await house.get("posts/p1/analyses")).json()["data"]
    assert [one["standing"] for one in rows] == ["current", "earlier"]


async def test_a_post_that_is_not_there_is_not_found(house: House) -> None:
    assert (await house.get("posts/nobody/analyses")).status_code == 404
