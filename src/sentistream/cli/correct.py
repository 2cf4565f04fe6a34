"""`sentistream correct` and `sentistream corrections`: what people say of posts."""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from sentistream.bootstrap import open_system
from sentistream.cli.lines import raw_lines
from sentistream.cli.options import DataDir, settled
from sentistream.cli.output import fail, note, progress, say
from sentistream.domain.correction import Corrected
from sentistream.domain.post import MAX_BATCH
from sentistream.pipeline.correct import Answer, Corrector, Refusal, Undo, Wish
from sentistream.pipeline.labelled import LABELLED_FORMATS, written
from sentistream.settings import Settings

app = typer.Typer(no_args_is_help=True, help="What people said of posts: look at it, export it.")

LOCAL = "local"
STANDARD = Path("-")

SAME = {"label": "sentiment_label", "toxicity": "toxic", "churn_risk": "churn"}
"""Short names that a file may use."""

YES = {"true": True, "yes": True, "1": True, "toxic": True, "leaving": True}
NO = {"false": False, "no": False, "0": False, "not-toxic": False, "rest": False}

By = Annotated[str, typer.Option("--by", help="Who says so.")]
Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for a worker at most.")]


def correct(
    id: Annotated[str | None, typer.Argument(help="The post's key, or its id on the platform.")] = None,
    label: Annotated[str | None, typer.Option("--label", "-l", help="positive, negative or neutral.")] = None,
    emotion: Annotated[str | None, typer.Option("--emotion", "-e", help="joy, sadness, anger, …, neutral.")] = None,
    toxic: Annotated[bool | None, typer.Option("--toxic/--not-toxic", help="Whether it is toxic.")] = None,
    churn: Annotated[bool | None, typer.Option("--churn/--no-churn", help="Whether the author is leaving.")] = None,
    remark: Annotated[str | None, typer.Option("--note", help="Why, for those who read the history.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what people said of it.")] = False,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Many: JSON lines or CSV (.csv).")] = None,
    by: By = LOCAL,
    wait: Wait = 2.0,
    data_dir: DataDir = None,
) -> None:
    """Say what a post says: it wins over every model, until it is taken back or the text changes.

    A file has a row for each post: id, label, emotion, toxic, churn, note. What cannot be accepted is named with
    its line, and the exit code is 1.
    """
    said: dict[str, Any] = {
        "sentiment_label": label,
        "emotion": emotion,
        "toxic": toxic,
        "churn": churn,
        "note": remark,
    }
    given = {name: value for name, value in said.items() if value is not None}
    if not 1 <= len(by) <= 250 or not by.isprintable():
        raise typer.BadParameter("--by has 1 to 250 printable characters")
    if file is not None:
        if id is not None or given or undo:
            raise typer.BadParameter("--file says it all: give no ID and no label with it")
        asyncio.run(_many(settled(data_dir), file, by, wait))
        return
    if id is None:
        raise typer.BadParameter("give the ID of a post, or --file")
    if undo and given.keys() - {"note"}:
        raise typer.BadParameter("--undo takes back; give no label with it")
    try:
        wish = Undo(id=id, note=remark) if undo else msgspec.convert({"id": id, **given}, Wish)
    except msgspec.ValidationError as error:
        raise typer.BadParameter(str(error)) from None
    asyncio.run(_one(settled(data_dir), wish, by, wait))


@app.command(name="list")
def list_corrections(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most this many.")] = 50,
    data_dir: DataDir = None,
) -> None:
    """What people said and took back, newest first."""

    async def read(settings: Settings) -> list[Corrected]:
        async with open_system(settings, create=False, reads=False) as system:
            return await system.store.corrections.page(limit)

    lines = asyncio.run(read(settled(data_dir)))
    for line in lines:
        became = ", ".join(
            f"{name} {value}" for name, value in msgspec.structs.asdict(line.became).items() if value is not None
        )
        said = became if line.kind == "correction" else "taken back"
        old = " (of an earlier text)" if line.stale else ""
        say(
            f"{line.corrected_at:%Y-%m-%d %H:%M}  {line.corrected_by}  {line.source} {line.post_id}: "
            f"{line.was.sentiment_label} by {line.was.model_name} -> {said}{old}"
        )
    if not lines:
        note("nobody has corrected a post yet; `sentistream correct ID --label negative` does")


@app.command()
def export(
    format: Annotated[str, typer.Option("--format", "-f", help=f"One of {', '.join(LABELLED_FORMATS)}.")] = "jsonl",
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write; - is standard output.")] = STANDARD,
    data_dir: DataDir = None,
) -> None:
    """Write the labelled set: what `sentistream evaluate` measures by and training learns from."""
    chosen = next((one for one in LABELLED_FORMATS if one == format), None)
    if chosen is None:
        raise typer.BadParameter(f"--format is one of {', '.join(LABELLED_FORMATS)}")
    settings = settled(data_dir)

    async def write(target: BinaryIO) -> int:
        count = 0
        async with open_system(settings, create=False, reads=False) as system:

            async def counted() -> Any:
                nonlocal count
                async for chunk in system.store.corrections.labelled():
                    count += len(chunk)
                    yield chunk

            async for part in written(counted(), chosen):
                await asyncio.to_thread(target.write, part)
            target.flush()
        return count

    if output == STANDARD:
        texts = asyncio.run(write(sys.stdout.buffer))
    else:
        try:
            with output.open("wb") as file:
                texts = asyncio.run(write(file))
        except OSError as error:
            fail(f"cannot write {output}: {error.strerror}")
    note(f"{texts:,} labelled texts")


async def _one(settings: Settings, wish: Wish | Undo, by: str, wait: float) -> None:
    async with open_system(settings, create=False, reads=False) as system:
        [found] = await Corrector(system.store, system.stream, system.clock).correct([wish], by, wait)
    if isinstance(found, Refusal):
        fail(found.message)
    if found.outcome == "stale":
        fail("the post, or its correction, changed meanwhile: look at it again")
    post = found.post
    if found.outcome == "waiting":
        note("durable; a worker has yet to settle it (`sentistream up` or `sentistream worker`)")
    else:
        say(f"{post.source} {post.post_id}: {post.sentiment_label} by {post.model_name} ({found.outcome})")


async def _many(settings: Settings, file: Path, by: str, wait: float) -> None:
    counts = {"corrected": 0, "unchanged": 0, "waiting": 0, "stale": 0}
    refused = 0

    def refuse(number: int, message: str) -> None:
        nonlocal refused
        refused += 1
        note(f"line {number}: {message}")

    async with open_system(settings, create=False, reads=False) as system:
        corrector = Corrector(system.store, system.stream, system.clock)
        with ExitStack() as stack, progress("correcting", unit="posts") as advance:
            batch: list[tuple[int, Wish]] = []

            async def send() -> None:
                answers = await corrector.correct([wish for _, wish in batch], by, wait)
                for (number, _), found in zip(batch, answers, strict=True):
                    if isinstance(found, Answer):
                        counts[found.outcome] += 1
                    else:
                        refuse(number, found.message)
                batch.clear()
                advance(sum(counts.values()))

            for number, wish in _wishes(stack, file):
                if isinstance(wish, str):
                    refuse(number, wish)
                    continue
                batch.append((number, wish))
                if len(batch) == MAX_BATCH:
                    await send()
            if batch:
                await send()
    say(", ".join(f"{count:,} {outcome}" for outcome, count in counts.items() if count) or "nothing to correct")
    if refused or counts["stale"]:
        note(f"{refused + counts['stale']:,} were not accepted")
        raise typer.Exit(1)


def _wishes(stack: ExitStack, file: Path) -> Iterator[tuple[int, Wish | str]]:
    """Line number, from 1, and the wish or what is wrong with it."""
    for number, record in _records(stack, file):
        if isinstance(record, str):
            yield number, record
            continue
        fields = {SAME.get(name, name): _value(value) for name, value in record.items()}
        fields = {name: value for name, value in fields.items() if name in Wish.__struct_fields__ and value is not None}
        for name in ("toxic", "churn"):
            if isinstance(fields.get(name), str):
                fields[name] = (YES | NO).get(fields[name].lower(), fields[name])
        if isinstance(fields.get("id"), int):
            fields["id"] = str(fields["id"])
        try:
            yield number, msgspec.convert(fields, Wish)
        except msgspec.ValidationError as error:
            yield number, str(error)


def _records(stack: ExitStack, file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    if file.suffix.lower() == ".csv":
        try:
            rows = stack.enter_context(file.open(newline="", encoding="utf-8-sig"))
        except OSError as error:
            fail(f"cannot read {file}: {error.strerror}")
        reader = csv.DictReader(rows)
        for row in reader:
            yield reader.line_num, {name: value for name, value in row.items() if name}
        return
    for number, raw in enumerate(raw_lines(stack, file, "reading"), start=1):
        try:
            yield number, msgspec.json.decode(raw, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield number, f"not a JSON object: {error}"


def _value(value: Any) -> Any:
    """A cell of CSV is text: empty ones say nothing."""
    return (value.strip() or None) if isinstance(value, str) else value
