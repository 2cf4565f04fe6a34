"""What every benchmark shares: the machine, a calibration loop, medians, a page of results."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
RUNS = 5


@dataclass(frozen=True)
class Answer:
    """One row: what was asked, what came out, and whether it reaches the target."""

    question: str
    value: float
    unit: str
    target: str
    reached: bool
    spread: tuple[float, float]
    note: str = ""

    def row(self) -> str:
        """As a row of a Markdown table."""
        low, high = self.spread
        verdict = "yes" if self.reached else "**no**"
        return (
            f"| {self.question} | {self.value:,.1f} {self.unit} | {low:,.1f} to {high:,.1f} | {self.target} |"
            f" {verdict} | {self.note} |"
        )


def calibration() -> float:
    """Seconds that 10 million additions take on one core here and now: tells a slow machine from slow code."""
    started = time.perf_counter()
    total = 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - started


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` in (0, 1]."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1_000) * len(ordered) // 1_000) - 1))]


def at_least(question: str, values: Sequence[float], unit: str, target: float, note: str = "") -> Answer:
    """The median of `values` must reach `target`."""
    median = statistics.median(values)
    return Answer(question, median, unit, f"≥ {target:,g}", median >= target, (min(values), max(values)), note)


def below(question: str, values: Sequence[float], unit: str, target: float, note: str = "") -> Answer:
    """The median of `values` must stay below `target`."""
    median = statistics.median(values)
    return Answer(question, median, unit, f"< {target:,g}", median < target, (min(values), max(values)), note)


def machine() -> str:
    """Processor, cores, memory, versions."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def write(answers: Sequence[Answer], loops: Sequence[float], load: float, suffix: str = "") -> Path:
    """results/DATE{suffix}.md and .json."""
    now = datetime.now(UTC)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{now:%Y-%m-%d}{suffix}.md"
    lines = [
        f"# Benchmarks of {now:%Y-%m-%d %H:%M} UTC",
        "",
        f"Machine: {machine()}. Load when it began: {load:.1f}. Calibration loop (10 million additions):"
        f" {statistics.median(loops):.2f} s, {min(loops):.2f} to {max(loops):.2f} between the questions.",
        "",
        f"Medians of {RUNS} unless the note says otherwise; the range is of the same runs.",
        "",
        "| question | median | range | target | reached | note |",
        "|---|---|---|---|---|---|",
        *(answer.row() for answer in answers),
    ]
    path.write_text("\n".join(lines) + "\n")
    path.with_suffix(".json").write_text(json.dumps([vars(answer) for answer in answers], indent=2) + "\n")
    return path
