"""`sentistream keys`: who may use the API."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from sentistream.bootstrap import open_system
from sentistream.cli.options import DataDir, settled
from sentistream.cli.output import note, say
from sentistream.domain.errors import Conflict, NotFound
from sentistream.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.")

Name = Annotated[str, typer.Argument(help="What the key is called, for example who uses it.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        help="Take the key that this file holds, such as `openssl rand -hex 32` makes.",
        show_default=False,
    ),
]

SHORTEST = 40
"""Characters of a key from a file: what is stored of it is a fast hash, which only randomness protects."""


@app.command()
def create(name: Name, key_file: KeyFile = None, data_dir: DataDir = None) -> None:
    """Make a key. It is printed once and cannot be shown again."""
    name = name.strip()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise typer.BadParameter("a name has 1 to 100 printable characters")
    if key_file is not None:
        given = _held(key_file)
        asyncio.run(_take(name, given, settled(data_dir)))
        return
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


def _held(path: Path) -> str:
    """The key in a file; BadParameter where there is none that could be used."""
    try:
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        key = ""
    if len(key) < SHORTEST or not key.isprintable() or " " in key:
        raise typer.BadParameter(f"{path} must hold a key: at least {SHORTEST} letters and digits, made at random")
    return key


async def _take(name: str, key: str, settings: Settings) -> None:
    """Store `key`, once however often it is asked; Conflict for one that was revoked, or a name that another has."""
    from sentistream.api.security import SHOWN, hash_key

    async with open_system(settings, reads=False) as system:
        known = {one.key_hash: one for one in await system.store.keys.all()}
        stored = known.get(hash_key(key))
        if stored is None:
            await system.store.keys.add(name, key[:SHOWN], hash_key(key), system.clock())
        elif stored.revoked_at is not None:
            raise Conflict(f"the key {stored.prefix}… was revoked: put another into the file")
    note(f"{name}: the key {key[:SHOWN]}… is {'stored' if stored is None else 'stored already'}")
