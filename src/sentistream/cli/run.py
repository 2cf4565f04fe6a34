"""`sentistream up`, `worker`, `watch` and `api`: processes that go on until they are told to stop."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

import typer

from sentistream import __version__
from sentistream.bootstrap import Replay, System, make_backfill, make_source
from sentistream.cli.options import DataDir, MetricsPort, settled
from sentistream.cli.output import progress, say
from sentistream.cli.process import Add, Parts, Ready, listening, run_loop
from sentistream.cli.start import with_system
from sentistream.cli.switch import Switch
from sentistream.settings import Settings

Host = Annotated[
    str | None,
    typer.Option("--host", help="Address to bind; wider than loopback needs an API key.", show_default="127.0.0.1"),
]
Port = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="Port to bind; 0 picks a free one.", show_default="8000")
]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        "--source", help="synthetic, example, bluesky, file:PATH or none; may be repeated.", show_default="synthetic"
    ),
]
Speed = Annotated[
    float | None,
    typer.Option("--speed", min=1e-6, help="Replay files at this many times their own speed.", show_default=False),
]
Rate = Annotated[
    float | None, typer.Option("--rate", min=1e-6, help="Replay files at this many posts a second.", show_default=False)
]
OriginalTime = Annotated[bool, typer.Option("--original-time", help="Keep the dates of a file as they are.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help="FIELD=COLUMN, where a file calls a field otherwise; may be repeated.", show_default=False
    ),
]
Platform = Annotated[
    str | None, typer.Option("--platform", help="Platform of rows that name none.", show_default="file")
]
PostsPerMinute = Annotated[
    float | None, typer.Option("--posts-per-minute", help="Rate of the synthetic source.", show_default="60")
]
BackfillHours = Annotated[
    float | None, typer.Option("--backfill-hours", help="Simulated history for an empty store.", show_default="24")
]
NoBackfill = Annotated[bool, typer.Option("--no-backfill", help="No simulated history.")]
UntilIdle = Annotated[bool, typer.Option("--until-idle", help="End once nothing is left to do.")]


def up(
    source: Sources = None,
    speed: Speed = None,
    rate: Rate = None,
    original_time: OriginalTime = False,
    columns: Columns = None,
    platform: Platform = None,
    posts_per_minute: PostsPerMinute = None,
    backfill_hours: BackfillHours = None,
    no_backfill: NoBackfill = False,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
) -> None:
    """Run everything in one process: sources, worker, alerts, API and dashboard."""
    settings = settled(
        data_dir,
        api={"host": host, "port": port},
        sources={"posts_per_minute": posts_per_minute, "backfill_hours": 0 if no_backfill else backfill_hours},
    )
    specs = chosen(source)
    replay = Replay(speed=speed, rate=rate, original_time=original_time, columns=mapped(columns), platform=platform)
    sources = {spec: make_source(spec, settings, replay) for spec in specs}

    async def add(parts: Parts) -> None:
        parts.add_worker()
        parts.add_refiner()
        parts.add_layering()
        parts.add_retention()
        if settings.alerts.enabled:
            parts.add_watch()
        for spec, made in sources.items():
            parts.add_source(made, spec.partition(":")[0])
        if "synthetic" in specs and (backfill := await make_backfill(parts.system)) is not None:
            parts.add_source(backfill, "backfill")
        parts.switch = Switch(parts)

    run_loop(_run(settings, add, api=True, ready=lambda parts: _banner(parts, specs)))


def worker(data_dir: DataDir = None, metrics_port: MetricsPort = None, until_idle: UntilIdle = False) -> None:
    """Analyse and store what is in the stream, and delete posts past their time."""

    async def add(parts: Parts) -> None:
        parts.add_worker()
        parts.add_refiner()
        parts.add_layering()
        if until_idle:
            parts.stop_when(parts.idle)
        else:
            parts.add_retention()

    run_loop(_run(settled(data_dir, api={"port": metrics_port}), add, monitor=metrics_port is not None))


def refine(data_dir: DataDir = None, metrics_port: MetricsPort = None, until_idle: UntilIdle = False) -> None:
    """Read again, by the better model, what was read quickly; `up` and `worker` do so too when they have time."""
    with progress("reading again", unit="posts") as advance:

        async def add(parts: Parts) -> None:
            refiner = parts.add_refiner(lambda done, left: advance(done, done + left))
            if until_idle:
                parts.stop_when(refiner.finished)

        run_loop(_run(settled(data_dir, api={"port": metrics_port}), add, monitor=metrics_port is not None))


def watch(data_dir: DataDir = None, metrics_port: MetricsPort = None) -> None:
    """Raise alerts."""

    async def add(parts: Parts) -> None:
        parts.add_watch()

    settings = settled(data_dir, api={"port": metrics_port})
    run_loop(_run(settings, add, monitor=metrics_port is not None, reads=False))


def api(host: Host = None, port: Port = None, data_dir: DataDir = None) -> None:
    """Serve the HTTP API and the dashboard alone; other processes do the work."""

    async def add(parts: Parts) -> None:
        """Nothing but the API."""

    settings = settled(data_dir, api={"host": host, "port": port})
    # A feed in memory hears this process alone.
    alone = settings.live.url.startswith("memory:")
    run_loop(_run(settings, add, api=True, alone=alone, ready=lambda parts: _banner(parts, [])))


def chosen(source: Sequence[str] | None) -> list[str]:
    """The sources asked for, each once; `none` for none. BadParameter where that makes no sense."""
    specs = list(dict.fromkeys(source or ["synthetic"]))
    if "none" in specs and len(specs) > 1:
        raise typer.BadParameter("--source none goes with no other source")
    return [] if specs == ["none"] else specs


def mapped(columns: Sequence[str] | None) -> dict[str, str]:
    """FIELD=COLUMN pairs; BadParameter for anything else."""
    pairs = {}
    for text in columns or ():
        field, equals, column = text.partition("=")
        if not (field and equals and column):
            raise typer.BadParameter(f"--map takes FIELD=COLUMN, such as content=tweet_text, not {text!r}")
        pairs[field] = column
    return pairs


async def _run(
    settings: Settings,
    add: Add,
    *,
    api: bool = False,
    alone: bool = False,
    monitor: bool = False,
    reads: bool = True,
    ready: Ready | None = None,
) -> None:
    """The parts that `add` adds and, on the port of the settings, the API or the monitor. reads: load the analyser."""
    # First of all, so that a port in use is said before anything is opened or made.
    listener = listening(settings) if api or monitor else None

    async def main(system: System) -> None:
        parts = Parts(system)
        await add(parts)
        if listener is not None and api:
            await parts.add_api(listener, alone=alone)
        elif listener is not None:
            await parts.add_monitor(listener)
        await parts.run(ready)

    try:
        await with_system(settings, main, reads=reads, listener=listener)
    finally:
        if listener is not None:
            listener.close()


def _banner(parts: Parts, specs: Sequence[str]) -> None:
    assert parts.server is not None
    settings = parts.system.settings
    named = {"synthetic": f"synthetic ({settings.sources.posts_per_minute:g} posts a minute)"}
    # Whoever started us may have closed the pipe: that must not end the server.
    with suppress(BrokenPipeError):
        say(f"SentiStream {__version__} is ready")
        say(f"  dashboard  {parts.server.url}")
        say(f"  API        {parts.server.url}/docs")
        say(f"  data       {settings.data_dir}")
        if specs:
            say(f"  sources    {', '.join(named.get(spec, spec) for spec in specs)}")
        say("  Ctrl-C ends it; nothing is lost, and the next start goes on from there")
