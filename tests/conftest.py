"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from fakes import MovableClock, unavailable


def pytest_collection_finish() -> None:
    """What is loaded by now stays: full collections need not look at it again, which takes a second each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real posts (airline/replay.jsonl); in CI it must be there."""
    folder = os.environ.get("SENTISTREAM_TEST_DATA", "")
    if not folder:
        unavailable("set SENTISTREAM_TEST_DATA to the folder of real posts (it holds airline/replay.jsonl) to run this")
    if not (Path(folder) / "airline" / "replay.jsonl").is_file():
        unavailable(f"SENTISTREAM_TEST_DATA={folder!r} holds no airline/replay.jsonl")
    return Path(folder)
