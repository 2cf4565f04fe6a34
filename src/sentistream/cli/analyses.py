"""`sentistream analyses`: every reading that is kept of a post."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from sentistream.api.readings import shown as row
from sentistream.bootstrap import open_system
from sentistream.cli.options import DataDir, settled
from sentistream.cli.output import fail, say
from sentistream.domain.analysis import KeptReading
from sentistream.settings import Settings

ABSENT = "–"
_LINE = "{:<9}  {:<9}  {:>5}  {:>4}  {:<8}  {:>5}  {:>5}  {}"


def analyses(
    id: Annotated[str, typer.Argument(help="The post's key, or its id on the platform.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
    data_dir: DataDir = None,
) -> None:
    """All that was read in a post, by model and layer: the one that counts first."""
    found = asyncio.run(_found(settled(data_dir), id))
    if as_json:
        for one in found:
            say(msgspec.json.encode(row(one)).decode())
        return
    say(_LINE.format("standing", "sentiment", "score", "sure", "emotion", "toxic", "churn", "read by"))
    for one in found:
        say(_told(one))


async def _found(settings: Settings, id: str) -> list[KeptReading]:
    async with open_system(settings, create=False, reads=False) as system:
        post = await system.store.posts.get(id)
        if post is None:
            fail(f"there is no post {id}")
        return await system.store.posts.analyses(post.id)


def _told(one: KeptReading) -> str:
    reading = one.reading
    score, sure, toxic, churn = (
        ABSENT if number is None else f"{number:.2f}"
        for number in (reading.sentiment_score, reading.confidence_score, reading.toxicity, reading.churn_risk)
    )
    # A person's version is the number of a correction.
    who = reading.model_name if reading.tier == "human" else f"{reading.model_name} {reading.model_version}"
    by = f"{who} ({reading.tier}, layer {one.layer})"
    return _LINE.format(one.standing, reading.sentiment_label, score, sure, reading.emotion or ABSENT, toxic, churn, by)
