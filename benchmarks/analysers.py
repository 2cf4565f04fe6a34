"""How fast and how right is every analyser on real tweets, and how much faster than a pair of pipelines?

Each analyser has a process of its own; they are asked in turn, round after round, so that all meet the same machine.
A whole run writes results/analysers.json, from which docs/models.md is made. To try it in a minute:
`python -m benchmarks.analysers --scale 0.02 --rounds 1 --to /tmp/analysers.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.contestants import CONTESTANTS, available
from benchmarks.measure import RESULTS, RUNS, Answer, at_least, below, calibration, machine
from benchmarks.tweets import data, sample, tweets

ROOT = Path(__file__).parents[1]
KEPT = RESULTS / "analysers.json"
LEAST = 8
"""Posts that are read at least, however small the scale."""


class Child:
    """A contestant in its process."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        # The kernel may keep it off other cores: not an environment that asks libraries for fewer threads.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contestants", name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"},
        )

    def __enter__(self) -> Self:
        self.ready = self._answer()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def ask(self, **question: Any) -> dict[str, Any]:
        """RuntimeError if the process has ended; why is on standard error."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the analyser {self.name} ended with exit code {self._process.wait()}")
        found: dict[str, Any] = json.loads(line)
        return found


def run() -> list[Answer]:
    """Ratio, speeds and sizes against what was promised; nothing without real tweets."""
    if data() is None:
        print("analysers: set SENTISTREAM_TEST_DATA to the folder of real posts to measure this")
        return []
    found = measured(available())
    if set(CONTESTANTS) <= set(_names(found)):
        keep(found, KEPT)
    else:
        missing = ", ".join(sorted(set(CONTESTANTS) - set(_names(found))))
        print(f"analysers: {KEPT.name} stays as it is, for these could not run here: {missing}")
    return answers(found)


def measured(names: Sequence[str], *, scale: float = 1.0, rounds: int = RUNS) -> dict[str, Any]:
    """Everything that results/analysers.json holds. scale: share of the posts that are read."""
    folder = data()
    assert folder is not None
    ordered, load = tweets(folder), os.getloadavg()[0]
    with ExitStack() as stack:
        checkpoints = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if any(CONTESTANTS[name].kind == "pair" for name in names):
            command = [sys.executable, "-m", "benchmarks.pair", str(checkpoints)]
            subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"TQDM_DISABLE": "1"})
        children = [stack.enter_context(Child(name, checkpoints)) for name in names]
        speeds: dict[str, list[float]] = {name: [] for name in names}
        last: dict[str, dict[str, Any]] = {}
        for child in children:  # libraries settle in: memory, threads, caches
            child.ask(read=sample(ordered, max(LEAST, _count(child.name, scale) // 10), 0, 1))
        loops = [calibration()]
        for number in range(rounds):
            for child in children:
                count = _count(child.name, scale)
                last[child.name] = child.ask(read=sample(ordered, count, number, rounds))
                speeds[child.name].append(count / last[child.name]["seconds"])
            loops.append(calibration())
            print(", ".join(f"{name} {values[-1]:,.0f}" for name, values in speeds.items()) + " posts/s", flush=True)
        limit = 0 if scale == 1 else max(LEAST, round(2_000 * scale))
        judged = {child.name: child.ask(judge=limit) for child in children if CONTESTANTS[child.name].kind != "pair"}
        ready = {child.name: child.ready for child in children}
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load": round(load, 2),
        "calibration_loop": _spread(loops, 3),
        "rounds": rounds,
        "tweets": len(ordered),
        "characters": round(statistics.mean(map(len, ordered))),
        "analysers": [_row(name, scale, speeds[name], ready[name], last[name], judged.get(name)) for name in names],
        "ratios": _ratios(speeds),
    }


def answers(found: dict[str, Any]) -> list[Answer]:
    """Rows of the page of results."""
    rows = {row["name"]: row for row in found["analysers"]}
    ratios = found["ratios"]
    asked = []
    if "full to pair" in ratios:
        pair = rows["pair"]["posts_per_second"][0]
        note = f"{rows['full']['posts_per_second'][0]:,.0f} against {pair:,.1f} posts/s, {found['cores']} cores"
        asked.append(at_least("full tier to the per-post pair of pipelines", ratios["full to pair"], "times", 25, note))
    if "fast" in rows:
        question = "fast tier, real tweets, one core"
        asked.append(at_least(question, rows["fast"]["runs"], "posts/s", 5_000, "tokenisation included"))
    asked += [
        below(f"size of the {name} tier", [rows[name]["bytes"] / 1e6], "MB", megabytes, "on disk")
        for name, megabytes in (("full", 30), ("fast", 10))
        if name in rows
    ]
    return asked


def keep(found: dict[str, Any], path: Path) -> None:
    """Write it where the page of models finds it."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def _row(
    name: str, scale: float, speeds: list[float], ready: dict[str, Any], last: dict[str, Any], judged: Any
) -> dict[str, Any]:
    contestant = CONTESTANTS[name]
    return {
        "name": name,
        "title": contestant.title,
        "kind": contestant.kind,
        "model": ready["model"],
        "cores": contestant.cores or len(os.sched_getaffinity(0)),
        "batch": contestant.batch,
        "posts_a_round": _count(name, scale),
        "posts_per_second": _spread(speeds, 1),
        "runs": [round(speed, 1) for speed in speeds],
        "load_seconds": round(ready["load_seconds"], 2),
        "peak_memory_mib": round(last["peak_mib"]),
        "model_memory_mib": round(last["model_mib"]),
        "bytes": ready["bytes"],
        "accuracy": None if judged is None else _rounded(judged),
    }


def _ratios(speeds: dict[str, list[float]]) -> dict[str, list[float]]:
    """Round by round: what a shared machine does to one it does to the other."""
    return {
        f"full to {other}": [round(a / b, 2) for a, b in zip(speeds["full"], speeds[other], strict=True)]
        for other in ("pair", "pair in batches", "transformers")
        if "full" in speeds and other in speeds
    }


def _count(name: str, scale: float) -> int:
    return max(LEAST, round(CONTESTANTS[name].posts * scale))


def _spread(values: Sequence[float], digits: int) -> list[float]:
    """Median, least, most."""
    return [round(value, digits) for value in (statistics.median(values), min(values), max(values))]


def _rounded(judged: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        task: {name: round(value, 4) if isinstance(value, float) else value for name, value in found.items()}
        for task, found in judged.items()
    }


def _names(found: dict[str, Any]) -> list[str]:
    return [row["name"] for row in found["analysers"]]


def main() -> None:
    """Try it: few posts, any place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the posts that are read")
    parser.add_argument("--rounds", type=int, default=RUNS)
    parser.add_argument("--only", default="", help="names, by commas")
    parser.add_argument("--to", type=Path, default=KEPT, help="file to write")
    chosen = parser.parse_args()
    if data() is None:
        parser.error("set SENTISTREAM_TEST_DATA to the folder of real posts")
    names = [name for name in available() if not chosen.only or name in chosen.only.split(",")]
    found = measured(names, scale=chosen.scale, rounds=chosen.rounds)
    keep(found, chosen.to)
    for answer in answers(found):
        print(answer.row())


if __name__ == "__main__":
    main()
