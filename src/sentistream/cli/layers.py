"""`sentistream reanalyze`, `layers`, `compare`, `promote` and `demote`: another model beside what counts."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
import typer
from pydantic import ValidationError

from sentistream.api.parameters.filters import FilterParameters
from sentistream.bootstrap import System, make_layering, open_system
from sentistream.cli.options import AnalyserName, DataDir, settled
from sentistream.cli.output import fail, note, progress, say
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.layer import Layer
from sentistream.pipeline.compare import compared
from sentistream.settings import Settings

_AGO = re.compile(r"([1-9][0-9]{0,3})([dh])")

Name = Annotated[str, typer.Argument(help="Name of the layer: `sentistream layers` lists them.")]


def moment_of(text: str, now: datetime) -> datetime:
    """`7d`, `24h`, or an ISO 8601 date or time. Raises ValueError."""
    match = _AGO.fullmatch(text)
    if match:
        return now - timedelta(**{{"d": "days", "h": "hours"}[match[2]]: int(match[1])})
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def reanalyze(
    model: Annotated[AnalyserName | None, typer.Option("--model", help="The analyser that reads.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Created at or after: 7d, 24h, or a date.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Created before.", show_default="no end")] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="Its name.", show_default="MODEL-DATE")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Platforms, separated by commas.")] = None,
    language: Annotated[str | None, typer.Option("--language", help="Languages (ISO 639-1 codes).")] = None,
    product: Annotated[str | None, typer.Option("--product", help="Products.")] = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Go on with the layer of this name.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Read stored posts with another model, into a layer of which nothing counts until it is promoted.

    Broken off, by anything, it goes on with --resume; a running `up` or `worker` goes on by itself.
    """
    now = datetime.now(UTC)
    if resume is None and (model is None or since is None):
        raise typer.BadParameter("give --model and --since, or --resume LAYER")
    if resume is not None and (model, since, until, layer, source, language, product) != (None,) * 7:
        raise typer.BadParameter("--resume goes on as it was begun: give nothing else with it")
    begun = None
    if resume is None:
        assert model is not None
        assert since is not None
        try:
            given = {"source": source, "language": language, "product": product}
            filters = msgspec.structs.replace(
                FilterParameters(**{name: value for name, value in given.items() if value}).filters(ranged=False),
                start=moment_of(since, now),
                end=None if until is None else moment_of(until, now),
            )
        except (ValidationError, InvalidParameter, ValueError) as error:
            raise typer.BadParameter(getattr(error, "message", str(error))) from None
        begun = Layer(
            name=layer or f"{model.value}-{now:%Y-%m-%d-%H%M%S}", model=model.value, filters=filters, created_at=now,
            updated_at=now,
        )  # fmt: skip
    asyncio.run(_reanalyze(settled(data_dir), begun, resume))


def layers(
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of text.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Every layer, newest first, and how far it is."""

    async def read(settings: Settings) -> list[Layer]:
        async with open_system(settings, create=False, reads=False) as system:
            return await system.store.layers.all()

    found = asyncio.run(read(settled(data_dir)))
    for one in found:
        say(msgspec.json.encode(one).decode() if as_json else told(one))
    if not found:
        note("no layers; `sentistream reanalyze --model lexicon --since 24h` reads the last day by another model")


def told(layer: Layer) -> str:
    """One line on a layer."""
    who = f"{layer.model_name} {layer.model_version}" if layer.model_name else layer.model
    of = f" of {layer.total:,}" if layer.total and not layer.shadow else ""
    error = f"; stands still: {layer.error}" if layer.error else ""
    return f"{layer.name}: {layer.state}, {layer.seen:,}{of} posts looked at, {layer.read:,} read by {who}{error}"


def compare(
    layer: Name,
    against: Annotated[str | None, typer.Option("--against", help="Another layer, in place of what counts.")] = None,
    disagreements: Annotated[int, typer.Option("--disagreements", min=0, max=1000, help="Posts to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    data_dir: DataDir = None,
) -> None:
    """How a layer compares with what counts, or with another: agreement, shares, and the posts they disagree on."""
    if against == layer:
        raise typer.BadParameter("a layer says the same as itself: name another one", param_hint="--against")

    async def read(settings: Settings) -> Any:
        async with open_system(settings, create=False, reads=False) as system:
            found = await _known(system, layer)
            other = None if against is None else await _known(system, against)
            kept = found.report if other is None else None
            store = system.store.layers
            report = kept or msgspec.to_builtins(compared(await store.tallies(layer, against)))
            return found, other, report, await store.disagreements(layer, disagreements, against=against)

    found, other, report, apart = asyncio.run(read(settled(data_dir)))
    if as_json:
        data = {"layer": found, "against": other, "report": report, "disagreements": apart}
        say(msgspec.json.encode(data).decode())
        return
    say(told(found) + (" (compared when it was promoted)" if found.report and other is None else ""))
    if other is not None:
        say(f"beside {told(other)}")
    say(f"agreement {_share(report['agreement'])} of {report['posts']:,} posts")
    if report["corrected"]["posts"]:
        say(f"it says what people said of {_line(report['corrected'])}")
    for shift in report["shifts"]:
        say(f"  {shift['label']}: {_share(shift['current_share'])} -> {_share(shift['layer_share'])}")
    for title, groups in (("by language", report["languages"]), ("by platform", report["sources"])):
        say(f"{title}: " + ", ".join(f"{group['key']} {_line(group)}" for group in groups))
    for one in apart:
        say(f"  {one.against.sentiment_label} -> {one.sentiment_label}  {one.post.source} {one.post.post_id}")
        say(f"    {one.post.content[:200]}")


def promote(layer: Name, data_dir: DataDir = None) -> None:
    """Let a layer count: its readings come before the live ones, after what people say. Goes on if broken off."""
    asyncio.run(_flip(settled(data_dir), layer, "promoting", "promoted"))


def demote(layer: Name, data_dir: DataDir = None) -> None:
    """The way back from a promotion."""
    asyncio.run(_flip(settled(data_dir), layer, "demoting", "read"))


async def _reanalyze(settings: Settings, begun: Layer | None, resume: str | None) -> None:
    async with open_system(settings, create=False, reads=False) as system:
        name = resume or (begun.name if begun else "")
        if begun is not None:
            known = await system.store.layers.get(name)
            if known is None:
                await system.store.layers.create(begun)
            elif (known.model, known.filters) != (begun.model, begun.filters):
                fail(f"the layer {name} was begun otherwise: --resume {name} goes on with it, --layer names another")
        else:
            await _known(system, name)
        note(f"layer {name}; broken off, it goes on with: sentistream reanalyze --resume {name}")
        await system.store.layers.update(name, system.clock(), error=None)
        with progress(f"reading into {name}", unit="posts") as advance:
            layer = await _work(system, name, lambda one, _: advance(one.seen, max(one.total, one.seen) or None))
        say(told(layer))


async def _flip(settings: Settings, name: str, working: str, done: str) -> None:
    async with open_system(settings, create=False, reads=False) as system:
        known = await _known(system, name)
        allowed = {"promoting": ("read", "promoting"), "demoting": ("promoted", "promoting", "demoting")}[working]
        if known.state == done:
            say(told(known))
            return
        if known.state not in allowed and not (known.shadow and working == "promoting"):
            fail(f"the layer {name} is {known.state}: only one that is {' or '.join(allowed)} can go that way")
        await system.store.layers.update(name, system.clock(), state=working, error=None)
        with progress(f"{working} {name}", unit="posts") as advance:
            most = 0

            def moved(_: Layer, left: int) -> None:
                nonlocal most
                most = max(most, left)
                advance(most - left, most or None)

            layer = await _work(system, name, moved)
        say(told(layer))


async def _work(system: System, name: str, moved: Callable[[Layer, int], None]) -> Layer:
    return await make_layering(system, secrets.token_hex(8)).finish(name, moved)


async def _known(system: System, name: str) -> Layer:
    layer = await system.store.layers.get(name)
    if layer is None:
        fail(f"there is no layer {name}: `sentistream layers` lists them")
    return layer


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _line(group: dict[str, Any]) -> str:
    return f"{_share(group['share'])} of {group['posts']:,}"
