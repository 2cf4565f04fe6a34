"""`sentistream migrate` and `sentistream doctor`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from sentistream.bootstrap import open_system
from sentistream.cli.options import DataDir, settled
from sentistream.cli.output import say
from sentistream.domain.errors import SentiStreamError
from sentistream.pipeline.doctor import Check, examine
from sentistream.pipeline.passwords import examine_passwords
from sentistream.settings import Settings

MARKS = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}


def migrate(data_dir: DataDir = None) -> None:
    """Bring the database to this version; every other command does so at its start."""

    async def bring(settings: Settings) -> None:
        async with open_system(settings, reads=False):
            say(f"{settings.data_dir}: the database is at this version")

    asyncio.run(bring(settled(data_dir)))


def doctor(
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
    patience: Annotated[
        float, typer.Option("--patience", min=0, help="Seconds to wait for a busy system to hold still.")
    ] = 10.0,
) -> None:
    """Check settings, disk, database, stream, model and every invariant; exit 1 and say what is wrong."""
    checks = asyncio.run(_examined(data_dir, patience))
    problems = sum(check.status == "problem" for check in checks)
    if as_json:
        say(msgspec.json.encode({"ok": not problems, "checks": checks}).decode())
    else:
        for check in checks:
            say(f"{MARKS[check.status]}  {check.name}: {check.message}")
        say("all well" if not problems else f"{problems} {'problem' if problems == 1 else 'problems'}")
    if problems:
        raise typer.Exit(1)


async def _examined(data_dir: DataDir, patience: float) -> list[Check]:
    """What cannot even be opened is a finding like any other."""
    checks: list[Check] = []
    name = "settings"
    try:
        settings = settled(data_dir)
        checks.append(Check("settings", "ok", f"valid; data in {settings.data_dir}"))
        checks += examine_passwords(settings)
        name = "data"
        async with open_system(settings, create=False) as system:
            checks += await examine(
                system.store,
                system.stream,
                system.analyser,
                group=settings.stream.group,
                data_dir=settings.data_dir,
                min_free_bytes=settings.stream.min_free_bytes,
                stable_seconds=patience,
            )
    except SentiStreamError as error:
        checks.append(Check(name, "problem", error.message))
    return checks
