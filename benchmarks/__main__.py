"""Run the benchmarks of the embedded profile, of the team (`team`), of the dashboard (`dashboard`), or those named."""

from __future__ import annotations

import importlib
import os
import sys

from benchmarks.measure import calibration, write

EMBEDDED = ("http_ingest", "whole_path", "spike", "live_latency", "queries", "explain", "analysers")
TEAM = (
    "publish",
    "store_path",
    "team_path",
    "team_live",
    "live_clients",
    "dashboards",
    "team_memory",
    "team_queries",
    "restore",
)
DASHBOARD = ("screen",)
GROUPS = {"": EMBEDDED, "team": TEAM, "dashboard": DASHBOARD}
QUESTIONS = (*EMBEDDED, *TEAM, *DASHBOARD)


def main(names: list[str]) -> int:
    """Print each row as it comes; results/ is written when all were asked. 1 if a target was missed."""
    group = " ".join(names)
    whole = GROUPS.get(group)
    unknown = set() if whole else set(names) - set(QUESTIONS)
    if unknown:
        print(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}, team and dashboard")
        return 2
    load, answers, loops = os.getloadavg()[0], [], [calibration()]
    for name in whole or names:
        for answer in importlib.import_module(f"benchmarks.{name}").run():
            print(answer.row(), flush=True)
            answers.append(answer)
        loops.append(calibration())
    print(f"calibration loop: {min(loops):.2f} to {max(loops):.2f} s")
    if whole is not None:
        print(f"written to {write(answers, loops, load, group and f'-{group}')}")
    return 0 if all(answer.reached for answer in answers) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
