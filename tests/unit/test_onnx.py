"""The bundled transformer: loaded whole or not at all, on as many threads as it is told, gone when cancelled."""

from __future__ import annotations

import asyncio
import json
import shutil
import threading
from pathlib import Path

import pytest

from fakes import until
from sentistream.analysis.card import MODELS, load_card
from sentistream.analysis.onnx import CHUNK, OnnxAnalyser
from sentistream.domain.analysis import Reading
from sentistream.domain.errors import SettingsError

FULL = MODELS / "full"
TEXTS = [
    "I love this airline, what a wonderful crew!",
    "Worst flight of my life, never again",
    "Gate B12 opens at nine",
    "I am so sad that it is over",
    "word " * 500,
]


class Watched(OnnxAnalyser):
    """Remembers how many texts were read, and which threads did it."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads=threads)
        self.read = 0
        self.workers: set[int] = set()

    def _read(self, texts: list[str]) -> list[Reading]:
        self.workers.add(threading.get_ident())
        self.read += len(texts)
        return super()._read(texts)


async def test_every_head_speaks() -> None:
    analyser = OnnxAnalyser(threads=1)
    joyful, angry, plain, *_ = await analyser.analyse(TEXTS)
    assert [one.sentiment_label for one in (joyful, angry, plain)] == ["positive", "negative", "neutral"]
    assert (joyful.emotion, plain.emotion) == ("joy", "neutral")
    for reading in (joyful, angry, plain):
        assert reading.tier == "full"
        assert reading.emotions is not None
        assert None not in (reading.emotion, reading.toxicity, reading.churn_risk)
    assert joyful.toxicity is not None
    assert angry.toxicity is not None
    assert joyful.toxicity < angry.toxicity
    assert analyser.model == load_card(FULL).model


async def test_the_number_of_threads_changes_nothing_but_speed() -> None:
    texts = [f"{text} {n}" for n in range(30) for text in TEXTS[:4]] + TEXTS
    one, three = Watched(threads=1), Watched(threads=3)
    assert await one.analyse(texts) == await three.analyse(texts)
    assert len(one.workers) == 1
    assert 1 <= len(three.workers) <= 3
    assert threading.get_ident() not in one.workers | three.workers, "the event loop stays free"
    assert one.read == three.read == len(texts)


async def test_what_comes_behind_the_longest_input_is_not_read() -> None:
    analyser = OnnxAnalyser(threads=1)
    long, longer = await analyser.analyse(["fine " * 400, "fine " * 400 + "but it was terrible, I hate it"])
    assert long == longer


async def test_a_cancelled_batch_stops() -> None:
    analyser = Watched(threads=2)
    task = asyncio.create_task(analyser.analyse(TEXTS[:4] * 1_000))
    await until(lambda: analyser.read > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    begun = analyser.read
    # What the threads have in hand they finish; then they are free for others.
    [reading] = await analyser.analyse(TEXTS[:1])
    assert reading.sentiment_label == "positive"
    assert analyser.read <= begun + 2 * CHUNK + 1
    assert analyser.read < 4_000


async def test_a_failure_is_raised_as_it_is() -> None:
    analyser = Watched(threads=2)
    with pytest.raises(TypeError):
        # The longest text is read first.
        await analyser.analyse([*TEXTS[:4] * 500, "\ud800 is no text" * 10])
    assert analyser.read < 2_000, "nothing more is begun"
    assert len(await analyser.analyse(TEXTS)) == len(TEXTS)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["missing", "cut short", "one bit"])
def test_a_model_that_is_not_whole_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    folder = Path(shutil.copytree(FULL, tmp_path / "model"))
    file = folder / name
    content = file.read_bytes()
    file.unlink()
    if damage == "cut short":
        file.write_bytes(content[:-1])
    elif damage == "one bit":
        file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(SettingsError, match="incomplete" if damage == "missing" else "damaged") as caught:
        OnnxAnalyser(folder)
    assert name in caught.value.message


def test_the_wheel_has_room_for_it() -> None:
    """Issue 3: at most 30 MB, and the card names every file that it needs."""
    card = json.loads((FULL / "card.json").read_bytes())
    assert {"model.onnx", "tokenizer.json"} <= set(card["files"])
    assert sum((FULL / name).stat().st_size for name in card["files"]) <= 30_000_000
