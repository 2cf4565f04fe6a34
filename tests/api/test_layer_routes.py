"""Layers by HTTP: begun, read by a worker, compared, promoted and demoted."""

from __future__ import annotations

import msgspec
import pytest
from house import BAD, GOOD, House, post

from sentistream.analysis.fast import FastAnalyser
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.pipeline.layering import Layering


class SecondLexicon(LexiconAnalyser):
    """The lexicon as a model that has read nothing yet."""

    def __init__(self) -> None:
        super().__init__()
        self._model = msgspec.structs.replace(self._model, name="second-lexicon")


def worker(house: House) -> Layering:
    makers = {"fast": FastAnalyser, "lexicon": SecondLexicon}
    return Layering(house.store, lambda name: makers[name](), house.clock, "worker")


async def test_a_layer_is_read_compared_promoted_and_demoted(house: House) -> None:
    await house.fill(
        [post(1), post(2, content=f"{BAD} 2", source="reddit"), post(3, content="The bus never came again")]
    )
    begun = await house.client.post(
        "/api/v1/layers", json={"model": "fast", "since": "2026-11-22", "name": "second", "source": ["twitter"]}
    )
    assert begun.status_code == 201, begun.text
    row = begun.json()["data"]
    assert (row["state"], row["total"], row["source"], row["created_by"]) == ("reading", 2, ["twitter"], "local")
    assert (await house.client.post("/api/v1/layers/second/promote")).status_code == 409
    again = await house.client.post("/api/v1/layers", json={"model": "fast", "since": "2026-11-22", "name": "second"})
    assert again.status_code == 409

    await worker(house).finish("second")
    [listed] = (await house.get("layers")).json()["data"]
    assert (listed["state"], listed["read"], listed["model_name"]) == ("read", 2, "sentistream-fast")
    data = (await house.get("reports/compare/second")).json()["data"]
    report = data["report"]
    assert (report["posts"], sum(sum(row.values()) for row in report["confusion"].values())) == (2, 2)
    assert [one["key"] for one in report["sources"]] == ["twitter"]
    apart = (await house.get("reports/compare/second/disagreements")).json()["data"]
    assert len(apart) == report["posts"] - report["agreed"]
    for one in apart:
        assert one["sentiment_label"] != one["post"]["sentiment_label"]

    assert data["against"] is None
    assert all(one["against"]["sentiment_label"] == one["post"]["sentiment_label"] for one in apart)

    promoting = await house.client.post("/api/v1/layers/second/promote")
    assert (promoting.status_code, promoting.json()["data"]["state"]) == (202, "promoting")
    await worker(house).finish("second")
    assert (await house.get("posts/p1")).json()["data"]["model_name"] == "sentistream-fast"
    assert (await house.get("posts/p2")).json()["data"]["model_name"] == "vader"
    assert (await house.get("reports/compare/second")).json()["data"]["report"] == report
    assert (await house.client.post("/api/v1/layers/second/demote")).status_code == 202
    await worker(house).finish("second")
    assert (await house.get("posts/p1")).json()["data"]["model_name"] == "vader"
    assert await house.store.ledger.findings() == []


async def test_two_layers_are_compared(house: House) -> None:
    await house.fill([post(1), post(2, content=f"{BAD} 2"), post(3, content="The bus never came again")])
    for name, model in (("second", "fast"), ("third", "lexicon")):
        begun = await house.client.post("/api/v1/layers", json={"model": model, "since": "2026-11-22", "name": name})
        assert begun.status_code == 201, begun.text
        await worker(house).finish(name)
    data = (await house.get("reports/compare/second?against=third")).json()["data"]
    assert (data["layer"]["name"], data["against"]["name"]) == ("second", "third")
    assert data["report"]["posts"] == 3
    apart = (await house.get("reports/compare/second/disagreements?against=third")).json()["data"]
    assert len(apart) == data["report"]["posts"] - data["report"]["agreed"]
    for path in ("reports/compare/second", "reports/compare/second/disagreements"):
        assert (await house.get(f"{path}?against=nobody")).status_code == 404
        refused = await house.get(f"{path}?against=second")
        assert (refused.status_code, refused.json()["error"]["details"]["parameter"]) == (400, "against")


async def test_numbers_follow_a_promotion_at_once(house: House) -> None:
    await house.fill([post(number, content=f"{GOOD} {number}") for number in range(3)])
    before = (await house.get("metrics/overall")).json()["data"]["current"]
    await house.client.post("/api/v1/layers", json={"model": "fast", "since": "2026-11-22", "name": "second"})
    await worker(house).finish("second")
    await house.client.post("/api/v1/layers/second/promote")
    await worker(house).finish("second")
    after = (await house.get("metrics/overall")).json()["data"]["current"]
    assert before["average_toxicity"] is None
    assert after["average_toxicity"] is not None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"model": "gpt", "since": "2026-11-22"},
        {"model": "fast", "since": "yesterday"},
        {"model": "fast", "since": "2026-11-22", "name": "a/b"},
        {"model": "fast", "since": "2026-11-22", "mood": "good"},
        {"model": "fast", "since": "2026-11-22", "source": ["\x00"]},
    ],
)
async def test_what_cannot_be_begun_is_refused(house: House, body: dict[str, object]) -> None:
    assert (await house.client.post("/api/v1/layers", json=body)).status_code == 422


async def test_a_layer_that_is_not_there_is_not_found(house: House) -> None:
    for path in ("layers/x", "reports/compare/x", "reports/compare/x/disagreements"):
        assert (await house.get(path)).status_code == 404
    for turn in ("promote", "demote"):
        assert (await house.client.post(f"/api/v1/layers/x/{turn}")).status_code == 404
