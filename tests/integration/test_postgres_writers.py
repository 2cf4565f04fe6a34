"""Many writers on one PostgreSQL: nobody waits in a circle, no increment is lost, nothing counts twice."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace
from postgres_steps import NOW, a_post, counted, delivered, numbered
from sqlalchemy import Connection, text

from postgres_server import migrated_database, name_for
from sentistream.domain.analysis import Reading
from sentistream.domain.errors import StorageUnavailable
from sentistream.domain.event import PostView
from sentistream.domain.ledger import OUTCOMES
from sentistream.domain.post import Entry, Invalid, Tombstone, content_hash
from sentistream.domain.query import LOOK_BACK, Filters, NumbersQuery, PageRequest
from sentistream.storage import bulk, sql
from sentistream.storage.base import Settling
from sentistream.storage.postgres import errors
from sentistream.storage.postgres import store as postgres
from sentistream.storage.postgres.errors import Remedy, sqlstate
from sentistream.storage.postgres.store import PostgresStore

WRITERS = 8
DEADLOCK = "40P01"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
async def url(tmp_path: Path) -> str:
    return await migrated_database(name_for(tmp_path))


@pytest.fixture
async def stores(url: str) -> AsyncIterator[list[PostgresStore]]:
    opened = [PostgresStore(url, readers=1, writers=2) for _ in range(WRITERS)]
    await opened[0].migrate()
    yield opened
    found = await opened[0].ledger.findings()
    for store in opened:
        await store.close()
    assert found == []


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The state of every error that any of the stores met."""
    met: list[str | None] = []

    def remedy(error: BaseException) -> Remedy:
        met.append(sqlstate(error))
        return errors.remedy(error)

    monkeypatch.setattr("sentistream.storage.postgres.pool.remedy", remedy)
    return met


async def write(store: PostgresStore, batch: list[Settling]) -> dict[str, str]:
    """As the worker does: a store that is too busy is asked again."""
    while True:
        try:
            return dict((await store.write(batch, NOW)).outcomes)
        except StorageUnavailable:
            await asyncio.sleep(0)


async def test_eight_writers_of_the_same_rollups_and_the_same_posts(
    stores: list[PostgresStore], failures: list[str | None]
) -> None:
    """Every entry goes to two writers, in batches of another order each; the posts are few, their minutes fewer."""
    chance = random.Random(4)
    entries: list[Entry] = []
    for n in range(600):
        id_ = chance.randrange(120)
        kind = chance.random()
        if kind < 0.1:
            entries.append(Tombstone(post_id=str(id_), source="x", deleted_at=NOW))
        elif kind < 0.2:
            entries.append(Invalid(raw=str(n), reason="broken"))
        else:
            created = NOW - timedelta(minutes=id_ % 3)
            edited = created + timedelta(seconds=n % 50)
            entries.append(a_post(id_, created_at=created, edited_at=edited, product=f"P{id_ % 5}", content=f"{n % 9}"))
    items = numbered(entries)
    shares: list[list[list[Settling]]] = []
    for _ in range(WRITERS // 4):
        order = list(items)
        chance.shuffle(order)
        shares += [[order[start : start + 25] for start in range(n, len(order), 100)] for n in (0, 25, 50, 75)]

    async def work(store: PostgresStore, batches: list[list[Settling]]) -> dict[str, str]:
        outcomes: dict[str, str] = {}
        for batch in batches:
            outcomes |= await write(store, batch)
        return outcomes

    found = await asyncio.gather(*(work(store, share) for store, share in zip(stores, shares, strict=True)))
    outcomes: dict[str, str] = {}
    for one in found:
        assert outcomes | one == one | outcomes  # both writers of an entry were told the same
        outcomes |= one
    assert outcomes.keys() == {item.entry_id for item in items}
    [account] = (await stores[0].ledger.accounts()).values()
    assert {name: getattr(account, name) for name in OUTCOMES if getattr(account, name)} == Counter(outcomes.values())
    assert await stores[0].posts.count() == await counted(stores[0])
    assert DEADLOCK not in failures


async def test_a_deletion_and_its_post_at_the_same_moment(
    stores: list[PostgresStore], failures: list[str | None]
) -> None:
    posts: list[Entry] = [a_post(n) for n in range(60)]
    graves: list[Entry] = [Tombstone(post_id=str(n), source="x", deleted_at=NOW) for n in range(60)]
    batches = []
    for n in range(WRITERS):
        entries = posts if n % 2 else graves
        batches.append(numbered(list(reversed(entries)) if n % 4 > 1 else entries, f"w{n}"))
    for half in (slice(0, 30), slice(30, 60)):
        await asyncio.gather(*(write(store, batch[half]) for store, batch in zip(stores, batches, strict=True)))
    assert (await stores[0].posts.count(), await counted(stores[0])) == (0, 0)
    [account] = (await stores[0].ledger.accounts()).values()
    assert account.created == account.deleted
    assert account.deleted + account.tombstoned == 60
    assert account.settled == 60 * WRITERS
    assert DEADLOCK not in failures


async def test_writers_fill_a_dimension_together(stores: list[PostgresStore], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentistream.storage.sql.MAX_KEYS", 4)
    batches = [
        numbered([a_post(f"{w}-{n}", product=f"P{(w + n) % 10}") for n in range(10)], f"w{w}") for w in range(WRITERS)
    ]
    await asyncio.gather(*(write(store, batch) for store, batch in zip(stores, batches, strict=True)))
    query = NumbersQuery(start=NOW - timedelta(hours=1), end=NOW, group_by="product")
    cells = await stores[0].numbers.cells(query)
    assert len(cells) == 5
    assert (cells[0].key, cells[0].numbers.posts) == ("(other)", 6 * WRITERS)


async def test_a_dimension_fills_up_while_a_writer_decides(
    stores: list[PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentistream.storage.sql.MAX_KEYS", 4)
    read, filled = threading.Event(), threading.Event()
    known_keys = bulk.known_keys

    def slowly(connection: Connection, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
        found = known_keys(connection, wanted)
        if not read.is_set():
            read.set()
            assert filled.wait(30)
        return found

    monkeypatch.setattr(bulk, "known_keys", slowly)
    batches = [numbered([a_post(f"{w}-{n}", product=f"P{n}") for n in range(10)], f"w{w}") for w in range(2)]
    slow = asyncio.create_task(write(stores[0], batches[0]))
    assert await asyncio.to_thread(read.wait, 30)
    await write(stores[1], batches[1])
    filled.set()
    await slow
    cells = await stores[0].numbers.cells(NumbersQuery(start=NOW - timedelta(hours=1), end=NOW, group_by="product"))
    assert [(cell.key, cell.numbers.posts) for cell in cells] == [
        ("(other)", 12),
        *((f"P{n}", 2) for n in range(4)),
    ]


async def test_every_change_of_the_past_moves_the_epoch(stores: list[PostgresStore]) -> None:
    await write(stores[0], numbered([a_post(n) for n in range(WRITERS)]))
    before = await stores[0].numbers.epoch()
    edits = [[delivered(f"w:{n}", a_post(n, content="new", edited_at=NOW))] for n in range(WRITERS)]
    await asyncio.gather(*(write(store, batch) for store, batch in zip(stores, edits, strict=True)))
    assert await stores[0].numbers.epoch() == before + WRITERS


async def test_a_layer_is_promoted_while_others_write(stores: list[PostgresStore]) -> None:
    items = numbered([a_post(n) for n in range(60)])
    await write(stores[0], items)
    better = Reading(
        sentiment_label="positive", sentiment_score=1.0, model_name="better", model_version="1", tier="full"
    )
    views = [view async for chunk in stores[0].posts.export(Filters()) for view in chunk]
    await stores[0].add_layer("trial", [(view.id, content_hash(view.content), better) for view in views], LATER)

    async def promote(store: PostgresStore) -> None:
        while await store.promote("trial", 7, NOW):
            pass

    edits = [[delivered(f"w:{n}", a_post(n, product="B"))] for n in range(60)]
    await asyncio.gather(
        promote(stores[0]), promote(stores[1]), *(write(stores[2 + n % 6], batch) for n, batch in enumerate(edits))
    )
    cells = await stores[0].numbers.cells(NumbersQuery(start=NOW - timedelta(hours=1), end=NOW, group_by="sentiment"))
    assert [(cell.key, cell.numbers.posts) for cell in cells] == [("positive", 60)]


async def seen_since(store: PostgresStore, moment: datetime, known: dict[str, PostView]) -> list[str]:
    """Platform ids of posts that are new to somebody who knows `known`, page by page as the dashboard asks."""
    request = PageRequest(sort="ingested", ingested_after=moment, limit=2)
    new: list[str] = []
    while True:
        page = await store.posts.page(Filters(), request)
        new += [post.post_id for post in page.posts if post.id not in known]
        known.update((post.id, post) for post in page.posts)
        if page.next_cursor is None:
            return new
        request = replace(request, cursor=page.next_cursor)


async def test_who_catches_up_misses_nothing_that_commits_out_of_order(
    stores: list[PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick, reader = stores[:3]
    known: dict[str, PostView] = {}
    stamped, others_done = threading.Event(), threading.Event()
    rollup_rows = sql.rollup_rows

    def held_up(*arguments: Any) -> Any:
        if not stamped.is_set():  # the first to come: its posts are stamped, and not yet committed
            stamped.set()
            assert others_done.wait(30)
        return rollup_rows(*arguments)

    monkeypatch.setattr(sql, "rollup_rows", held_up)
    earlier = asyncio.create_task(slow.write(numbered([a_post(f"slow-{n}") for n in range(3)], "s"), NOW))
    assert await asyncio.to_thread(stamped.wait, 30)
    await quick.write(numbered([a_post(f"quick-{n}") for n in range(3)], "q"), NOW + timedelta(seconds=2))
    assert sorted(await seen_since(reader, NOW, known)) == ["quick-0", "quick-1", "quick-2"]
    newest = max(post.ingested_at for post in known.values())
    others_done.set()
    await earlier
    assert await seen_since(reader, newest, dict(known)) == []  # by the newest moment alone they would be lost
    assert sorted(await seen_since(reader, newest - LOOK_BACK, known)) == ["slow-0", "slow-1", "slow-2"]
    assert await seen_since(reader, newest - LOOK_BACK, known) == []


async def test_a_batch_that_waited_long_is_stamped_when_it_has_its_turn(
    stores: list[PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter((0.0, LOOK_BACK.total_seconds()))
    monkeypatch.setattr("sentistream.storage.store.time", SimpleNamespace(monotonic=lambda: next(ticks)))
    await stores[0].write([delivered("e:1", a_post())], NOW)
    found = await stores[0].posts.get("1")
    assert found is not None
    assert found.ingested_at == NOW + LOOK_BACK


async def test_a_frozen_writer_holds_nobody_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SIGSTOP does to a worker in the middle of its transaction."""
    other = PostgresStore(url)
    monkeypatch.setitem(postgres.SESSION, "idle_in_transaction_session_timeout", "300ms")
    frozen = PostgresStore(url)
    await other.write([delivered("e:1", a_post())], NOW)
    begun, thawed, tries = threading.Event(), threading.Event(), []

    def work(connection: Connection) -> int:
        tries.append(1)
        connection.execute(text("UPDATE sentiment_rollups SET posts = posts"))
        begun.set()
        thawed.wait()
        return int(connection.execute(text("SELECT count(*) FROM social_media_posts")).scalar_one())

    freezing = asyncio.create_task(frozen.change(work))
    await asyncio.to_thread(begun.wait)
    assert (await other.write([delivered("e:2", a_post(2))], NOW)).outcomes == {"e:2": "created"}
    thawed.set()
    assert await freezing == 2
    assert len(tries) == 2
    assert await other.ledger.findings() == []
    for store in (frozen, other):
        await store.close()


async def test_who_is_frozen_while_others_settle_and_forget_counts_nothing(
    url: str, stores: list[PostgresStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Tombstone(post_id="1", source="x", deleted_at=NOW)
    first, second, third = numbered([gone, gone, gone])
    await stores[0].write([first], NOW)
    fired = []

    async def settle_and_forget() -> None:
        other = PostgresStore(url)
        await other.write([second], NOW)
        assert await other.ledger.prune([third.entry_id]) == 2
        await other.close()

    def load_known(*arguments: Any) -> Any:
        known = original(*arguments)
        if not fired:
            fired.append(arguments)
            others = threading.Thread(target=asyncio.run, args=[settle_and_forget()])
            others.start()
            others.join()
        return known

    original = sql.load_known
    monkeypatch.setattr(sql, "load_known", load_known)
    settled = await stores[0].write([second], NOW)
    assert len(fired) == 1
    assert (settled.repeated, settled.outcomes) == (1, {})
    account = (await stores[0].ledger.accounts())["http"]
    assert (account.tombstoned, account.duplicate) == (1, 1)
