"""What is SQLite's own about the embedded store: its schema, its file, its errors."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from sentistream.domain.analysis import Reading
from sentistream.domain.errors import DiskFull, StorageUnavailable
from sentistream.domain.post import Post
from sentistream.domain.query import NumbersQuery
from sentistream.storage import migrations
from sentistream.storage.base import Settling
from sentistream.storage.bulk import BLOCKS
from sentistream.storage.sqlite import SqliteStore, explain
from sentistream.storage.tables import metadata

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def filled(path: Path, count: int, churn_threshold: float = 0.5) -> SqliteStore:
    store = SqliteStore(path, churn_threshold=churn_threshold)
    await store.migrate()
    items = []
    for n in range(count):
        post = Post(post_id=str(n), source="x", content=f"text {n}", created_at=NOW - timedelta(minutes=n))
        reading = Reading(
            sentiment_label="negative", model_name="m", model_version="1", tier="full", churn_risk=n % 10 / 10
        )
        items.append(Settling(entry_id=f"e:{n:016d}", entry=post, reading=reading))
    await store.write(items, NOW)
    return store


async def test_the_migrations_make_the_schema_that_the_code_declares(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    await store.migrate()
    await store.migrate()

    def differences(connection: Connection) -> list[object]:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        return [one for one in found if "posts_text" not in str(one)]

    assert await store.read(differences) == []
    await store.close()


def test_the_newest_file_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == migrations.newest()


@pytest.mark.parametrize("count", [1, BLOCKS[0] - 1, BLOCKS[0], BLOCKS[0] + BLOCKS[1] + 1, 3 * BLOCKS[0]])
async def test_every_row_is_written_whatever_the_blocks(tmp_path: Path, count: int) -> None:
    store = await filled(tmp_path / "store.db", count)
    assert await store.posts.count() == count
    assert await store.ledger.findings() == []
    await store.close()


async def test_another_threshold_rebuilds_the_rollups(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    query = NumbersQuery(start=NOW - timedelta(hours=2), end=NOW + timedelta(hours=1))
    counts, epochs = [], []
    for threshold in (0.5, 0.8, 0.8):
        store = SqliteStore(path, churn_threshold=threshold) if counts else await filled(path, 40, threshold)
        await store.migrate()
        [cell] = await store.numbers.cells(query)
        counts.append(cell.numbers.high_churn_risk)
        assert await store.numbers.churn_threshold() == threshold
        epochs.append(await store.numbers.epoch())
        assert await store.ledger.findings() == []
        await store.close()
    assert counts == [20, 8, 8]
    assert epochs[0] < epochs[1] == epochs[2]  # answers made with the old threshold are not given any more


async def test_no_two_stores_share_an_epoch(tmp_path: Path) -> None:
    """What they keep in one cache must not be taken for each other's."""
    epochs = set()
    for name in ("one", "another"):
        store = await filled(tmp_path / name, 1)
        epochs.add(await store.numbers.epoch())
        await store.migrate()
        epochs.add(await store.numbers.epoch())
        await store.close()
    assert len(epochs) == 2


async def test_the_doctor_finds_what_was_tampered_with(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    await (await filled(path, 5)).close()
    tampering = {
        "rollups": "UPDATE sentiment_rollups SET posts = posts + 1 WHERE dimension = 'source' AND grain = 60",
        "ledger": "UPDATE ledger SET count = count + 1",
        "references": "DELETE FROM sentiment_analysis WHERE model_name = 'm'",
        "text index": "INSERT INTO posts_text (posts_text) VALUES ('delete-all')",
    }
    for statement in tampering.values():
        with sqlite3.connect(path) as connection:
            connection.execute(statement)
        connection.close()
    store = SqliteStore(path)
    assert {finding.invariant for finding in await store.ledger.findings()} == set(tampering)
    await store.close()


@pytest.mark.parametrize(
    ("said", "kind", "advice"),
    [
        ("database or disk is full", DiskFull, "free some disk space"),
        ("attempt to write a readonly database", StorageUnavailable, "make the file and its folder writable"),
        ("unable to open database file", StorageUnavailable, "check that its folder exists"),
        ("database is locked", StorageUnavailable, "another process"),
        ("database disk image is malformed", StorageUnavailable, "restore it from a backup"),
        ("disk I/O error", StorageUnavailable, "disk I/O error"),
    ],
)
def test_the_drivers_errors_become_ours(said: str, kind: type[Exception], advice: str) -> None:
    error = explain(OperationalError("SELECT", {}, sqlite3.OperationalError(said)), Path("store.db"))
    assert isinstance(error, kind)
    assert advice in error.message


async def test_a_damaged_file_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this was never a database" * 500)
    store = SqliteStore(path)
    with pytest.raises(StorageUnavailable, match="damaged"):
        await store.migrate()
    await store.close()
