"""How well models read, by HTTP: what they promise, how sure they are, what people say of it."""

from __future__ import annotations

from house import BAD, GOOD, House, post

from sentistream.analysis.fast import FastAnalyser
from sentistream.pipeline.layering import Layering


async def test_bundled_models_say_what_was_measured_of_them(house: House) -> None:
    found = (await house.get("models")).json()["data"]
    assert [(one["name"], one["tier"]) for one in found] == [("sentistream-fast", "fast"), ("sentistream-full", "full")]
    for one in found:
        measured = one["sets"]["sentiment/val"]
        assert measured["task"] == "sentiment"
        assert sum(cell["count"] for cell in measured["calibration_bins"]) <= measured["posts"]
        assert 0 < measured["expected_calibration_error"] < 0.05
        assert one["summary"]


async def test_how_sure_models_are_follows_the_filters_and_every_correction(house: House) -> None:
    await house.fill([post(number, content=f"{GOOD} {number}") for number in range(4)])
    await house.fill([post(9, content=f"{BAD} 9", source="reddit")])

    async def counted(query: str = "") -> list[tuple[str, int]]:
        data = (await house.get(f"metrics/confidence?hours=24{query}")).json()["data"]
        assert all(sum(one["counts"]) == one["posts"] for one in data["items"])
        return [(one["tier"], one["posts"]) for one in data["items"]]

    assert await counted() == [("fast", 5)]
    assert await counted("&source=reddit") == [("fast", 1)]
    await house.client.post("/api/v1/posts/p9/correction?wait=0", json={"sentiment_label": "neutral"})
    await house.settle()
    assert await counted() == [("fast", 4)]
    assert await counted("&source=reddit") == []


async def test_every_model_is_measured_by_what_people_said(house: House) -> None:
    assert (await house.get("reports/corrections")).json()["data"] == {"task": "sentiment", "scores": []}
    await house.fill(
        [
            post(1, content=f"{BAD} 1", language="en"),
            post(2, content=f"{GOOD} 2", language="en"),
            post(3, content=f"{GOOD} 3", language="fr"),
        ]
    )
    await house.client.post("/api/v1/layers", json={"model": "fast", "since": "2026-11-22", "name": "second"})
    await Layering(house.store, lambda name: FastAnalyser(), house.clock, "worker").finish("second")
    for id, label in (("p1", "negative"), ("p2", "negative"), ("p3", "positive")):
        await house.client.post(f"/api/v1/posts/{id}/correction?wait=0", json={"sentiment_label": label})
    await house.settle()
    scores = (await house.get("reports/corrections")).json()["data"]["scores"]
    found = {(one["model"], one["language"]): one for one in scores}
    assert {("vader", "all"), ("vader", "en"), ("vader", "fr"), ("sentistream-fast", "all")} <= found.keys()
    whole = found["vader", "all"]
    read = whole["posts"] - whole["unscored"]
    assert whole["posts"] == 3
    assert sum(cell["count"] for cell in whole["calibration_bins"]) == read
    assert all(cell["count"] for cell in whole["calibration_bins"])
    assert (found["vader", "en"]["posts"], found["vader", "en"]["accuracy"]) == (2, 0.5)
    assert (await house.get("reports/corrections?task=toxicity")).json()["data"]["scores"] == []
    assert (await house.get("reports/corrections?task=mood")).status_code == 400
