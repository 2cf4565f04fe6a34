"""Write the table of metrics in docs/operations.md anew: `python -m scripts.document_operations [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from sentistream.telemetry.metrics import metrics_table

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"
START, END = "<!-- metrics: written by `make docs` -->\n", "<!-- end of metrics -->\n"


def render() -> str:
    """The page as it is, with the table as it should be."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{metrics_table()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        fresh = PAGE.read_text(encoding="utf-8") == render()
        if not fresh:
            print("docs/operations.md is out of date: run `make docs`", file=sys.stderr)
        return 0 if fresh else 1
    PAGE.write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
