"""Who may ask: hosts, origins, media types, keys, headers. Sockets are held to the same in test_live_socket.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from house import House, post
from starlette.types import Message

from sentistream.api.security import KeyRing, Security, generate_key, hash_key, is_loopback, take_key_from_query
from sentistream.settings import ApiSettings

JSON = {"Content-Type": "application/json"}


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:1", "127.8.8.8:80", "[::1]", "[::1]:8000", "LOCALHOST:5"],
)
async def test_loopback_names_are_answered_on_any_port(house: House, host: str) -> None:
    assert (await house.get("stats", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "",
     "127.0.0.1:8000:9", "a b", "localhost/evil", "[::1", "user@localhost"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/v1/stats", "/", "/docs", "/metrics"])
async def test_a_rebound_host_name_is_refused_everywhere(house: House, host: str, path: str) -> None:
    answer = await house.client.get(path, headers={"Host": host})
    assert code(answer) == (400, "FOREIGN_HOST")


async def test_allowed_hosts_and_the_bound_address(build: Callable[..., House]) -> None:
    house = build(api=ApiSettings(allowed_hosts=["Pulse.example"]))
    assert (await house.get("stats", headers={"Host": "pulse.example:443"})).status_code == 200
    assert (await house.get("stats", headers={"Host": "other.example"})).status_code == 400
    bound = build(api=ApiSettings(host="192.168.1.5"))
    assert (await bound.get("health", headers={"Host": "192.168.1.5:8000"})).status_code == 200
    assert (await bound.get("health", headers={"Host": "192.168.1.6:8000"})).status_code == 400
    wide = build(api=ApiSettings(host="0.0.0.0"))
    assert (await wide.get("health", headers={"Host": "0.0.0.0:8000"})).status_code == 400


FOREIGN: list[dict[str, str]] = [
    {"Origin": "http://evil.example"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(("method", "path"), [("POST", "posts"), ("POST", "analyze"), ("DELETE", "posts/p1")])
async def test_a_foreign_page_cannot_change_anything(
    house: House, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await house.client.request(method, f"/api/v1/{path}", json=[post(1)], headers=headers)
    assert code(answer) == (403, "FORBIDDEN")
    assert (await house.stream.lag("sentiment_workers")).entries == 0


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost", "Host": "localhost"},
        {"Origin": "http://localhost", "Host": "localhost:80"},
    ],
    ids=str,
)
async def test_our_own_page_and_plain_clients_can(house: House, headers: dict[str, str]) -> None:
    assert (await house.send([post(1)], headers=headers)).status_code == 202


async def test_reading_from_a_foreign_page_gets_no_cors(house: House) -> None:
    answer = await house.get("stats", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    preflight = await house.client.options(
        "/api/v1/posts", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert code(preflight) == (403, "FORBIDDEN")


async def test_an_allowed_origin_may_call(build: Callable[..., House]) -> None:
    mine = "https://app.example"
    house = build(api=ApiSettings(allowed_origins=[mine]))
    asked = {"Origin": mine, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    preflight = await house.client.options("/api/v1/posts", headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == mine
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    answer = await house.send([post(1)], headers={"Origin": mine, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 202
    assert answer.headers["access-control-allow-origin"] == mine
    assert "Origin" in answer.headers["vary"]
    other = await house.send([post(1)], headers={"Origin": "https://evil.example"})
    assert code(other) == (403, "FORBIDDEN")
    assert "access-control-allow-origin" not in other.headers
    # Caches must not give the answer for one origin to another.
    assert "Origin" in (await house.get("stats")).headers["vary"]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json", None]
)
async def test_a_body_that_is_not_json_is_415(house: House, media_type: str | None) -> None:
    headers = {} if media_type is None else {"Content-Type": media_type}
    for path in ("posts", "analyze"):
        answer = await house.client.post(f"/api/v1/{path}", content=b"[]", headers=headers)
        assert code(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_json_with_a_charset_and_deletion_without_a_body(house: House) -> None:
    answer = await house.client.post(
        "/api/v1/posts", content=b"[]", headers={"Content-Type": "application/json; charset=utf-8"}
    )
    assert answer.status_code == 422
    assert (await house.client.delete("/api/v1/posts/none")).status_code == 404


async def test_every_answer_carries_the_headers(house: House) -> None:
    for path in ("/", "/docs", "/api/v1/stats", "/api/v1/nothing", "/metrics"):
        headers = (await house.client.get(path)).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["script-src"] == "'self'"
        assert policy["connect-src"] == "'self' ws://127.0.0.1:8000 wss://127.0.0.1:8000"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]


async def issued(house: House, name: str = "test") -> str:
    key, prefix, digest = generate_key()
    await house.store.keys.add(name, prefix, digest, house.clock())
    return key


GUARDED = ["/api/v1/stats", "/api/stats", "/api/v1/posts", "/api/v1/export", "/api/v1/nothing", "/metrics"]


async def test_a_wide_binding_needs_a_key_for_everything_but_pages_and_bare_health(
    build: Callable[..., House],
) -> None:
    house = build(api=ApiSettings(host="0.0.0.0"))
    key = await issued(house)
    for path in GUARDED:
        answer = await house.client.get(path)
        assert code(answer) == (401, "UNAUTHORISED"), path
        assert answer.headers["www-authenticate"].startswith("Bearer")
        for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}, {"authorization": f"bearer {key}"}):
            assert (await house.client.get(path, headers=headers)).status_code in (200, 404), path
        for wrong in (key[:-1], key + "x", "", "sst_"):
            assert (await house.client.get(path, headers={"X-API-Key": wrong})).status_code == 401
        # The query is for sockets only, where nothing else can carry a key.
        assert (await house.client.get(f"{path}?api_key={key}")).status_code == 401
    assert code(await house.send([post(1)])) == (401, "UNAUTHORISED")
    assert (await house.send([post(1)], headers={"X-API-Key": key})).status_code == 202
    for path in ("/", "/docs", "/openapi.json"):
        assert (await house.client.get(path)).status_code == 200
    bare = (await house.get("health")).json()
    assert set(bare) == {"status", "timestamp", "data", "metadata"}
    assert set(bare["data"]) == {"status", "timestamp"}
    assert "services" in (await house.get("health", headers={"X-API-Key": key})).json()
    assert (await house.get("health", headers={"X-API-Key": "wrong"})).status_code == 401


async def test_loopback_needs_no_key(house: House) -> None:
    assert (await house.get("stats")).status_code == 200


async def test_a_revoked_key_is_refused_within_seconds(house: House) -> None:
    now = 0.0
    ring = KeyRing(house.store.keys, seconds=5, monotonic=lambda: now)
    assert not await ring.knows("sst_early")
    key = await issued(house)
    now = 5.0
    assert await ring.knows(key)
    await house.store.keys.revoke("test", house.clock())
    now = 9.9
    assert await ring.knows(key)
    now = 10.0
    assert not await ring.knows(key)


def test_keys_are_random_and_stored_as_hashes() -> None:
    key, prefix, digest = generate_key()
    assert key != generate_key()[0]
    assert key.startswith(prefix)
    assert len(prefix) < len(key) / 3
    assert digest == hash_key(key)
    assert key.encode() not in digest
    assert len(digest) == 32


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("127.0.0.1", True), ("127.1.2.3", True), ("localhost", True), ("::1", True), ("[::1]", True),
        ("app.localhost", True), ("0.0.0.0", False), ("::", False), ("", False), ("192.168.1.1", False),
        ("localhost.evil.example", False), ("127.0.0.1.evil.example", False), ("::ffff:8.8.8.8", False),
    ],
)  # fmt: skip
def test_is_loopback(host: str, answer: bool) -> None:
    assert is_loopback(host) is answer


def test_a_key_in_the_query_is_moved_out_of_the_logs_sight() -> None:
    scope = {"query_string": b"since=e-1&API_KEY=secret&source=a%20b"}
    take_key_from_query(scope)
    assert scope == {"query_string": b"since=e-1&source=a+b", "sentistream.query_key": "secret"}
    untouched = {"query_string": b"source=%zz"}
    take_key_from_query(untouched)
    assert untouched == {"query_string": b"source=%zz"}


async def test_a_socket_is_refused_also_where_the_server_knows_no_other_answer(house: House) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def never(*_: Any) -> None:
        raise AssertionError

    guard = Security(never, ApiSettings(), house.store.keys, house.metrics)
    scope = {"type": "websocket", "scheme": "ws", "path": "/ws/sentiment", "headers": [(b"host", b"evil.example")]}
    await guard(scope, never, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]
