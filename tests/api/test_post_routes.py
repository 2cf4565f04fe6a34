"""Posts: in, back, out."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx2
import pytest
from house import BAD, FLAT, GOOD, House, at, post

from sentistream.api.dependencies import unplaced
from sentistream.api.intake import read
from sentistream.domain.errors import DiskFull, Overloaded


async def test_a_batch_is_durable_counted_and_read_back(house: House) -> None:
    answer = await house.send({"posts": [post(1), post(2, content=BAD), post(3, content=FLAT, source="reddit")]})
    assert answer.status_code == 202
    assert answer.json() == {
        "data": {"accepted": 3, "rejected": []},
        "metadata": {"as_of": "2026-11-22T12:00:30Z"},
    }
    assert (await house.stream.lag("sentiment_workers")).entries == 3
    await house.settle()
    page = (await house.get("posts?include_total=true")).json()
    assert {row["post_id"]: row["sentiment_label"] for row in page["data"]} == {
        "p1": "positive",
        "p2": "negative",
        "p3": "neutral",
    }
    assert page["metadata"] == {
        "total": 3,
        "has_more": False,
        "limit": 50,
        "offset": 0,
        "next_cursor": None,
        "as_of": "2026-11-22T12:00:30Z",
    }
    row = page["data"][0]
    assert row["connector"] == "http"
    assert row["toxicity"] is None
    assert row["created_at"] == "2026-11-22T11:30:00Z"


@pytest.mark.parametrize(
    "body", [{"posts": [post(1)]}, [post(1)], post(1)], ids=["wrapped", "bare array", "one object"]
)
async def test_every_documented_shape_of_a_body(house: House, body: Any) -> None:
    answer = await house.send(body)
    assert answer.status_code == 202
    assert answer.json()["data"]["accepted"] == 1


async def test_the_same_request_again_changes_nothing(house: House) -> None:
    for _ in range(2):
        await house.fill([post(1), post(2)])
    assert (await house.get("posts?include_total=true")).json()["metadata"]["total"] == 2
    total = (await house.get("ledger")).json()["data"]["total"]
    assert (total["received"], total["created"], total["duplicate"]) == (4, 2, 2)


async def test_bad_items_are_rejected_one_by_one_and_kept(house: House) -> None:
    items: list[Any] = [
        post(1),
        post(2, content=" "),
        post(3, created_at="yesterday"),
        {"post_id": "p4", "source": "twitter"},
        post(5, source="Not A Platform"),
        post(6, created_at="1969-12-31T23:59:59Z"),
        post(7, created_at="2200-01-01T00:00:00Z"),
        post(8, content="a\x00b"),
        post(9, url="javascript:alert(1)"),
        "just a string",
        post(11, latitude=120),
        post(12, deleted_at="2026-11-22T11:00:00Z"),
    ]
    data = (await house.send({"posts": items})).json()["data"]
    assert data["accepted"] == 1
    assert [one["index"] for one in data["rejected"]] == list(range(1, 12))
    assert {one["code"] for one in data["rejected"]} == {"INVALID_ENTRY"}
    fields = {one["index"]: one.get("field") for one in data["rejected"]}
    assert fields[1] == "content"
    assert fields[2] == "created_at"
    assert fields[3] == "content"
    assert fields[8] == "url"
    await house.settle()
    letters = (await house.get("ledger/dead-letters")).json()["data"]
    assert len(letters) == 11
    kept = {letter["position"]: letter for letter in letters}
    assert kept["item 9"]["raw"] == '"just a string"'
    assert "javascript:" in kept["item 8"]["raw"]
    total = (await house.get("ledger")).json()["data"]["total"]
    assert (total["received"], total["created"], total["dead_lettered"], total["balanced"]) == (12, 1, 11, True)


async def test_a_lone_surrogate_rejects_its_item_only(house: House) -> None:
    body = b'[{"post_id":"s","source":"x","content":"\\ud800","created_at":"2026-11-22T11:00:00Z"},'
    body += b'{"post_id":"t","source":"x","content":"fine","created_at":"2026-11-22T11:00:00Z"}]'
    answer = await house.client.post("/api/v1/posts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 202
    assert answer.json()["data"]["accepted"] == 1
    assert answer.json()["data"]["rejected"][0]["index"] == 0


async def test_nobody_can_pose_as_another_connector(house: House) -> None:
    await house.fill([post(1, connector="file:secret.csv")])
    accounts = (await house.get("ledger")).json()["data"]["accounts"]
    assert [account["connector"] for account in accounts] == ["http"]


async def test_a_deletion_travels_as_an_item_and_by_delete(house: House) -> None:
    await house.fill([post(1), post(2)])
    answer = await house.send([{"post_id": "p1", "source": "twitter", "deleted_at": "2026-11-22T12:00:00Z"}])
    assert answer.json()["data"]["accepted"] == 1
    row = (await house.get("posts/p2")).json()["data"]
    erased = await house.client.delete(f"/api/v1/posts/{row['id']}")
    assert erased.status_code == 202
    assert erased.json()["data"] == {"id": row["id"], "source": "twitter", "post_id": "p2"}
    await house.settle()
    assert (await house.get("posts")).json()["data"] == []
    assert (await house.get(f"posts/{row['id']}")).status_code == 404
    assert (await house.client.delete(f"/api/v1/posts/{row['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"not json", "body"),
        (b'{"posts": ', "body"),
        (b'{"posts": 5}', "body"),
        (b'{"posts": []}', "1 to 1,000"),
        (b"[]", "1 to 1,000"),
        (b"7", "body"),
        (b'"text"', "body"),
        (b"\xff\xfe", "body"),
    ],
)
async def test_a_body_of_another_shape_is_422(house: House, body: bytes, says: str) -> None:
    answer = await house.client.post("/api/v1/posts", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "MALFORMED_BODY"
    assert says in error["message"]


async def test_a_thousand_items_are_accepted_and_one_more_is_not(house: House) -> None:
    assert (await house.send([post(number) for number in range(1000)])).status_code == 202
    answer = await house.send([post(number) for number in range(1001)])
    assert answer.status_code == 422
    assert (await house.stream.lag("sentiment_workers")).entries == 1000


async def test_a_body_too_large_is_413_announced_or_not(build: Any) -> None:
    from sentistream.settings import ApiSettings

    house = build(api=ApiSettings(max_body_bytes=1024))
    large = [post(number) for number in range(50)]
    assert (await house.send(large)).status_code == 413

    async def chunks() -> Any:
        for _ in range(100):
            yield b" " * 100

    answer = await house.client.post("/api/v1/posts", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "TOO_LARGE"


@pytest.mark.parametrize("error", [Overloaded("full", retry_after=7), DiskFull("no room", retry_after=2.4)])
async def test_no_room_is_503_with_retry_after(house: House, monkeypatch: Any, error: Overloaded) -> None:
    async def publish(entries: object) -> None:
        raise error

    monkeypatch.setattr(house.stream, "publish", publish)
    answer = await house.send([post(1)])
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(round(error.retry_after))
    assert answer.json()["error"]["code"] == error.code
    assert house.counted("errors_total", code=error.code) == 1


async def test_a_really_full_stream_is_503_and_takes_nothing(tmp_path: Any, clock: Any) -> None:
    from house import GROUP

    from sentistream.settings import StreamSettings
    from sentistream.storage.sqlite import SqliteStore
    from sentistream.stream.sqlite import SqliteStream

    store = SqliteStore(tmp_path / "a.db")
    await store.migrate()
    stream = SqliteStream(tmp_path / "s.db", StreamSettings(max_length=5, min_free_bytes=0), clock, (GROUP,))
    await stream.open()
    house = House(store, stream, clock)
    try:
        assert (await house.send([post(number) for number in range(5)])).status_code == 202
        answer = await house.send([post(9)])
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "OVERLOADED")
        assert int(answer.headers["Retry-After"]) >= 1
        assert (await stream.lag(GROUP)).entries == 5
    finally:
        await house.close()
        await stream.close()
        await store.close()


async def test_filters_cursor_and_orders(house: House) -> None:
    await house.fill(
        [
            post(
                number,
                created_at=f"2026-11-22T11:{number:02}:00Z",
                content=GOOD if number % 2 else BAD,
                source="reddit" if number % 5 == 0 else "twitter",
                product="App, the new one" if number == 7 else "Web",
                author="ada" if number == 3 else None,
            )
            for number in range(20)
        ]
    )

    async def ids(query: str) -> list[str]:
        answer = await house.get(f"posts?{query}")
        assert answer.status_code == 200, answer.text
        return [row["post_id"] for row in answer.json()["data"]]

    assert await ids("limit=3") == ["p19", "p18", "p17"]
    assert await ids("limit=2&sort=oldest") == ["p0", "p1"]
    assert await ids("limit=2&offset=4") == ["p15", "p14"]
    assert await ids("source=reddit") == ["p15", "p10", "p5", "p0"]
    assert len(await ids("source=reddit,twitter")) == 20
    assert len(await ids("sentiment=negative")) == 10
    assert await ids("author=ada") == ["p3"]
    assert await ids("product=App\\, the new one") == ["p7"]
    assert await ids("q=hate&limit=1") == ["p18"]
    assert await ids("start_date=2026-11-22T11:05:00Z&end_date=2026-11-22T11:07:00Z") == ["p6", "p5"]
    assert await ids("start_date=2026-11-22T12:18:00%2B01:00") == ["p19", "p18"]
    assert await ids("min_confidence=1") == []
    assert len(await ids("start_date=2026-11-22")) == 20

    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        page = (await house.get(f"posts?limit=7{cursor}")).json()
        seen += [row["post_id"] for row in page["data"]]
        if not page["metadata"]["has_more"]:
            break
        cursor = f"&cursor={page['metadata']['next_cursor']}"
    assert seen == [f"p{number}" for number in reversed(range(20))]
    recent = (await house.get("posts/recent")).json()
    assert len(recent["data"]) == recent["metadata"]["limit"] == 10


async def test_catching_up_by_arrival(house: House) -> None:
    await house.fill([post(1)])
    house.clock.now = at("12:05:00")
    await house.fill([post(2), post(3)])
    answer = await house.get("posts?sort=ingested&ingested_after=2026-11-22T12:04:00Z")
    assert [row["post_id"] for row in answer.json()["data"]] == ["p2", "p3"]


async def test_one_post_by_key_by_platform_id_and_by_an_id_with_slashes(house: House) -> None:
    await house.fill([post(1), post(2, post_id="at://did:plc:x/app.bsky.feed.post/3k", source="bluesky")])
    by_id = (await house.get("posts/p1")).json()["data"]
    assert (await house.get(f"posts/{by_id['id']}")).json()["data"] == by_id
    answer = await house.get("posts/at%3A%2F%2Fdid%3Aplc%3Ax%2Fapp.bsky.feed.post%2F3k")
    assert answer.json()["data"]["source"] == "bluesky"
    missing = await house.get("posts/nothing")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert (await house.get("posts/a%00b")).status_code == 404


async def test_a_cursor_that_is_not_ours_is_400(house: House) -> None:
    answer = await house.get("posts?cursor=nonsense")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_PARAMETER")


async def test_reading_a_batch_keeps_up_with_the_target() -> None:
    """8,000 posts a second leave 125 ms for a batch of 1,000; reading it may take a small part of that."""
    body = httpx2.Request("POST", "http://x", json={"posts": [post(number) for number in range(1000)]}).content
    now = at("12:00:00")

    def once() -> float:
        started = time.process_time()
        entries, rejected = read(body, unplaced, lambda: now)
        assert (len(entries), rejected) == (1000, [])
        return time.process_time() - started

    best = min([await asyncio.to_thread(once) for _ in range(5)])
    assert best < 0.06
