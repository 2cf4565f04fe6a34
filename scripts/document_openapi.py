"""Write docs/openapi.json, the source of the dashboard's types: `python -m scripts.document_openapi [--check]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from sentistream.api.openapi import openapi_document

PAGE = Path(__file__).parents[1] / "docs" / "openapi.json"


def main(arguments: list[str]) -> int:
    described = openapi_document()
    if "--check" in arguments:
        fresh = PAGE.is_file() and json.loads(PAGE.read_text(encoding="utf-8")) == json.loads(json.dumps(described))
        if not fresh:
            print("docs/openapi.json is out of date: run `make docs`", file=sys.stderr)
        return 0 if fresh else 1
    PAGE.write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
