"""The frontend's proxy, really run: the dashboard, the API, its sockets, several replicas, and who is turned away."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from places import program
from proxies import free_port, names, proxy
from tests.api.house import House, at, opened, post
from websockets.asyncio.client import connect

from fakes import MovableClock
from sentistream.api.security import HEADERS, content_security_policy, hash_key
from sentistream.api.server import HttpServer, bind
from sentistream.settings import ApiSettings

KEY = "a-key-that-only-the-proxy-and-the-api-know-0123456789"
INDEX = "<!doctype html><title>the dashboard</title>"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder as the frontend image has it."""
    (tmp_path / "site" / "assets").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text(INDEX)
    (tmp_path / "site" / "assets" / "a.js").write_text("export {}")
    (tmp_path / "api_key").write_text(KEY)
    return tmp_path


@pytest.fixture
def login(site: Path) -> None:
    """A snippet that asks for anna's password, made as docs/deploy.md says."""
    asked = [program("caddy"), "hash-password", "--plaintext", "hers", "--algorithm", "bcrypt"]
    hashed = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True).stdout.strip()
    (site / "extra").mkdir()
    (site / "extra" / "login.caddy").write_text(f"basic_auth {{\n\tanna {hashed}\n}}\n")


@asynccontextmanager
async def replicas(folder: Path, addresses: list[str]) -> AsyncIterator[tuple[list[House], list[HttpServer], int]]:
    """APIs over one store, each on its address, all on one port, all asking for the key."""
    port = free_port()
    clock = MovableClock(at("12:00:30"))
    settings = ApiSettings(host="0.0.0.0", allowed_hosts=["*"])
    async with AsyncExitStack() as stack:
        store, stream = await stack.enter_async_context(opened(folder, clock))
        await store.keys.add("frontend", KEY[:12], hash_key(KEY), clock())
        houses, servers, tasks = [], [], []
        for address in addresses:
            house = House(store, stream, clock, api=settings)
            stack.push_async_callback(house.close)
            server = HttpServer(house.app, bind(address, port))
            houses.append(house)
            servers.append(server)
            tasks.append(asyncio.create_task(server.run()))
        for server in servers:
            async with asyncio.timeout(60):
                await server.started.wait()
        try:
            yield houses, servers, port
        finally:
            for server in servers:
                server.stop()
            await asyncio.gather(*tasks)


def client(port: int) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)


async def test_it_serves_the_dashboard_with_the_headers_of_the_api(site: Path) -> None:
    async with proxy(site, backend=f"127.0.0.1 {free_port()}") as port, client(port) as http:
        page = await http.get("/")
        assert page.text == INDEX
        expected = HEADERS | {"Content-Security-Policy": content_security_policy(f"127.0.0.1:{port}")}
        assert {name: page.headers.get(name) for name in expected} == expected
        assert page.headers["Cache-Control"] == "no-cache"
        assert (await http.get("/a/page/of/it")).text == INDEX
        assert "immutable" in (await http.get("/assets/a.js")).headers["Cache-Control"]
        for missing in ("/assets/b.js", "/nothing.txt", "/metrics"):
            assert (await http.get(missing)).status_code == 404, missing


async def test_it_answers_to_its_own_names_alone(site: Path) -> None:
    async with proxy(site, backend=f"127.0.0.1 {free_port()}", hosts="mood.example.org") as port, client(port) as http:
        for name, status in (("mood.example.org", 200), (f"localhost:{port}", 200), ("rebound.example.com", 400)):
            assert (await http.get("/", headers={"Host": name})).status_code == status, name
        refused = await http.get("/api/v1/health", headers={"Host": "rebound.example.com"})
        assert refused.status_code == 400


async def test_a_login_guards_everything_but_the_health_check(site: Path, login: None) -> None:
    async with (
        replicas(site, ["127.0.0.1"]) as (_, _, backend),
        proxy(site, backend=f"127.0.0.1 {backend}") as port,
        client(port) as http,
    ):
        for path in ("/", "/api/v1/stats", "/ws/sentiment", "/assets/a.js"):
            assert (await http.get(path)).status_code == 401, path
        assert (await http.get("/", auth=("anna", "hers"))).status_code == 200
        assert (await http.get("/api/v1/stats", auth=("anna", "hers"))).status_code == 200
        assert (await http.get("/healthy")).status_code == 200


async def test_requests_and_sockets_reach_the_api_with_the_key(site: Path) -> None:
    async with (
        replicas(site, ["127.0.0.1"]) as ([house], _, backend),
        proxy(site, backend=f"127.0.0.1 {backend}") as port,
        client(port) as http,
        client(backend) as around,
    ):
        assert (await around.get("/api/v1/stats")).status_code == 401, "the key must be needed"
        assert (await http.get("/api/v1/stats")).status_code == 200
        origin = {"Origin": f"http://127.0.0.1:{port}"}
        uri = f"ws://127.0.0.1:{port}/ws/sentiment"
        async with connect(uri, additional_headers=origin, proxy=None) as feed, asyncio.timeout(60):
            assert json.loads(await feed.recv())["type"] == "connected"
            sent = await http.post("/api/v1/posts", json=post(1), headers=origin)
            assert sent.status_code == 202, sent.text
            await house.settle()
            message = json.loads(await feed.recv())
            while message["type"] == "metrics_update":
                message = json.loads(await feed.recv())
            assert [one["post_id"] for one in message["data"]] == ["p1"]
        foreign = await http.post("/api/v1/posts", json=post(2), headers={"Origin": "http://evil.example.com"})
        assert foreign.status_code == 403


async def test_replicas_share_the_load_and_one_that_stops_loses_no_request(site: Path) -> None:
    addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    async with (
        replicas(site, addresses) as (houses, servers, backend),
        names(addresses) as resolver,
        proxy(site, backend=f"backend {backend}", resolver=resolver) as port,
        client(port) as http,
    ):

        async def ask(times: int) -> None:
            for _ in range(times):
                assert (await http.get("/api/v1/stats")).status_code == 200

        def answered(house: House) -> float:
            return house.counted("requests_total", method="GET", route="/api/v1/stats", status="200")

        await asyncio.gather(*(ask(10) for _ in range(6)))
        assert all(answered(house) > 0 for house in houses), [answered(house) for house in houses]

        asking = asyncio.gather(*(ask(20) for _ in range(6)))
        servers[1].stop()
        await asking
        assert sum(answered(house) for house in houses) == 180
