"""Real tweets to measure analysers with: the sentiment validation set and the airline replay."""

from __future__ import annotations

import json
import os
from pathlib import Path

SETS = (("sentiment/val.jsonl", "text"), ("airline/replay.jsonl", "content"))


def data() -> Path | None:
    """The folder of labelled sets; None without SENTISTREAM_TEST_DATA."""
    folder = Path(os.environ.get("SENTISTREAM_TEST_DATA", ""))
    return folder if all((folder / name).is_file() for name, _ in SETS) else None


def tweets(folder: Path) -> list[str]:
    """All of SETS, shortest first, as `sample` wants them."""
    texts = [
        str(json.loads(line)[field])
        for name, field in SETS
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    ]
    return sorted(texts, key=lambda text: (len(text), text))


def sample(ordered: list[str], count: int, number: int, rounds: int) -> list[str]:
    """`count` of `ordered` for round `number` of `rounds`: short and long ones in their proportions, mixed.

    Evenly spaced over the lengths, so that a slow analyser, which reads a hundred posts, is asked the same as a
    quick one, which reads ten thousand. Each round starts at another post.
    """
    spacing = len(ordered) / count
    chosen = [ordered[int((i + (number + 0.5) / rounds) * spacing)] for i in range(count)]
    # A stride that shares no divisor with the count visits every post once, long and short in turn.
    stride = next(n for n in range(max(1, int(count * 0.382)), 2 * count + 2) if _coprime(n, count))
    return [chosen[i * stride % count] for i in range(count)]


def _coprime(a: int, b: int) -> bool:
    while b:
        a, b = b, a % b
    return a == 1
