"""`make-secrets`: strong, made once, each readable where it is needed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from places import IMAGES
from sqlalchemy import make_url

FILES = {
    "db/password",
    "redis/password",
    "redis/valkey.conf",
    "frontend/api_key",
    "grafana/password",
    "app/redis_url",
    "app/database_url",
}


def make(folder: Path) -> str:
    """What the script says."""
    command = [sys.executable, IMAGES / "make_secrets.py", folder]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def held(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_secrets_are_strong_and_made_once(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert make(first).startswith("made ")
    secrets = held(first)
    assert set(secrets) == FILES
    own = [secrets[name] for name in ("db/password", "redis/password", "frontend/api_key", "grafana/password")]
    assert len(set(own)) == 4
    assert min(map(len, own)) >= 43, "256 random bits each"

    assert make(first) == "every secret is there already\n"
    assert held(first) == secrets
    make(second)
    assert set(held(second).values()).isdisjoint(secrets.values())


def test_only_owner_and_group_read_them(tmp_path: Path) -> None:
    make(tmp_path)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()} == {0o440}


def test_the_urls_hold_the_passwords(tmp_path: Path) -> None:
    own = "p@ss/word: ?#[]%"
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "password").write_text(f"{own}\n")
    make(tmp_path)
    secrets = held(tmp_path)
    database, redis = make_url(secrets["app/database_url"]), make_url(secrets["app/redis_url"])
    assert (database.password, database.host, database.database) == (own, "db", "sentistream")
    assert (redis.password, redis.host) == (secrets["redis/password"], "redis")
    assert secrets["redis/valkey.conf"] == f'requirepass "{redis.password}"\n'


def test_a_start_that_was_cut_off_is_finished_by_the_next(tmp_path: Path) -> None:
    make(tmp_path)
    secrets = held(tmp_path)
    (tmp_path / "app" / "database_url").unlink()
    (tmp_path / "app" / ".database_url.new").write_text("postgresql+asy")
    assert make(tmp_path) == "made app/database_url\n"
    assert held(tmp_path) == secrets
