"""`sentistream ingest`: sources into the stream, then the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from sentistream.bootstrap import Replay, System, make_source
from sentistream.cli.options import DataDir, MetricsPort, settled
from sentistream.cli.output import Advance, note, progress, say
from sentistream.cli.process import Parts, listening, run_loop
from sentistream.cli.run import Columns, OriginalTime, Platform, PostsPerMinute, Rate, Speed, chosen, mapped
from sentistream.cli.start import with_system
from sentistream.domain.errors import Unavailable
from sentistream.domain.ledger import OUTCOMES, Account
from sentistream.pipeline.ingest import SourceState
from sentistream.pipeline.reconcile import reconcile
from sentistream.settings import Settings
from sentistream.sources.base import Source


def ingest(
    source: Annotated[
        list[str], typer.Option("--source", help="file:PATH, example, bluesky or synthetic; may be repeated.")
    ],
    speed: Speed = None,
    rate: Rate = None,
    original_time: OriginalTime = False,
    columns: Columns = None,
    platform: Platform = None,
    posts_per_minute: PostsPerMinute = None,
    metrics_port: MetricsPort = None,
    data_dir: DataDir = None,
) -> None:
    """Bring posts into the stream, where they wait for a worker.

    Resumes where an earlier run stopped. Ends with the file; bluesky and the synthetic source have no end.
    """
    settings = settled(data_dir, api={"port": metrics_port}, sources={"posts_per_minute": posts_per_minute})
    replay = Replay(speed=speed, rate=rate, original_time=original_time, columns=mapped(columns), platform=platform)
    sources = {spec: make_source(spec, settings, replay) for spec in chosen(source)}
    run_loop(_ingest(settings, sources, monitor=metrics_port is not None))


async def _ingest(settings: Settings, sources: Mapping[str, Source], *, monitor: bool) -> None:
    listener = listening(settings) if monitor else None

    async def main(system: System) -> None:
        parts = Parts(system)
        with progress("ingesting", unit="posts") as advance:
            bar = _Bar(parts, advance)
            for spec, source in sources.items():
                parts.add_source(source, spec.partition(":")[0], bar.moved, restart=False)
            if listener is not None:
                await parts.add_monitor(listener)
                parts.stop_when(parts.read)
            await parts.run()
        for state in (ingester.state for ingester in parts.ingesters):
            resumed = f", {state.resumed:,} earlier" if state.resumed else ""
            unreadable = f", {state.invalid:,} of them unreadable" if state.invalid else ""
            note(f"{state.name}: {state.published:,} entries brought in{unreadable}{resumed} ({state.state})")
        try:
            result = await reconcile(system.stream, system.store.ledger, settings.stream.group)
        except Unavailable as error:  # all that was brought in is safe: the ledger can be read another time
            note(f"what became of them cannot be told now: {error.message}")
            return
        names = {ingester.state.name for ingester in parts.ingesters}
        for account in result.accounts:
            if account.connector in names:
                say(line(account))

    await with_system(settings, main, reads=False, listener=listener)


class _Bar:
    """One bar for all sources; its end is known once every source has counted its rows."""

    def __init__(self, parts: Parts, advance: Advance) -> None:
        self._parts = parts
        self._advance = advance

    def moved(self, _: SourceState) -> None:
        """Some source brought a batch."""
        states = [ingester.state for ingester in self._parts.ingesters]
        totals = [state.total for state in states if state.total is not None]
        total = sum(totals) if len(totals) == len(states) else None
        self._advance(sum(state.published + state.resumed for state in states), total)


def line(account: Account) -> str:
    """A connector's line of the ledger, for people."""
    outcomes = [f"{getattr(account, name):,} {name.replace('_', '-')}" for name in OUTCOMES if getattr(account, name)]
    parts = [*outcomes, f"{account.in_flight:,} waiting for a worker"]
    return f"{account.connector}: received {account.received:,} = {' + '.join(parts)}"
