"""Answers are compressed for whoever takes that, and say the same."""

from __future__ import annotations

from typing import Any

import pytest
from house import House, post
from sockets import Feed

MANY = [post(number, product=f"Product {number % 7}") for number in range(40)]
GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
async def filled(house: House) -> House:
    await house.fill(MANY)
    return house


@pytest.mark.parametrize(
    "path", ["posts?limit=40", "metrics/products", "sentiment/aggregate?group_by=product", "terms"]
)
async def test_a_large_answer_is_compressed_and_the_same(filled: House, path: str) -> None:
    packed = await filled.get(path, headers=GZIP)
    plain = await filled.get(path, headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json()["data"] == plain.json()["data"]
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.num_bytes_downloaded == int(packed.headers["content-length"]) < len(plain.content) / 2


async def test_what_is_small_is_sent_as_it_is(house: House) -> None:
    for path in ("health", "metrics/products", "nothing"):
        answer = await house.get(path, headers=GZIP)
        assert len(answer.content) < 1_024, path
        assert "content-encoding" not in answer.headers, path


async def test_compressed_or_not_an_answer_is_held_by_the_same_tag(filled: House) -> None:
    path = "metrics/products?hours=24"
    tag = (await filled.get(path, headers=GZIP)).headers["etag"]
    for accepted in (GZIP, {"Accept-Encoding": "identity"}):
        again = await filled.get(path, headers={**accepted, "If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
async def test_an_export_is_streamed_as_it_is(filled: House, kind: str) -> None:
    answer = await filled.get(f"export?format={kind}", headers=GZIP)
    assert len(answer.content) > 1_024
    assert "content-encoding" not in answer.headers
    assert answer.headers.get("transfer-encoding", "chunked") == "chunked"


async def test_head_says_what_get_would(filled: House) -> None:
    path = "/api/v1/posts?limit=40"
    got: Any = await filled.client.get(path, headers=GZIP)
    head = await filled.client.head(path, headers=GZIP)
    assert head.content == b""
    assert {name: head.headers[name] for name in ("content-encoding", "content-length")} == {
        name: got.headers[name] for name in ("content-encoding", "content-length")
    }


async def test_the_description_of_the_api_is_compressed(house: House) -> None:
    answer = await house.client.get("/openapi.json", headers=GZIP)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.num_bytes_downloaded < len(answer.content) / 5


async def test_frames_go_on_uncompressed(feed: Feed) -> None:
    async with feed.open(compression="deflate") as socket:
        assert socket.connection.response is not None
        assert "sec-websocket-extensions" not in socket.connection.response.headers
