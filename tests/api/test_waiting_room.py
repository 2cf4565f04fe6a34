"""What a process answers while it waits for its servers: to people, to monitoring, to strangers."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from fakes import MovableClock
from sentistream.api.waiting import create_waiting_room
from sentistream.settings import ApiSettings

AWAITED = {"stream": "Redis at cache:6379/0 does not answer", "database": "it has not answered yet"}
SAYS = "starting: waits for the stream, the database"


def client(clock: MovableClock, host: str = "127.0.0.1") -> httpx2.AsyncClient:
    app = create_waiting_room(lambda: AWAITED, ApiSettings(host=host), clock, "1.2.3")
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost")


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/health"])
async def test_health_names_what_is_awaited(clock: MovableClock, path: str) -> None:
    async with client(clock) as http:
        clock.advance(5)
        answer = await http.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    said: dict[str, Any] = answer.json()
    assert (said["status"], said["message"], said["version"], said["uptime_seconds"]) == (
        "unavailable",
        SAYS,
        "1.2.3",
        5,
    )
    assert said["services"] == {name: {"status": "unavailable", "message": reason} for name, reason in AWAITED.items()}
    assert said["data"] == {name: said[name] for name in said if name not in ("data", "metadata")}


async def test_all_else_is_asked_to_come_back(clock: MovableClock) -> None:
    async with client(clock) as http:
        metrics = await http.get("/metrics")
        assert (metrics.status_code, "process_resident_memory_bytes" in metrics.text) == (200, True)
        for path in ("/", "/api/v1/posts"):
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert answer.json()["error"] == {"code": "STORAGE_UNAVAILABLE", "message": SAYS, "details": {}}


async def test_strangers_hear_no_addresses(clock: MovableClock) -> None:
    async with client(clock, host="0.0.0.0") as http:
        without = await http.get("/api/v1/health")
        assert without.status_code == 503
        assert without.json().keys() == {"status", "message", "timestamp", "data", "metadata"}
        key = await http.get("/api/v1/health", headers={"Authorization": "Bearer sst_x"})
        assert (key.status_code, key.json()["error"]["message"]) == (503, SAYS)
        foreign = await http.get("/api/v1/health", headers={"Host": "evil.example"})
        assert (foreign.status_code, foreign.json()["error"]["code"]) == (400, "FOREIGN_HOST")
        for answer in (without, key, foreign):
            assert "cache:6379" not in answer.text
