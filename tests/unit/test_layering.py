"""The work on layers against a real store: steps, faults, and whoever goes on after them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.domain.errors import Conflict, SettingsError, Unavailable
from sentistream.domain.layer import Layer
from sentistream.domain.post import Post
from sentistream.domain.query import Filters
from sentistream.pipeline.layering import Layering, Shadow
from sentistream.storage.base import Settling
from sentistream.storage.sqlite import SqliteStore
from sqlite_files import prepare

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Sunny:
    """A model that finds everything positive."""

    def __init__(self, version: str = "1") -> None:
        self.model = ModelInfo(name="sunny", version=version, tier="fast")
        self.down = False

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        label = "unscored" if self.down else "positive"
        return [
            Reading(
                sentiment_label=label, model_name="sunny", model_version=self.model.version,
                tier="unscored" if self.down else "fast", provisional=self.down, reason="down" if self.down else None,
            )
            for _ in texts
        ]  # fmt: skip


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    prepare(tmp_path / "store.db")
    opened = SqliteStore(tmp_path / "store.db")
    await opened.migrate()
    yield opened
    assert await opened.ledger.findings() == []
    await opened.close()


async def fill(store: SqliteStore, first: int, count: int) -> None:
    lexicon = LexiconAnalyser()
    posts = [
        Post(post_id=str(n), source="x", content=f"I hate it {n}", created_at=NOW) for n in range(first, first + count)
    ]
    readings = await lexicon.analyse([post.content for post in posts])
    await store.write(
        [
            Settling(entry_id=f"e:{first + n:016d}", entry=post, reading=reading)
            for n, (post, reading) in enumerate(zip(posts, readings, strict=True))
        ],
        NOW,
    )


def layering(store: SqliteStore, model: Sunny | None = None, holder: str = "me", **options: object) -> Layering:
    return Layering(store, lambda name: model or Sunny(), lambda: NOW, holder, batch=4, step=3, **options)  # type: ignore[arg-type]


async def begin(store: SqliteStore) -> None:
    await store.layers.create(Layer(name="trial", model="fast", created_at=NOW, updated_at=NOW))


async def labels(store: SqliteStore) -> set[str]:
    return {post.sentiment_label async for chunk in store.posts.export(Filters()) for post in chunk}


async def test_it_reads_promotes_and_demotes_to_the_end(store: SqliteStore) -> None:
    await fill(store, 0, 10)
    await begin(store)
    told: list[tuple[str, int, int]] = []
    work = layering(store)
    done = await work.finish("trial", lambda layer, left: told.append((layer.state, layer.seen, left)))
    assert (done.state, done.seen, done.read, done.model_name) == ("read", 10, 10, "sunny")
    assert [seen for _, seen, _ in told] == [4, 8, 10, 10]
    assert await labels(store) == {"negative"}
    await store.layers.update("trial", NOW, state="promoting")
    promoted = await work.finish("trial", lambda layer, left: told.append((layer.state, layer.seen, left)))
    assert [left for state, _, left in told if state == "promoting"] == [7, 4, 1]
    assert promoted.state == "promoted"
    assert promoted.report is not None
    assert promoted.report["agreement"] == 0.0
    assert await labels(store) == {"positive"}
    await store.layers.update("trial", NOW, state="demoting")
    back = await work.finish("trial")
    assert (back.state, back.report) == ("read", None)
    assert await labels(store) == {"negative"}


async def test_what_another_left_is_gone_on_with(store: SqliteStore) -> None:
    await fill(store, 0, 10)
    await begin(store)

    class Killed(BaseException):
        pass

    def kill(layer: Layer, left: int) -> None:
        raise Killed

    for state, steps in (("reading", 3), ("promoting", 4), ("demoting", 4)):
        await store.layers.update("trial", NOW, state=state)
        for n in range(steps - 1):
            with pytest.raises(Killed):
                await layering(store, holder="me").finish("trial", kill)
            assert (await store.layers.get("trial")).state == state, n  # type: ignore[union-attr]
            assert await store.ledger.findings() == []
        await layering(store, holder="me").finish("trial")
    assert (await store.layers.get("trial")).read == 10  # type: ignore[union-attr]


async def test_a_worker_goes_on_and_gives_way(store: SqliteStore) -> None:
    await fill(store, 0, 10)
    await begin(store)
    asked = 0

    async def busy() -> bool:
        nonlocal asked
        asked += 1
        return asked < 3

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    work = layering(store, busy=busy, sleep=sleep)
    running = asyncio.create_task(work.run())
    async with asyncio.timeout(20):
        while (await store.layers.get("trial")).state != "read":  # type: ignore[union-attr]  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    work.stop()
    await running
    assert asked >= 3


async def test_a_model_that_is_down_leaves_the_posts_for_later(store: SqliteStore) -> None:
    await fill(store, 0, 4)
    await begin(store)
    model = Sunny()
    model.down = True
    with pytest.raises(Unavailable, match="does not answer"):
        await layering(store, model).finish("trial")
    model.down = False
    done = await layering(store, model).finish("trial")
    assert done.read == 4


async def test_a_layer_of_another_version_is_not_mixed(store: SqliteStore) -> None:
    await fill(store, 0, 6)
    await begin(store)
    await store.layers.update("trial", NOW, model_name="sunny", model_version="1")
    with pytest.raises(SettingsError, match="begin another layer"):
        await layering(store, Sunny("2")).finish("trial")
    await store.leases.release("layer:trial", "me")
    other = layering(store, Sunny("2"), "other")
    running = asyncio.create_task(other.run())
    async with asyncio.timeout(20):
        while (await store.layers.get("trial")).error is None:  # type: ignore[union-attr]  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    other.stop()
    await running
    await store.leases.hold("layer:trial", "third", 60, NOW)
    with pytest.raises(Conflict, match="begin another layer"):
        await layering(store).finish("trial")


async def test_a_shadow_reads_a_share_of_what_is_new(store: SqliteStore) -> None:
    await fill(store, 0, 5)

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)

    work = layering(store, shadow=Shadow("fast", 1.0), sleep=sleep)
    running = asyncio.create_task(work.run())
    async with asyncio.timeout(20):
        while await store.layers.get("shadow-fast") is None:  # noqa: ASYNC110  (the store cannot tell us)
            await asyncio.sleep(0.01)
        await fill(store, 5, 6)
        while (await store.layers.get("shadow-fast")).read < 6:  # type: ignore[union-attr]  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    work.stop()
    await running
    found = await store.layers.get("shadow-fast")
    assert found is not None
    assert (found.seen, found.state, found.shadow) == (6, "reading", True)
    assert await labels(store) == {"negative"}
