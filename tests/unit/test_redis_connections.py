"""URLs of a Redis: what is understood, and what is refused without repeating a password."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis.asyncio import SSLConnection

from sentistream.connections.redis import RedisServer
from sentistream.domain.errors import SettingsError


def options(url: str) -> dict[str, object]:
    return dict(RedisServer(url).client.connection_pool.connection_kwargs)


def test_a_url_says_where_and_who() -> None:
    server = RedisServer("redis://ann:p%40ss@redis.example:6380/2")
    said = server.client.connection_pool.connection_kwargs
    assert {name: said[name] for name in ("host", "port", "db", "username", "password")} == {
        "host": "redis.example",
        "port": 6380,
        "db": 2,
        "username": "ann",
        "password": "p@ss",
    }
    assert server.address == "redis.example:6380/2"


def test_tls_checks_certificates_unless_told_otherwise(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with pytest.raises(SettingsError, match="ssl_ca_certs: there is no file"):
        RedisServer(f"rediss://h?ssl_ca_certs={authority}")
    authority.touch()
    pool = RedisServer(f"rediss://h?ssl_ca_certs={authority}").client.connection_pool
    assert issubclass(pool.connection_class, SSLConnection)
    connection = pool.make_connection()
    assert (connection.cert_reqs.name, connection.check_hostname, connection.ca_certs) == (
        "CERT_REQUIRED",
        True,
        str(authority),
    )


def test_sentinels_have_their_own_password() -> None:
    server = RedisServer("rediss+sentinel://:master@one:26380,two/feelings/3?sentinel_password=guard")
    assert server.address == "feelings (one:26380,two)"
    master = server.client.connection_pool
    assert (master.service_name, master.connection_kwargs["password"], master.connection_kwargs["db"]) == (
        "feelings",
        "master",
        3,
    )
    assert issubclass(master.connection_class, SSLConnection)
    asked = [sentinel.connection_pool.connection_kwargs for sentinel in master.sentinel_manager.sentinels]
    assert [(one["host"], one["port"], one["password"]) for one in asked] == [
        ("one", 26380, "guard"),
        ("two", 26379, "guard"),
    ]


def test_redis_py_repeats_nothing_by_itself() -> None:
    assert options("redis://h")["retry"].get_retries() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://h", "must start with redis://"),
        ("redis://:secret@h/first", "no number of a database"),
        ("redis://:secret@h:port", "cast to integer"),
        ("redis://:secret@h?colour=red", "colour"),
        ("redis+sentinel://:secret@h", "name of the service"),
        ("redis+sentinel://:secret@h/feelings/first", "no number of a database"),
        ("redis+sentinel://:secret@,h/feelings", "no host"),
        ("rediss://h?ssl_password=secret&colour=red", "colour"),
    ],
)
def test_other_urls_are_refused(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        RedisServer(url, "SENTISTREAM_STREAM_URL")
    assert refused.value.message.startswith("SENTISTREAM_STREAM_URL is no URL of a Redis")
    assert "secret" not in refused.value.message
