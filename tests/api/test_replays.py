"""Dead letters sent again: once, mended or as they came, and the ledger still adds up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from house import House, post

from sentistream.domain.errors import Overloaded


@pytest.fixture
async def letters(house: House) -> list[int]:
    """The ids of three letters without text, the oldest first."""
    await house.send([post(number, content="") for number in range(3)])
    await house.settle()
    found = (await house.get("ledger/dead-letters")).json()["data"]
    return [letter["id"] for letter in reversed(found)]


async def replay(house: House, id: int, body: str | None = None) -> Any:
    return await house.client.post(f"/api/v1/ledger/dead-letters/{id}/replay", json={"body": body})


async def received(house: House) -> int:
    return int((await house.get("ledger")).json()["data"]["total"]["received"])


async def test_a_mended_letter_becomes_a_post_once(house: House, letters: list[int]) -> None:
    mended = json.dumps(post(0, content="it has a text now"))
    first = await replay(house, letters[0], mended)
    assert first.status_code == 202
    assert first.json()["data"]["outcome"] == "replayed"
    again = await replay(house, letters[0], mended)
    assert again.status_code == 202
    assert again.json()["data"]["outcome"] == "already"
    assert again.json()["data"]["replayed_at"] == first.json()["data"]["replayed_at"]
    await house.settle()
    assert (await house.get("posts/p0")).json()["data"]["content"] == "it has a text now"
    ledger = (await house.get("ledger")).json()["data"]
    assert ledger["balanced"]
    assert (ledger["total"]["received"], ledger["total"]["created"], ledger["total"]["dead_lettered"]) == (4, 1, 3)
    listed = (await house.get("ledger/dead-letters")).json()["data"]
    assert [letter["replayed_at"] is not None for letter in reversed(listed)] == [True, False, False]


async def test_a_letter_that_is_no_post_yet_stays(house: House, letters: list[int]) -> None:
    for body in (None, "{", "[]", json.dumps([post(1), post(2)])):
        answer = await replay(house, letters[0], body)
        assert answer.status_code == 422, body
        assert answer.json()["error"]["message"]
    assert await received(house) == 3
    assert (await replay(house, letters[0], json.dumps(post(0)))).status_code == 202, "it can still be mended"
    assert (await replay(house, 99_999)).status_code == 404


async def test_many_at_once_each_with_its_result(house: House, letters: list[int], monkeypatch: Any) -> None:
    await replay(house, letters[0], json.dumps(post(0)))
    answer = await house.client.post("/api/v1/ledger/dead-letters/replay", json={"ids": [*letters[:2], 99_999]})
    assert answer.status_code == 202
    assert {row["id"]: row["outcome"] for row in answer.json()["data"]} == {
        letters[0]: "already",
        letters[1]: "failed",
        99_999: "failed",
    }


async def test_two_at_the_same_time_send_it_once(house: House, letters: list[int]) -> None:
    body = json.dumps(post(0))
    answers = await asyncio.gather(*(replay(house, letters[0], body) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert [answer.json()["data"]["outcome"] for answer in answers if answer.status_code == 202].count("replayed") == 1
    assert await received(house) == 4


async def test_a_stream_without_room_leaves_it_to_be_sent(house: House, letters: list[int], monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:

        async def publish(entries: object) -> None:
            raise Overloaded("full", retry_after=7)

        patched.setattr(house.stream, "publish", publish)
        assert (await replay(house, letters[0], json.dumps(post(0)))).status_code == 503
    assert (await replay(house, letters[0], json.dumps(post(0)))).json()["data"]["outcome"] == "replayed"
