"""Every command by its name, and what the process ends with."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from sentistream import __version__
from sentistream.cli import analyses, analyze, correct, evaluate, export, ingest, keys, layers, maintain, run
from sentistream.cli.output import note, say
from sentistream.domain.errors import SentiStreamError, SettingsError

app = typer.Typer(
    name="sentistream",
    help="Listen to public posts, understand each one, show what people feel.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run.up)
app.command()(ingest.ingest)
app.command()(run.worker)
app.command()(run.refine)
app.command()(run.watch)
app.command()(run.api)
app.command()(analyze.analyze)
app.command()(evaluate.evaluate)
app.command()(export.export)
app.command()(correct.correct)
app.command()(analyses.analyses)
app.command()(layers.reanalyze)
app.command()(layers.layers)
app.command()(layers.compare)
app.command()(layers.promote)
app.command()(layers.demote)
app.command()(maintain.migrate)
app.command()(maintain.doctor)
app.add_typer(correct.app, name="corrections")
app.add_typer(keys.app, name="keys")


def _version(wanted: bool) -> None:
    if wanted:
        say(f"sentistream {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Listen to public posts, understand each one, show what people feel."""


def main() -> None:
    """Run the command of this process; every error of ours is one line, 2 for settings and usage, 1 otherwise."""
    try:
        app()
    except SettingsError as error:
        note(f"error: {error.message}")
        sys.exit(2)
    except SentiStreamError as error:
        note(f"error: {error.message}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; what is still buffered must not complain at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
