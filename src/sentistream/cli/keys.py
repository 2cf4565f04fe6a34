"""`sentistream keys`: who may use the API."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from sentistream.bootstrap import open_system
from sentistream.cli.options import DataDir, settled
from sentistream.cli.output import note, say
from sentistream.domain.errors import NotFound
from sentistream.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.")

Name = Annotated[str, typer.Argument(help="What the key is called, for example who uses it.")]


@app.command()
def create(name: Name, data_dir: DataDir = None) -> None:
    """Make a key. It is printed once and cannot be shown again."""
    name = name.strip()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise typer.BadParameter("a name has 1 to 100 printable characters")
    from sentistream.api.security import generate_key  # brings the web framework with it

    async def make(settings: Settings) -> str:
        key, prefix, key_hash = generate_key()
        async with open_system(settings, reads=False) as system:
            await system.store.keys.add(name, prefix, key_hash, system.clock())
        return key

    key = asyncio.run(make(settled(data_dir)))
    note("Keep it safe, it is not shown again. Send it as Authorization: Bearer KEY.")
    say(key)


@app.command(name="list")
def list_keys(data_dir: DataDir = None) -> None:
    """Every key by name and the beginning by which to recognise it."""

    async def read(settings: Settings) -> list[str]:
        async with open_system(settings, create=False, reads=False) as system:
            found = await system.store.keys.all()
        return [
            f"{key.name}  {key.prefix}…  created {key.created_at:%Y-%m-%d %H:%M}"
            + (f"  revoked {key.revoked_at:%Y-%m-%d %H:%M}" if key.revoked_at else "")
            for key in found
        ]

    lines = asyncio.run(read(settled(data_dir)))
    for line in lines:
        say(line)
    if not lines:
        note("no keys; create one with `sentistream keys create NAME`")


@app.command()
def revoke(name: Name, data_dir: DataDir = None) -> None:
    """Make a key worthless; a running server notices within seconds."""

    async def end(settings: Settings) -> bool:
        async with open_system(settings, create=False, reads=False) as system:
            return await system.store.keys.revoke(name, system.clock())

    if not asyncio.run(end(settled(data_dir))):
        raise NotFound(f"there is no live key named {name}: `sentistream keys list` shows them")
    note(f"{name} is revoked")
