"""The command line: `sentistream COMMAND`."""

from sentistream.cli.commands import app, main

__all__ = ["app", "main"]
