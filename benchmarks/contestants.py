"""The analysers that are compared, each as one process uses it: `python -m benchmarks.contestants NAME FOLDER`.

The process answers one line of JSON on standard output for each on standard input: {"read": [texts]} with the
seconds it took, {"judge": n} with how right it is on the first n posts of each validation set (0: on all).
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.pair import Pair, weigh
from benchmarks.tweets import data
from sentistream.analysis.base import Analyser
from sentistream.analysis.card import MODELS
from sentistream.analysis.gold import Task, gold
from sentistream.analysis.scoring import figures
from sentistream.cli.memory import peak_mib
from sentistream.domain.analysis import Reading


class Contestant(NamedTuple):
    """title: in tables. posts: read per round. cores: 1, or 0 for all. batch: texts a call. kind: where it is from."""

    title: str
    posts: int
    cores: int
    batch: int
    kind: str


CONTESTANTS = {
    "full": Contestant("`full`, the bundled transformer", 2_000, 0, 500, "bundled"),
    "fast": Contestant("`fast`, distilled from it", 10_000, 1, 500, "bundled"),
    "lexicon": Contestant("`lexicon`: VADER, calibrated", 10_000, 1, 500, "bundled"),
    "vader": Contestant("VADER itself, thresholds ±0.05", 10_000, 1, 1, "other"),
    # Thirty-two posts a call of the pair take seconds; more would run into the guard's time-out on a slow machine.
    "transformers": Contestant("`transformers`: the same pair, batches of 32", 192, 0, 32, "pair"),
    "pair in batches": Contestant("pair of pipelines, batches of 32", 192, 0, 32, "pair"),
    "pair": Contestant("pair of pipelines, post by post", 96, 0, 1, "pair"),
}
"""`pair`: a DistilBERT for sentiment and a DistilRoBERTa for emotion. The others read the four tasks, or sentiment."""

SETS: dict[str, tuple[Task, str, str]] = {
    "sentiment": (Task.SENTIMENT, "sentiment/val.jsonl", "macro_recall"),
    "airline": (Task.SENTIMENT, "airline/replay.jsonl", "macro_recall"),
    "emotion": (Task.EMOTION, "emotion_ekman/val.jsonl", "macro_f1"),
    "toxicity": (Task.TOXICITY, "offensive/val.jsonl", "macro_f1"),
}
"""What is judged: task, file, and the figure that counts."""


def available() -> list[str]:
    """Names of those that can run here: models that are there, libraries that are installed."""
    torch = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))
    return [
        name
        for name, contestant in CONTESTANTS.items()
        if (name not in ("full", "fast") or (MODELS / name / "card.json").is_file())
        and (contestant.kind != "pair" or (torch and (MODELS / "full" / "tokenizer.json").is_file()))
    ]


class _Ours:
    """An analyser as commands make it: normalised text, language gate, guard."""

    def __init__(self, name: str, batch: int, **settings: Any) -> None:
        from sentistream.bootstrap import make_analyser
        from sentistream.settings import AnalysisSettings, Settings

        self._runner = asyncio.Runner()
        wanted = Settings(analysis=AnalysisSettings(analyser=name, **settings))
        self._analyser: Analyser = make_analyser(wanted)
        self._batch = batch
        model = self._analyser.model
        self.model = f"{model.name} {model.version}"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return self._runner.run(self._in_batches(texts))

    async def _in_batches(self, texts: Sequence[str]) -> list[Reading]:
        found: list[Reading] = []
        for start in range(0, len(texts), self._batch):
            found += await self._analyser.analyse(texts[start : start + self._batch])
        return found


class _Vader:
    """As its documentation shows it."""

    def __init__(self) -> None:
        from importlib.metadata import version

        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._scores = SentimentIntensityAnalyzer().polarity_scores
        self.model = f"vaderSentiment {version('vaderSentiment')}"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._reading(self._scores(text)["compound"]) for text in texts]

    def _reading(self, compound: float) -> Reading:
        label: Any = "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"
        return Reading(sentiment_label=label, model_name="vader", model_version="", tier="fast")


def _make(name: str, folder: Path) -> tuple[Callable[[Sequence[str]], list[Reading] | None], str, int]:
    """What reads, which model it is, and its bytes on disk."""
    batch = CONTESTANTS[name].batch
    if name.startswith("pair"):
        return Pair(folder, batch).read, "distilbert-base + distilroberta-base, random weights", weigh(folder)
    if name == "vader":
        plain = _Vader()
        return plain.read, plain.model, _lexicon_bytes()
    if name == "transformers":
        both = {"huggingface_model": str(folder / "sentiment"), "emotion_model": str(folder / "emotion")}
        ours = _Ours(name, batch, device="cpu", **both)
        return ours.read, "distilbert-base + distilroberta-base, random weights", weigh(folder)
    ours = _Ours(name, batch)
    size = _lexicon_bytes() if name == "lexicon" else sum(path.stat().st_size for path in (MODELS / name).iterdir())
    return ours.read, ours.model, size


def _lexicon_bytes() -> int:
    found = importlib.util.find_spec("vaderSentiment")
    assert found is not None
    assert found.submodule_search_locations is not None
    return sum(path.stat().st_size for path in Path(found.submodule_search_locations[0]).glob("*.txt"))


def judged(read: Callable[[Sequence[str]], list[Reading]], tasks: Sequence[str], limit: int) -> dict[str, Any]:
    """Of each of `tasks` the figure that counts, and for sentiment what else is in the table."""
    folder = data()
    assert folder is not None
    found: dict[str, Any] = {}
    for name in tasks:
        task, file, figure = SETS[name]
        rows = [json.loads(line) for line in (folder / file).read_text(encoding="utf-8").splitlines()]
        rows = rows[: limit or None]
        labels = [gold(row, task).labels for row in rows]
        scored = figures(task, labels, read([str(row.get("text", row.get("content"))) for row in rows]))
        found[name] = {
            "posts": scored.posts,
            figure: getattr(scored, figure),
            "expected_calibration_error": scored.expected_calibration_error,
            "unscored_share": scored.unscored_share,
        }
    if "toxicity" in tasks:
        from training.corpus import churn_validation

        posts = churn_validation()
        # Where only some are wanted they are taken from all over, for both sides must occur.
        posts = posts[:: max(1, len(posts) // limit)] if limit else posts
        labels = [frozenset({"leaving" if leaving else "rest"}) for _, _, leaving in posts]
        scored = figures(Task.CHURN, labels, read([text for _, text, _ in posts]))
        found["churn"] = {"posts": scored.posts, "roc_auc": scored.roc_auc}
    return found


def main(name: str, folder: Path) -> None:
    """Answer until standard input ends."""
    # Libraries may print: the answers keep the standard output for themselves.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    contestant = CONTESTANTS[name]
    if contestant.cores == 1:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    before, began = peak_mib(), time.perf_counter()
    read, model, size = _make(name, folder)
    read(["The weather is fine today."])
    loaded = time.perf_counter() - began
    print(json.dumps({"model": model, "bytes": size, "load_seconds": loaded}), file=answers)
    for line in sys.stdin:
        question = json.loads(line)
        if "read" in question:
            began = time.perf_counter()
            read(question["read"])
            seconds = time.perf_counter() - began
            answer = {"seconds": seconds, "peak_mib": peak_mib(), "model_mib": peak_mib() - before}
        else:
            tasks = list(SETS) if name in ("full", "fast") else ["sentiment", "airline"]
            answer = judged(read, tasks, question["judge"])  # type: ignore[arg-type]
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
