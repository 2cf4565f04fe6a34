"""Who is gone is known at once; who is frozen or far away is not taken for gone."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentistream.domain.errors import StorageUnavailable
from sentistream.storage.liveness import Liveness
from sentistream.storage.sqlite import SqliteStore

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

HOLDER = """
import asyncio, sys, time
from datetime import datetime
from pathlib import Path
from sentistream.storage.sqlite import SqliteStore

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    assert await store.leases.hold("watch", "ann", 600, datetime.fromisoformat(sys.argv[2]))
    print("held", flush=True)
    time.sleep(600)

asyncio.run(main())
"""


def left_in(folder: Path) -> list[Path]:
    return list(folder.glob("*-alive-*"))


async def test_a_killed_holder_is_replaced_at_once_a_frozen_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = SqliteStore(path)
    await store.migrate()
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", HOLDER, str(path), NOW.isoformat()], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            process.send_signal(signal.SIGSTOP)
            assert not await store.leases.hold("watch", "bo", 600, NOW)
        finally:
            process.kill()
    assert await store.leases.hold("watch", "bo", 600, NOW)
    await store.close()
    assert not left_in(tmp_path)


def test_each_knows_of_the_others(tmp_path: Path) -> None:
    one, other = Liveness(tmp_path / "store.db"), Liveness(tmp_path / "store.db")
    name = one.own()
    assert name == one.own() != other.own()
    assert not other.gone(name)
    one.close()
    assert other.gone(name)
    assert other.gone("0123456789abcdef")
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="make its folder writable"):
        Liveness(tmp_path / "missing" / "store.db").own()
