"""`sentistream analyze`: texts in, readings out, nothing stored."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Console
from rich.table import Table

from sentistream.bootstrap import make_reader
from sentistream.cli.explained import explanation, pictured
from sentistream.cli.lines import STANDARD, Line, chunks, parsed, raw_lines
from sentistream.cli.options import AnalyserOption, TierOption, asked_for, settled
from sentistream.cli.output import fail, note, shown
from sentistream.domain.analysis import EMOTIONS, Reading
from sentistream.settings import Settings

Texts = Annotated[list[str] | None, typer.Argument(help="Texts to read.", show_default=False)]
Input = Annotated[
    Path | None,
    typer.Option("--input", "-i", help='JSON lines with "text" or "content"; - is standard input.', show_default=False),
]
Output = Annotated[Path, typer.Option("--output", "-o", help="Where to write JSON lines; - is standard output.")]
Pretty = Annotated[bool, typer.Option("--pretty", help="A table for people instead of JSON lines.")]

Explain = Annotated[bool, typer.Option("--explain", help="Also tell what each word adds to the scores; slow.")]


def analyze(
    texts: Texts = None,
    input: Input = None,
    output: Output = STANDARD,
    pretty: Pretty = False,
    tier: TierOption = None,
    analyser: AnalyserOption = None,
    explain: Explain = False,
) -> None:
    """Read the mood of texts: JSON lines in, JSON lines out, order and other fields kept.

    A line that cannot be read becomes {"error": …} in its place, and the exit code is 1.
    """
    if bool(texts) == (input is not None):
        raise typer.BadParameter("give either texts or --input FILE (- for standard input)")
    if input is not None and output != STANDARD and input != STANDARD and _same(input, output):
        raise typer.BadParameter("--output would overwrite --input: choose another file")
    settings = settled(analysis={"analyser": asked_for(tier, analyser)})
    with ExitStack() as stack:
        if texts:
            bad = _run([Line({"text": text}, text) for text in texts], settings, stack, output, pretty, explain)
        else:
            assert input is not None
            bad = _run(map(parsed, raw_lines(stack, input, "analyzing")), settings, stack, output, pretty, explain)
    if bad:
        note(f"{bad:,} lines could not be read")
        raise typer.Exit(1)


def merged(record: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """`record` with the reading's fields; a language the detector is not sure of leaves the record's own."""
    answer = {
        **record,
        "sentiment_label": reading.sentiment_label,
        "sentiment_score": reading.sentiment_score,
        "confidence_score": reading.confidence_score,
        "emotion": reading.emotion,
        "emotions": None if reading.emotions is None else dict(zip(EMOTIONS, reading.emotions, strict=True)),
        "toxicity": reading.toxicity,
        "churn_risk": reading.churn_risk,
        "model_name": reading.model_name,
        "tier": reading.tier,
        "language": reading.language or record.get("language"),
    }
    if reading.reason is not None:
        answer["reason"] = reading.reason
    return answer


def _run(lines: Iterable[Line], settings: Settings, stack: ExitStack, output: Path, pretty: bool, explain: bool) -> int:
    """Write the answer to each line; returns how many could not be read."""
    # Only here: numpy would slow the start of every other command.
    from sentistream.analysis.explain import Explainer

    explainer = Explainer()
    analyser = make_reader(settings, explainer=explainer).best
    runner = stack.enter_context(asyncio.Runner())
    answers: list[dict[str, Any]] = []
    target: BinaryIO = sys.stdout.buffer
    if output != STANDARD:
        try:
            target = stack.enter_context(output.open("wb"))
        except OSError as error:
            fail(f"cannot write {output}: {error.strerror}")
    bad = number = 0
    for chunk in chunks(lines):
        good = [line for line in chunk if line.error is None]
        readings = iter(runner.run(analyser.analyse([line.text for line in good])) if good else [])
        for line in chunk:
            number += 1
            if line.error is None:
                reading = next(readings)
                answer = merged(line.record, reading)
                if explain:
                    answer["explanation"] = explanation(runner, explainer, line.text, reading)
            else:
                bad += 1
                note(f"line {number}: {line.error}")
                answer = {**line.record, "error": line.error}
            if pretty:
                answers.append(answer)
            else:
                target.write(_encoded(answer) + b"\n")
        target.flush()
    if pretty:
        _pictures(answers, target) if explain else _table(answers, target)
    return bad


def _encoded(answer: dict[str, Any]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate is no text, but JSON can still spell it
        return json.dumps(answer).encode()


def _pictures(answers: list[dict[str, Any]], target: BinaryIO) -> None:
    console = Console(markup=False, highlight=False, soft_wrap=True)
    with console.capture() as capture:
        for answer in answers:
            text = str(answer.get("text", answer.get("content", "")))
            console.print(
                f"{shown(text)}\n  error: {answer['error']}\n" if "error" in answer else pictured(text, answer)
            )
    target.write(capture.get().encode())
    target.flush()


def _table(answers: list[dict[str, Any]], target: BinaryIO) -> None:
    table = Table("text", "sentiment", "score", "confidence", "language", "model")
    for answer in answers:
        text = str(answer.get("text", answer.get("content", "")))
        if "error" in answer:
            table.add_row(shown(text), f"error: {answer['error']}")
            continue
        numbers = [
            "" if answer[name] is None else f"{answer[name]:.2f}" for name in ("sentiment_score", "confidence_score")
        ]
        table.add_row(
            shown(text), answer["sentiment_label"], *numbers, answer["language"] or "", str(answer["model_name"])
        )
    console = Console(markup=False, highlight=False)
    with console.capture() as capture:
        console.print(table)
    target.write(capture.get().encode())
    target.flush()


def _same(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:
        return False
