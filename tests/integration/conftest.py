"""Fixtures that the tests of whole processes share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from browsing import Browser, chromium


@pytest.fixture(scope="session")
def started_browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process: starting it takes longer than most of what it is shown."""
    with chromium() as found:
        yield found


@pytest.fixture
def browser(started_browser: Browser) -> Iterator[Browser]:
    """A Chromium that shows nothing yet, and that leaves no page behind asking for a server that is gone."""
    yield started_browser
    started_browser.leave()
