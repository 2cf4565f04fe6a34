"""What brings posts in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sentistream.sources
from sentistream.bootstrap.system import Clock, System, utc_now
from sentistream.domain.errors import SettingsError
from sentistream.settings import Settings
from sentistream.sources.base import Source

EXAMPLE_SPEED = 2400.0
"""Times its own speed: two days in 72 seconds."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """How files are read: at a multiple of their own speed, at posts a second, or as fast as it goes.

    columns: field of a post to the file's name for it, where no usual name fits. platform: the source of
    rows that name none.
    """

    speed: float | None = None
    rate: float | None = None
    original_time: bool = False
    columns: Mapping[str, str] | None = None
    platform: str | None = None


def make_source(spec: str, settings: Settings, replay: Replay, clock: Clock = utc_now) -> Source:
    """The source that `spec` names: `synthetic`, `example`, `bluesky` or `file:PATH`.

    SettingsError for any other and for a missing file.
    """
    kind, _, rest = spec.partition(":")
    if spec == "synthetic":
        from sentistream.sources.synthetic import SyntheticSource

        sources = settings.sources
        return SyntheticSource(seed=sources.seed, posts_per_minute=sources.posts_per_minute, clock=clock)
    if spec == "bluesky":
        from sentistream.sources.bluesky import BlueskySource

        return BlueskySource(settings.bluesky, clock=clock)
    if spec == "example" or (kind == "file" and rest):
        path = Path(rest) if rest else _example()
        if not path.is_file():
            raise SettingsError(f"--source {spec}: there is no file {path}")
        from sentistream.sources.file import FileSource

        paced = replay.rate is not None or replay.original_time or bool(rest)
        return FileSource(
            path,
            clock=clock,
            name=None if rest else spec,
            speed=replay.speed if replay.speed is not None or paced else EXAMPLE_SPEED,
            rate=replay.rate,
            original_time=replay.original_time,
            mapping=replay.columns,
            source_default=replay.platform,
        )
    raise SettingsError(f"--source {spec} is unknown: synthetic, example, bluesky, file:PATH or none")


def _example() -> Path:
    """The bundled file of simulated posts: in a wheel beside the other data, in a clone under examples/."""
    packaged = Path(sentistream.sources.__file__).parent / "data" / "example.jsonl"
    return packaged if packaged.is_file() else Path(__file__).parents[3] / "examples" / "posts.jsonl"


BACKFILL_POSTS = 100_000
"""Simulated posts of the past at most, whatever the rate: people wait for them."""


async def make_backfill(system: System) -> Source | None:
    """Simulated history for an empty store, or the rest of one that was broken off; None otherwise."""
    from sentistream.sources.synthetic_backfill import BackfillSource

    sources = system.settings.sources
    if sources.backfill_hours <= 0:
        return None
    source = BackfillSource(
        hours=sources.backfill_hours,
        posts_per_minute=min(sources.posts_per_minute, BACKFILL_POSTS / (sources.backfill_hours * 60)),
        seed=sources.seed,
        clock=system.clock,
    )
    begun = await system.store.cursors.load(source.name) is not None
    return source if begun or await system.store.posts.count() == 0 else None
