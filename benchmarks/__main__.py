"""Run the benchmarks: all, or those named (`python -m benchmarks queries live_latency`)."""

from __future__ import annotations

import importlib
import os
import sys

from benchmarks.measure import calibration, write

QUESTIONS = ("http_ingest", "whole_path", "live_latency", "live_clients", "dashboards", "queries", "analysers")


def main(names: list[str]) -> int:
    """Print each row as it comes; results/ is written when all were asked. 1 if a target was missed."""
    unknown = set(names) - set(QUESTIONS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
        return 2
    load, answers, loops = os.getloadavg()[0], [], [calibration()]
    for name in names or QUESTIONS:
        for answer in importlib.import_module(f"benchmarks.{name}").run():
            print(answer.row(), flush=True)
            answers.append(answer)
        loops.append(calibration())
    print(f"calibration loop: {min(loops):.2f} to {max(loops):.2f} s")
    if not names:
        print(f"written to {write(answers, loops, load)}")
    return 0 if all(answer.reached for answer in answers) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
