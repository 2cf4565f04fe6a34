"""Corrections by HTTP: one, many, taken back, read back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from house import BAD, GROUP, House, post

from sentistream.analysis.gold import Task, gold
from sentistream.analysis.reader import TieredReader
from sentistream.api.security import generate_key
from sentistream.pipeline.analyse import Worker
from sentistream.settings import ApiSettings


@asynccontextmanager
async def working(house: House) -> AsyncIterator[None]:
    """A worker beside the requests."""
    worker = Worker(
        stream=house.stream, store=house.store, live=house.live, reader=TieredReader(house.analyser),
        metrics=house.metrics, clock=house.clock, group=GROUP,
    )  # fmt: skip
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


async def correct(house: House, id: str, wait: float = 10, **said: Any) -> httpx2.Response:
    return await house.client.post(f"/api/v1/posts/{id}/correction?wait={wait}", json=said)


async def take_back(house: House, id: str, wait: float = 10) -> httpx2.Response:
    return await house.client.delete(f"/api/v1/posts/{id}/correction?wait={wait}")


async def test_a_correction_counts_when_the_answer_comes(house: House) -> None:
    await house.fill([post(1), post(2)])
    async with working(house):
        answer = await correct(house, "p1", sentiment_label="negative", emotion="anger", toxic=True, churn=False)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert data["outcome"] == "corrected"
        names = ("sentiment_label", "emotion", "toxicity", "churn_risk", "tier")
        assert [data["post"][name] for name in names] == ["negative", "anger", 1.0, 0.0, "human"]
        assert (data["post"]["model_name"], data["post"]["model_version"]) == ("human:local", data["correction_id"])
        stats = (await house.get("sentiment/distribution")).json()["data"]["counts"]
        assert (stats["negative"], stats["positive"]) == (1, 1)
        again = await correct(house, "p1", sentiment_label="negative")
        assert (again.status_code, again.json()["data"]["outcome"]) == (200, "unchanged")
        back = await take_back(house, "p1")
        assert back.status_code == 200
        assert back.json()["data"]["post"]["sentiment_label"] == "positive"
        assert (await take_back(house, "p1")).json()["data"]["outcome"] == "unchanged"
        once_more = await correct(house, "p1", sentiment_label="negative", emotion="anger", toxic=True, churn=False)
        assert once_more.json()["data"]["post"]["sentiment_label"] == "negative"
    assert await house.store.ledger.findings() == []
    account = (await house.store.ledger.accounts())["corrections"]
    assert (account.corrected, account.duplicate, account.stale) == (3, 0, 0)


async def test_without_a_worker_it_is_durable_and_a_repeated_request_counts_once(house: House) -> None:
    await house.fill([post(1)])
    for _ in range(2):
        answer = await correct(house, "p1", wait=0, sentiment_label="negative")
        assert (answer.status_code, answer.json()["data"]["outcome"]) == (202, "waiting")
        assert answer.json()["data"]["post"]["sentiment_label"] == "positive"
    await house.settle()
    account = (await house.store.ledger.accounts())["corrections"]
    assert (account.corrected, account.duplicate) == (1, 1)
    assert (await house.get("posts/p1")).json()["data"]["tier"] == "human"


async def test_the_history_names_who_said_it(build: Callable[..., House]) -> None:
    house = build(api=ApiSettings(host="0.0.0.0", allowed_hosts=["127.0.0.1"]))
    key, prefix, hash_ = generate_key()
    await house.store.keys.add("Ada's laptop", prefix, hash_, house.clock())
    house.client.headers["Authorization"] = f"Bearer {key}"
    await house.fill([post(1)])
    async with working(house):
        await correct(house, "p1", sentiment_label="neutral", note="a quotation")
        await take_back(house, "p1")
    data = (await house.get("posts/p1/correction")).json()["data"]
    assert (data["corrected_by"], data["said"]["sentiment_label"]) == (None, None)
    taken_back, said = data["history"]
    assert (taken_back["kind"], said["kind"]) == ("withdrawal", "correction")
    assert {taken_back["corrected_by"], said["corrected_by"]} == {"Ada's laptop"}
    assert (said["note"], said["became"]["sentiment_label"]) == ("a quotation", "neutral")
    assert (said["was"]["model_name"], said["was"]["sentiment_label"]) == ("vader", "positive")
    listed = (await house.get("corrections?limit=1")).json()
    assert listed["data"] == [taken_back]
    rest = await house.get(f"corrections?before={listed['metadata']['next_cursor']}")
    assert rest.json()["data"] == [said]


async def test_many_have_results_of_their_own(house: House) -> None:
    await house.fill([post(number) for number in range(1, 4)])
    body = [
        {"id": "p1", "sentiment_label": "negative"},
        {"id": "nobody", "sentiment_label": "negative"},
        {"id": "p2", "sentiment_label": "furious"},
        {"id": "p2"},
        {"id": "p3", "toxic": True},
        {"id": "p3", "sentiment_label": "neutral"},
    ]
    async with working(house):
        answer = await house.client.post("/api/v1/corrections?wait=10", json={"corrections": body})
    assert answer.status_code == 200, answer.text
    rows = answer.json()["data"]
    assert [row["outcome"] for row in rows] == ["corrected", None, None, None, "corrected", "corrected"]
    assert [row["error"] and row["error"]["code"] for row in rows] == [
        None, "NOT_FOUND", "INVALID_ENTRY", "INVALID_ENTRY", None, None,
    ]  # fmt: skip
    third = (await house.get("posts/p3")).json()["data"]
    assert (third["sentiment_label"], third["toxicity"]) == ("neutral", 1.0)
    too_many = {"corrections": [{"id": "p1", "toxic": True}] * 1001}
    assert (await house.client.post("/api/v1/corrections", json=too_many)).status_code == 422


async def test_what_cannot_be_corrected_is_refused(house: House) -> None:
    await house.fill([post(1)])
    assert (await correct(house, "nobody", sentiment_label="neutral")).status_code == 404
    assert (await take_back(house, "nobody")).status_code == 404
    assert (await house.get("posts/nobody/correction")).status_code == 404
    assert (await correct(house, "p1")).status_code == 422
    assert (await correct(house, "p1", sentiment_label="unscored")).status_code == 422
    assert (await correct(house, "p1", mood="good")).status_code == 422
    old = await correct(house, "p1", sentiment_label="neutral", edited_at="2026-11-22T11:00:00Z")
    assert (old.status_code, old.json()["error"]["code"]) == (409, "CONFLICT")
    seen = await correct(house, "p1", wait=0, sentiment_label="neutral", edited_at="2026-11-22T11:30:00Z")
    assert seen.status_code == 202
    await house.send([post(1, content=BAD, edited_at="2026-11-22T11:40:00Z")])
    # The edit is behind the correction in the stream, so the correction holds until then.
    await house.settle()
    assert (await house.get("posts/p1")).json()["data"]["sentiment_label"] == "negative"


async def test_a_correction_of_a_text_that_changed_meanwhile_is_told(house: House) -> None:
    await house.fill([post(1)])
    await house.send([post(1, content=BAD, edited_at="2026-11-22T11:40:00Z")])
    waiting = asyncio.create_task(correct(house, "p1", sentiment_label="neutral"))
    async with asyncio.timeout(10):
        while (await house.stream.lag(GROUP)).entries < 2:  # noqa: ASYNC110  (the stream cannot tell us)
            await asyncio.sleep(0.01)
    await house.settle()
    assert (await waiting).status_code == 409


async def test_the_labelled_set_is_what_evaluate_reads(house: House) -> None:
    await house.fill([post(1), post(2, content=BAD), post(3)])
    async with working(house):
        await correct(house, "p1", sentiment_label="negative", emotion="sadness", toxic=False)
        await correct(house, "p2", churn=True)
    lines = [json.loads(line) for line in (await house.get("corrections/export")).text.splitlines()]
    found = {line["post_id"]: line for line in lines}
    assert found.keys() == {"p1", "p2"}
    labels = [gold(found["p1"], task).labels for task in (Task.SENTIMENT, Task.EMOTION, Task.TOXICITY)]
    assert labels == [{"negative"}, {"sadness"}, {"not-toxic"}]
    assert gold(found["p2"], Task.CHURN).labels == {"leaving"}
    assert "gold_sentiment" not in found["p2"]
    table = await house.get("corrections/export?format=csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.text.splitlines()[0].startswith("text,gold_sentiment,gold_emotion")
    assert len(table.text.splitlines()) == 3
