"""Write docs/settings.md from the settings themselves: `python -m scripts.document_settings [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from sentistream.settings import ALIASES, REDIS, Settings, bounds, fields, variable

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"

INTRODUCTION = """\
# Settings

Written by `make docs` from `src/sentistream/settings/sections.py`; change it there.

A setting comes from, the first that has it:

1. the command line, where a command has an option for it;
2. the environment: `SENTISTREAM_<SECTION>_<FIELD>`, for example `SENTISTREAM_API_PORT=9000`. Lists are separated by
   commas, and an empty value counts as not set. `NAME_FILE` names a file that holds the value of `NAME`, for secrets:
   `DATABASE_URL_FILE=/run/secrets/database_url`;
3. `sentistream.toml` in the working directory, or the file that `SENTISTREAM_CONFIG` names, with a table per section:

   ```toml
   data_dir = "/var/lib/sentistream"

   [api]
   port = 9000
   allowed_hosts = ["sentiment.example.org"]
   ```

4. the default.

A name that does not exist, or a value out of bounds, stops the start with a message that says what would be right.
"""


def render() -> str:
    """The whole page."""
    parts = [INTRODUCTION, _aliases(), "## General\n", _table(None)]
    for name, field in Settings.model_fields.items():
        rows = _table(name)
        if rows:
            parts += [f"## `[{name}]`\n", f"{(field.annotation.__doc__ or '').strip()}\n", rows]
    return "\n".join(parts)


def _aliases() -> str:
    lines = ["These names are understood too; where both are set, ours wins:\n", "| name | same as |", "|---|---|"]
    lines += [f"| `{alias}` | `{variable(section, field)}` |" for alias, (section, field) in ALIASES.items()]
    redis = ", ".join(f"`{name}`" for name in REDIS)
    lines.append(
        f"\n{redis} together say `{variable('stream', 'url')}`, `{variable('live', 'url')}` and"
        f" `{variable('cache', 'url')}`."
    )
    return "\n".join(lines) + "\n"


def _table(section: str | None) -> str:
    rows = [
        f"| `{variable(section, name)}` | `{name}` | {_kind(field)} | {bounds(field) or 'anything'} "
        f"| {_default(field)} | {field.description} |"
        for owner, name, field in fields()
        if owner == section
    ]
    if not rows:
        return ""
    head = ["| environment | in the file | type | allowed | default | what it does |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _kind(field: FieldInfo) -> str:
    annotation: Any = field.annotation
    if get_origin(annotation) is list:
        return "list"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}
    return (names | {SecretStr: "secret"}).get(annotation, "choice")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value in ("", [], SecretStr("")):
        return "empty"
    if isinstance(value, list):
        return f"`{','.join(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        fresh = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == render()
        if not fresh:
            print("docs/settings.md is out of date: run `make docs`", file=sys.stderr)
        return 0 if fresh else 1
    PAGE.write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
