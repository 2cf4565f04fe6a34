"""What is PostgreSQL's own about the team's store: its schema, its limits, its replica, its retention."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres_steps import NOW, a_post, counted, delivered, numbered
from sqlalchemy import Connection, make_url, text

from postgres_server import connect, empty_database, migrated_database, name_for
from sentistream.bootstrap import open_system
from sentistream.domain.errors import StorageUnavailable
from sentistream.domain.ledger import Account
from sentistream.domain.query import Filters, PageRequest
from sentistream.settings import load_settings
from sentistream.storage.postgres.store import PostgresStore
from sentistream.storage.tables import metadata


@pytest.fixture
async def url(tmp_path: Path) -> str:
    return await migrated_database(name_for(tmp_path))


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresStore]:
    opened = PostgresStore(url)
    await opened.migrate()
    yield opened
    assert await opened.ledger.findings() == []
    await opened.close()


async def test_the_migrations_make_the_schema_that_the_code_declares(store: PostgresStore) -> None:
    def differences(connection: Connection) -> list[str]:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
        return [str(one) for one in found if "index" not in str(one[0]) and "'words'" not in str(one)]

    def indexes(connection: Connection) -> set[str]:
        return set(
            connection.execute(text("SELECT indexname FROM pg_indexes WHERE tablename LIKE 'social%'")).scalars()
        )

    assert await store.read(differences) == []
    assert await store.read(indexes) >= {
        "ix_posts_filters", "ix_posts_changed_at", "ix_posts_words", "ix_posts_sentiment", "ix_posts_source",
        "ix_posts_emotion", "ix_posts_author", "ix_posts_place", "ix_posts_ingested_at", "ix_posts_analyzed_at",
    }  # fmt: skip


async def test_several_starters_migrate_at_once(tmp_path: Path) -> None:
    url = await empty_database(name_for(tmp_path))
    starters = [PostgresStore(url, readers=1, writers=1) for _ in range(5)]
    await asyncio.gather(*(store.migrate() for store in starters))
    await asyncio.gather(*(store.write([delivered(f"e:{n}", a_post(n))], NOW) for n, store in enumerate(starters)))
    assert await starters[0].posts.count() == 5
    assert await starters[0].ledger.findings() == []
    for store in starters:
        await store.close()


async def test_reporting_tools_have_a_view_that_cannot_be_written(store: PostgresStore, url: str) -> None:
    await store.write([delivered("e:1", a_post(7))], NOW)
    connection = await connect(url)
    [row] = await connection.fetch("SELECT * FROM posts")
    assert list(row.keys()) == ["id", "content", "sentiment_label", "sentiment_score", "timestamp", "created_at"]
    assert tuple(row.values())[1:] == ("text 7", "negative", 0.75, NOW - timedelta(minutes=10), NOW)
    for statement in ("DELETE FROM posts", "UPDATE posts SET content = ''", "INSERT INTO posts (content) VALUES ('')"):
        with pytest.raises(asyncpg.PostgresError, match="view"):
            await connection.execute(statement)
    await connection.close()


async def test_a_question_that_takes_too_long_is_cut_short(url: str) -> None:
    store = PostgresStore(url, statement_seconds=0.2)

    def slow(seconds: float) -> object:
        return lambda connection: connection.execute(text(f"SELECT pg_sleep({seconds})")).all()

    for run in (store.ask, store.change):
        with pytest.raises(StorageUnavailable, match=r"took longer than 0\.2 s"):
            await run(slow(30))  # type: ignore[arg-type]
    await store.examine(slow(0.5))  # type: ignore[arg-type]
    await store.ping()
    await store.close()


async def test_questions_go_to_the_replica_and_what_must_not_be_late_to_the_primary(url: str, tmp_path: Path) -> None:
    copy = await migrated_database(name_for(tmp_path / "copy"))  # one that never catches up, so that it shows who asks
    store = PostgresStore(url, read_url=copy)
    epoch = await store.numbers.epoch()
    await store.write([delivered("e:1", a_post()), delivered("e:2", a_post(content="new", edited_at=NOW))], NOW)
    assert (await store.posts.page(Filters(), PageRequest())).posts == []
    assert (await store.posts.count(), await counted(store), await store.numbers.epoch()) == (0, 0, epoch)
    assert await store.ledger.accounts() == {"http": Account(connector="http", created=1, edited=1)}
    assert await store.ledger.settled(["e:1"]) == {"e:1"}
    assert await store.ledger.findings() == []
    await store.ping()
    await store.close()


async def test_questions_cannot_change_anything(store: PostgresStore) -> None:
    with pytest.raises(StorageUnavailable, match="read-only"):
        await store.ask(lambda connection: connection.execute(text("DELETE FROM store_facts")))


async def test_a_replica_without_our_tables_says_so(url: str, tmp_path: Path) -> None:
    store = PostgresStore(url, read_url=await empty_database(name_for(tmp_path / "copy")))
    with pytest.raises(StorageUnavailable, match="catching up"):
        await store.posts.count()
    await store.close()


async def test_the_longest_words_a_person_can_type_fit_every_index(store: PostgresStore) -> None:
    longest = "".join(chr(0x1_0000 + n) for n in range(256))
    fields = dict.fromkeys(("author", "product", "channel", "location", "city", "country", "connector"), longest)
    content = "".join(chr(0x4E00 + n % 20_000) for n in range(65_536))
    settled = await store.write([delivered("e:1", a_post(longest, content=content, **fields))], NOW)
    assert settled.outcomes == {"e:1": "created"}
    assert (await store.posts.page(Filters(author=(longest,), city=(longest,)), PageRequest())).posts != []


async def test_a_long_text_is_found_by_its_last_words(store: PostgresStore) -> None:
    await store.write([delivered("e:1", a_post(content="word " * 13_000 + "needle"))], NOW)
    assert len((await store.posts.page(Filters(q="needle"), PageRequest())).posts) == 1


async def test_frequent_words_are_looked_for_from_the_newest_post(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.write(numbered([a_post(n, content="late again" if n % 2 else "on time") for n in range(20)]), NOW)
    rarely = await store.posts.page(Filters(q="late"), PageRequest())
    monkeypatch.setattr("sentistream.storage.postgres.search.RARE", 1)
    assert await store.posts.page(Filters(q="late"), PageRequest()) == rarely
    assert len(rarely.posts) == 10


async def test_a_url_in_the_settings_is_all_it_takes(url: str, tmp_path: Path) -> None:
    place = make_url(url)
    bare = f"postgres://{place.host}:{place.port}?sslmode=disable"
    database = {"url": bare, "user": place.username, "password": place.password, "name": place.database}
    settings = load_settings(data_dir=tmp_path, database={**database, "read_url": url, "writers": 3, "readers": 2})
    async with open_system(settings, reads=False) as system:
        assert isinstance(system.store, PostgresStore)
        await system.store.write([delivered("e:1", a_post())], NOW)
        assert await system.store.posts.count() == 1
        assert system.store.pool() == (0, 5)


async def test_a_wrong_password_and_a_missing_database_say_so(url: str) -> None:
    place = make_url(url)
    for wrong, said in ((place.set(password="wrong"), "check the user"), (place.set(database="nowhere"), "create it")):
        store = PostgresStore(wrong)
        with pytest.raises(StorageUnavailable, match=said) as caught:
            await store.migrate()
        assert "wrong" not in caught.value.message
        await store.close()


async def test_retention_passes_over_what_others_hold(store: PostgresStore, url: str) -> None:
    await store.write(numbered([a_post(n, created_at=NOW - timedelta(days=2, minutes=n)) for n in range(5)]), NOW)
    connection = await connect(url)
    held = connection.transaction()
    await held.start()
    await connection.execute("SELECT 1 FROM social_media_posts WHERE post_id = '4' FOR UPDATE")
    assert await store.expire(NOW - timedelta(days=1), 10) == 4
    await held.rollback()
    await connection.close()
    assert await store.expire(NOW - timedelta(days=1), 10) == 1
    assert (await store.posts.count(), await counted(store)) == (0, 5)
