"""Settings to services: which URLs are taken, what is made, what is refused."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from fakes import MovableClock
from redis_server import shared_url, unique
from sentistream.analysis.card import MODELS
from sentistream.bootstrap import Replay, make_analyser, make_backfill, make_source, open_system, prepare_folder
from sentistream.cli.process import Parts, require_key
from sentistream.cli.run import chosen, mapped
from sentistream.domain.errors import SettingsError, Unavailable
from sentistream.domain.event import DeletedEvent
from sentistream.domain.post import EPOCH, Tombstone
from sentistream.settings import Settings


def settings(folder: Path, **sections: object) -> Settings:
    """Those given, and the lexicon, which is loaded soonest."""
    return Settings(data_dir=folder / "data", **{"analysis": {"analyser": "lexicon"}, **sections})  # type: ignore[arg-type]


async def test_it_opens_everything_in_a_folder_of_its_owner(tmp_path: Path, clock: MovableClock) -> None:
    async with open_system(settings(tmp_path), clock=clock) as system:
        await system.store.ping()
        assert (await system.stream.lag("sentiment_workers")).entries == 0
        [reading] = await system.analyser.analyse(["What a wonderful day"])
        assert reading.sentiment_label == "positive"
        assert (await system.live.position()).offset == 0
    folder = tmp_path / "data"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {"sentistream.db", "stream.db"} <= {path.name for path in folder.iterdir()}


async def test_who_reads_nothing_loads_no_model(tmp_path: Path, clock: MovableClock) -> None:
    missing = settings(tmp_path, analysis={"analyser": "transformers", "huggingface_model": str(tmp_path / "none")})
    async with open_system(missing, clock=clock, reads=False) as system:
        assert await system.store.posts.count() == 0
        assert system.analyser.model.name == "none"
        with pytest.raises(Unavailable, match="no model"):
            await system.analyser.analyse(["What a wonderful day"])


@pytest.mark.parametrize(
    ("name", "folder", "tier"), [("full", "full", "full"), ("fast", "fast", "fast"), ("lexicon", "vader", "fast")]
)
async def test_the_setting_chooses_the_analyser(name: str, folder: str, tier: str) -> None:
    analyser = make_analyser(Settings(analysis={"analyser": name}))  # type: ignore[arg-type]
    card = json.loads((MODELS / folder / "card.json").read_bytes())
    assert (analyser.model.name, analyser.model.tier) == (card["name"], tier)
    readings = await analyser.analyse(["What a wonderful day", "Das ist leider ein sehr schlechter Tag für uns alle"])
    assert [reading.sentiment_label for reading in readings] == ["positive", "unscored"]
    assert {reading.model_name for reading in readings} == {card["name"]}


def test_the_bundled_transformer_reads_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SENTISTREAM_ANALYSIS_ANALYSER", raising=False)
    assert make_analyser(Settings()).model.tier == "full"


def test_a_checkpoint_that_nobody_reads_with_is_no_secret() -> None:
    with capture_logs() as said:
        make_analyser(Settings(analysis={"analyser": "lexicon"}))  # type: ignore[arg-type]
    assert said == []
    with capture_logs() as said:
        make_analyser(Settings(analysis={"analyser": "lexicon", "huggingface_model": "acme/mood"}))  # type: ignore[arg-type]
    [line] = said
    assert (line["log_level"], line["setting"], line["analyser"]) == ("warning", "huggingface_model", "lexicon")
    assert "SENTISTREAM_ANALYSIS_ANALYSER=transformers" in line["hint"]


async def test_urls_choose_the_files(tmp_path: Path, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    urls = settings(
        tmp_path,
        database={"url": f"sqlite:///{tmp_path}/elsewhere.db"},
        stream={"url": "sqlite:///relative.db"},
    )
    async with open_system(urls, clock=clock):
        pass
    assert (tmp_path / "elsewhere.db").is_file()
    assert (tmp_path / "relative.db").is_file()
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"database": {"url": "mysql://u:secret@h/d"}}, r"DATABASE_URL is .* supports .* postgresql\+asyncpg://"),
        (
            {"database": {"url": "postgresql://u:secret@h/d", "read_url": "mysql://u:secret@h/d"}},
            "DATABASE_READ_URL is .* supports postgresql",
        ),
        ({"database": {"url": "postgresql://u:secret@h:x/d"}}, "DATABASE_URL cannot be read"),
        ({"stream": {"url": "amqp://:secret@h:6379"}}, "STREAM_URL is .* supports sqlite://, redis://, .* only"),
        ({"stream": {"url": "redis://:secret@h:none"}}, "SENTISTREAM_STREAM_URL is no URL of a Redis"),
        ({"live": {"url": "redis+sentinel://:secret@h:6379"}}, "SENTISTREAM_LIVE_URL .* name of the service"),
        ({"live": {"url": "amqp://h"}}, "SENTISTREAM_LIVE_URL is amqp://h.* supports memory://, redis://, .* only"),
        ({"cache": {"url": "redis://:secret@h:none"}}, "SENTISTREAM_CACHE_URL is no URL of a Redis"),
        ({"cache": {"url": "amqp://:secret@h"}}, "SENTISTREAM_CACHE_URL is .* supports memory://, redis://, .* only"),
        ({"database": {"url": "sqlite://"}}, "must name a file"),
        ({"database": {"url": "sqlite:///:memory:"}}, "must name a file"),
        ({"stream": {"url": "just/a/path.db"}}, "supports sqlite://, .* only"),
    ],
)
async def test_other_urls_are_refused(tmp_path: Path, sections: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        async with open_system(settings(tmp_path, **sections)):
            pass
    assert "secret" not in caught.value.message


async def test_urls_choose_a_redis(tmp_path: Path) -> None:
    """Read and written by two systems, as by two machines."""
    url = await asyncio.to_thread(shared_url)
    stream = {"url": url, "name": unique("stream"), "other_groups": ["archive"]}
    live = {"url": url, "name": unique("live")}
    cache, kept = {"url": url, "timeout_seconds": 5}, unique("answer")
    async with (
        open_system(settings(tmp_path, stream=stream, live=live, cache=cache)) as here,
        open_system(settings(tmp_path / "there", stream=stream, live=live, cache=cache)) as there,
    ):
        await here.stream.publish([Tombstone(post_id="1", source="twitter", deleted_at=EPOCH)])
        assert (await there.stream.lag("archive")).entries == 1
        await here.live.publish([DeletedEvent(id="1", post_key="1", source="twitter", post_id="1")])
        assert (await there.live.position()).offset == 1
        await here.caches.shared.put(kept, b"x", 60)
        assert (await there.caches.shared.get(kept), await there.caches.own.get(kept)) == (b"x", None)
    assert "stream.db" not in {path.name for path in (tmp_path / "data").iterdir()}
    async with Redis.from_url(url) as client:
        names = [key for name in (stream["name"], live["name"]) async for key in client.scan_iter(f"{name}*")]
        assert await client.delete(*names) == len(names)


async def test_without_create_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no data folder"):
        async with open_system(settings(tmp_path), create=False):
            pass
    assert not (tmp_path / "data").exists()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(SettingsError, match="is a file"):
        prepare_folder(tmp_path / "data")
    with pytest.raises(SettingsError, match="is a file"):
        prepare_folder(tmp_path / "data" / "deeper")


def test_an_existing_folder_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o750)
    (tmp_path / "data").chmod(0o750)
    prepare_folder(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o750
    assert list((tmp_path / "data").iterdir()) == []


async def test_strangers_need_a_key(tmp_path: Path, clock: MovableClock) -> None:
    wide = settings(tmp_path, api={"host": "0.0.0.0"})
    async with open_system(wide, clock=clock) as system:
        with pytest.raises(SettingsError, match="sentistream keys create NAME"):
            await require_key(system)
        await system.store.keys.add("me", "sst_x", b"h" * 32, clock())
        await require_key(system)
        await system.store.keys.revoke("me", clock())
        with pytest.raises(SettingsError):
            await require_key(system)
    for host in ("localhost", "127.0.0.1", "::1", "127.9.9.9"):
        async with open_system(settings(tmp_path, api={"host": host}), clock=clock) as system:
            await require_key(system)


async def test_history_is_made_for_an_empty_store_once(tmp_path: Path, clock: MovableClock) -> None:
    async with open_system(settings(tmp_path, sources={"backfill_hours": 1}), clock=clock) as system:
        source = await make_backfill(system)
        assert source is not None
        assert source.total == 3_600
        await system.store.cursors.save(source.name, {"past": {}, "next": 5}, clock())
        assert await make_backfill(system) is not None, "one that was broken off is finished"
    async with open_system(settings(tmp_path, sources={"backfill_hours": 0}), clock=clock) as system:
        assert await make_backfill(system) is None


async def test_history_never_takes_minutes(tmp_path: Path, clock: MovableClock) -> None:
    fast = settings(tmp_path, sources={"backfill_hours": 24, "posts_per_minute": 60_000})
    async with open_system(fast, clock=clock) as system:
        source = await make_backfill(system)
        assert source is not None
        assert source.total == 100_000


async def test_sources_by_name(tmp_path: Path, clock: MovableClock) -> None:
    (tmp_path / "posts.jsonl").write_text("")
    given = settings(tmp_path)
    synthetic = make_source("synthetic", given, Replay())
    assert synthetic.name == "synthetic"
    assert make_source(f"file:{tmp_path}/posts.jsonl", given, Replay()).name == "file:posts.jsonl"
    assert make_source("bluesky", given, Replay()).name == "bluesky"
    assert make_source("example", given, Replay()).name == "example"
    with pytest.raises(SettingsError, match="names no server"):
        make_source("bluesky", settings(tmp_path, bluesky={"servers": []}), Replay())
    for spec in ("file:", f"file:{tmp_path}/none.jsonl", "rss:x", ""):
        with pytest.raises(SettingsError, match="--source"):
            make_source(spec, given, Replay())
    async with open_system(given, clock=clock) as system:
        parts = Parts(system)
        parts.add_source(synthetic, "synthetic")
        with pytest.raises(SettingsError, match="two sources are named synthetic"):
            parts.add_source(make_source("synthetic", given, Replay()), "synthetic")


def test_which_sources_were_chosen() -> None:
    assert chosen(None) == ["synthetic"]
    assert chosen(["none"]) == []
    assert chosen(["file:a", "file:b", "file:a"]) == ["file:a", "file:b"]
    assert mapped(["content=tweet", "author=who=x"]) == {"content": "tweet", "author": "who=x"}
