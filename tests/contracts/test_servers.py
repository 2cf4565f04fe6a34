"""Which servers the contracts are held against."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

import postgres_server
import redis_server
from fakes import unavailable


@pytest.mark.parametrize(
    ("package", "kinds", "named"),
    [
        ("redis-server", redis_server.kinds, "SENTISTREAM_TEST_REDIS_"),
        ("postgresql", postgres_server.kinds, "SENTISTREAM_TEST_POSTGRES_"),
    ],
)
def test_debians_servers_are_among_them(package: str, kinds: Callable[[], list[str]], named: str) -> None:
    """Beside the newest, which are wheels, those that many people have."""
    if any(name.startswith(named) for name in os.environ):
        pytest.skip(f"{named}… names the only one")
    if len(kinds()) < 2:
        unavailable(f"install Debian's {package} to hold the adapters against it")
