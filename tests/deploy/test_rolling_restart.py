"""Two replicas of the API behind the proxy and two workers, restarted one after the other under traffic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from proxies import free_port, names, proxy

from postgres_server import migrated_database, name_for
from redis_server import shared_url, unique
from running import Running, running
from sentistream.api.security import hash_key
from sentistream.storage.postgres.store import PostgresStore

KEY = "a-key-that-only-the-proxy-and-the-api-know-0123456789"
ADDRESSES = ["127.0.0.2", "127.0.0.3"]
CLIENTS = 4
POSTS = 20
"""Posts in a request."""

SECONDS = 60


class Traffic:
    """Clients that post and ask through the proxy without a pause."""

    def __init__(self, port: int) -> None:
        self._http = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30)
        self._stopping = False
        self.accepted = 0
        self.refused: list[str] = []

    async def run(self) -> None:
        await asyncio.gather(*(self._client(number) for number in range(CLIENTS)))
        await self._http.aclose()

    def stop(self) -> None:
        self._stopping = True

    async def _client(self, number: int) -> None:
        turn = 0
        while not self._stopping:
            now = datetime.now(UTC).isoformat()
            posts = [
                {"post_id": f"{number}-{turn}-{n}", "source": "x", "content": "How kind of you", "created_at": now}
                for n in range(POSTS)
            ]
            sent = await self._http.post("/api/v1/posts", json={"posts": posts})
            if sent.status_code == 202:
                self.accepted += sent.json()["data"]["accepted"]
            asked = await self._http.get("/api/v1/stats")
            self.refused += [f"{one.status_code} {one.text[:200]}" for one in (sent, asked) if not one.is_success]
            turn += 1


@asynccontextmanager
async def traffic(port: int) -> AsyncIterator[Traffic]:
    found = Traffic(port)
    task = asyncio.create_task(found.run())
    try:
        yield found
    finally:
        found.stop()
        await task


async def restart(process: Running) -> None:
    assert await asyncio.to_thread(process.terminate) == 0, process.said()
    process.start()
    await asyncio.to_thread(process.healthy, SECONDS)


@pytest.fixture
async def url(tmp_path: Path) -> str:
    return await migrated_database(name_for(tmp_path))


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    opened = PostgresStore(url)
    yield opened
    await opened.close()


async def test_a_rolling_restart_drops_no_request_and_no_post(tmp_path: Path, store: PostgresStore, url: str) -> None:
    team = {
        "DATABASE_URL": url,
        "SENTISTREAM_STREAM_URL": shared_url(),
        "SENTISTREAM_LIVE_URL": shared_url(),
        "SENTISTREAM_STREAM_NAME": unique("stream"),
        "SENTISTREAM_LIVE_NAME": unique("live"),
    }
    (tmp_path / "api_key").write_text(KEY)
    port = free_port()
    await store.keys.add("frontend", KEY[:12], hash_key(KEY), datetime.now(UTC))
    with ExitStack() as stack:
        processes = [stack.enter_context(running(tmp_path, "worker", **team)) for _ in range(2)]
        for address in ADDRESSES:
            replica = stack.enter_context(running(tmp_path, "api", "--host", address, port=port, **team))
            replica.http = httpx2.Client(base_url=f"http://{address}:{port}", trust_env=False, timeout=30)
            processes.append(replica)
        for process in processes:
            await asyncio.to_thread(process.healthy, SECONDS)
        async with (
            names(ADDRESSES) as resolver,
            proxy(tmp_path, backend=f"backend {port}", resolver=resolver) as front,
            traffic(front) as found,
        ):
            for process in processes:
                before = found.accepted
                await restart(process)
                assert found.accepted > before, "there was no traffic meanwhile"
        assert found.refused == []
        async with asyncio.timeout(SECONDS):
            while await store.posts.count() < found.accepted:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        [account] = (await store.ledger.accounts()).values()
        assert (account.created, account.dead_lettered) == (found.accepted, 0)
        assert await store.ledger.findings() == []
