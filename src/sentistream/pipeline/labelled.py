"""Corrections as a labelled set: what `sentistream evaluate` measures by and training learns from."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Literal, get_args

import msgspec

from sentistream.domain.correction import Labelled
from sentistream.pipeline.export import guarded

LabelledFormat = Literal["jsonl", "csv"]
LABELLED_FORMATS: tuple[LabelledFormat, ...] = get_args(LabelledFormat)


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One text with its gold labels, under the names that `analysis.gold` looks for first; the unsaid is absent."""

    text: str
    gold_sentiment: str | None = None
    gold_emotion: str | None = None
    gold_toxicity: str | None = None
    gold_churn: str | None = None
    lang: str | None = None
    source: str
    post_id: str
    corrected_by: str
    corrected_at: str


COLUMNS = Row.__struct_fields__


def row(one: Labelled) -> Row:
    """As a line of the set."""
    said = one.said
    return Row(
        text=one.content,
        gold_sentiment=said.sentiment_label,
        gold_emotion=said.emotion,
        gold_toxicity=None if said.toxicity is None else "toxic" if said.toxicity >= 0.5 else "not-toxic",
        gold_churn=None if said.churn_risk is None else "leaving" if said.churn_risk >= 0.5 else "rest",
        lang=one.language,
        source=one.source,
        post_id=one.post_id,
        corrected_by=one.corrected_by,
        corrected_at=one.corrected_at.isoformat().replace("+00:00", "Z"),
    )


async def written(chunks: AsyncIterator[list[Labelled]], format: LabelledFormat) -> AsyncIterator[bytes]:
    """The file in pieces. In CSV a cell that a spreadsheet would run as a formula begins with `'`."""
    if format == "csv":
        yield _csv([COLUMNS])
    encoder = msgspec.json.Encoder()
    async for chunk in chunks:
        rows = [row(one) for one in chunk]
        if format == "csv":
            yield _csv([[guarded(getattr(one, name)) for name in COLUMNS] for one in rows])
        else:
            yield encoder.encode_lines(rows)


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
