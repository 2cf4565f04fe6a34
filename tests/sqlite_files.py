"""SQLite files at this version's schema: the migrations make one for the whole run, each store gets a copy."""

from __future__ import annotations

import asyncio
import functools
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sentistream.storage.sqlite import SqliteStore


def prepare(path: Path) -> None:
    """Make `path` the file of a store without rows, unless there is one."""
    if not path.exists():
        path.write_bytes(_without_rows())


@functools.cache
def _without_rows() -> bytes:
    # In a thread, since the caller's has an event loop already.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / "store.db"
        thread.submit(asyncio.run, _make(path)).result()
        return path.read_bytes()


async def _make(path: Path) -> None:
    store = SqliteStore(path)
    await store.migrate()
    await store.close()
