"""The starter of the team profile's Redis: what was promised survives kill -9; its settings are the durable ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis
from scripts.servers.valkey import ValkeyServer

from redis_server import own_server


@pytest.mark.crash
def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    server = own_server(tmp_path / "redis")
    with server:
        first = server.pid
        with Redis.from_url(server.url) as client:
            for number in range(100):
                client.rpush("list", number)
        server.kill()
        assert not server.running
        server.start()
        assert server.pid != first
        with Redis.from_url(server.url) as client:
            assert client.llen("list") == 100
            assert client.config_get("appendfsync") == {"appendfsync": "always"}
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-ttl"}
    assert not server.running


def test_who_cannot_start_says_why(tmp_path: Path) -> None:
    server = own_server(tmp_path / "redis", no_such_setting="1")
    with pytest.raises(RuntimeError, match="no-such-setting"):
        server.start()
    assert not server.running


def test_a_password_is_no_reason_to_wait(tmp_path: Path) -> None:
    with own_server(tmp_path / "redis", requirepass="secret") as server:
        assert isinstance(server, ValkeyServer)
        with Redis.from_url(server.url.replace("//", "//:secret@")) as client:
            assert client.ping() is True
