"""`sentistream export`: posts as a file."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from pydantic import ValidationError

from sentistream.api.parameters.filters import ExportParameters
from sentistream.bootstrap import open_system
from sentistream.cli.options import DataDir, settled
from sentistream.cli.output import fail, note, progress
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.event import PostView
from sentistream.domain.query import Filters
from sentistream.pipeline.export import FORMATS, Chunks, Writer, writer
from sentistream.settings import Settings

STANDARD = Path("-")


def _filter(text: str) -> Any:
    return typer.Option(help=text, show_default=False)


def export(
    format: Annotated[str, typer.Option("--format", "-f", help=f"One of {', '.join(FORMATS)}.")] = "csv",
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write; - is standard output.")] = STANDARD,
    source: Annotated[str | None, _filter("Platforms, separated by commas.")] = None,
    sentiment: Annotated[str | None, _filter("positive, negative, neutral, unscored.")] = None,
    emotion: Annotated[str | None, _filter("Emotions.")] = None,
    product: Annotated[str | None, _filter("Products.")] = None,
    channel: Annotated[str | None, _filter("Channels.")] = None,
    city: Annotated[str | None, _filter("Cities, as Chicago or US/Chicago.")] = None,
    country: Annotated[str | None, _filter("Countries (ISO 3166 codes).")] = None,
    language: Annotated[str | None, _filter("Languages (ISO 639-1 codes).")] = None,
    tier: Annotated[str | None, _filter("Tiers of the current analysis.")] = None,
    author: Annotated[str | None, _filter("Authors.")] = None,
    q: Annotated[str | None, _filter('Words that must all occur; "quotes" make a phrase.')] = None,
    start_date: Annotated[str | None, _filter("Created at or after.")] = None,
    end_date: Annotated[str | None, _filter("Created before.")] = None,
    min_confidence: Annotated[float | None, _filter("Least confidence, 0 to 1.")] = None,
    min_toxicity: Annotated[float | None, _filter("Least toxicity, 0 to 1.")] = None,
    min_churn_risk: Annotated[float | None, _filter("Least churn risk, 0 to 1.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Write posts, oldest first, as CSV, JSON lines or Parquet. Filters are those of the API."""
    given = {name: value for name, value in locals().items() if name not in ("output", "data_dir")}
    try:
        parameters = ExportParameters(**{name: value for name, value in given.items() if value is not None})
        filters = parameters.filters(ranged=True)
        write = writer(parameters.format)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        option = "--" + str(detail["loc"][0]).replace("_", "-")
        raise typer.BadParameter(f"{option}: {detail['msg'].removeprefix('Value error, ')}") from None
    except InvalidParameter as error:
        raise typer.BadParameter(error.message) from None
    settings = settled(data_dir)
    if output == STANDARD:
        posts = asyncio.run(_write(settings, write, filters, sys.stdout.buffer))
    else:
        try:
            with output.open("wb") as file:
                posts = asyncio.run(_write(settings, write, filters, file))
        except OSError as error:
            fail(f"cannot write {output}: {error.strerror}")
    note(f"{posts:,} posts")


async def _write(settings: Settings, write: Writer, filters: Filters, target: BinaryIO) -> int:
    count = 0
    async with open_system(settings, create=False, reads=False) as system:
        with progress("exporting", unit="posts") as advance:

            async def counted(chunks: Chunks) -> Chunks:
                nonlocal count
                posts: list[PostView]
                async for posts in chunks:
                    count += len(posts)
                    advance(count)
                    yield posts

            async for part in write(counted(system.store.posts.export(filters))):
                await asyncio.to_thread(target.write, part)
        target.flush()
    return count
