"""Listening to Bluesky from the page of first use, against a Jetstream of our own, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from browsing import Browser, address, serving
from jetstream_server import jetstream

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

CARD = '[data-testid="first-steps"] article:has-text("Listen to Bluesky")'


def test_one_click_listens_says_what_is_wrong_and_goes_on_by_itself(browser: Browser, tmp_path: Path) -> None:
    with (
        jetstream() as network,
        serving(tmp_path, "--source", "none", SENTISTREAM_BLUESKY_SERVERS=network.url) as server,
    ):
        network.stop()
        browser.open(url=address(server))
        assert "sentistream up --source bluesky" in browser.text(selector=f"{CARD} code")
        browser.click(selector=f'{CARD} button:has-text("Start listening")')
        problem = browser.text(selector=f'{CARD} [role="status"]:has-text("cannot be reached")')
        assert problem.endswith("; trying again")
        assert browser.axe() == []

        network.start()
        network.event(kind="identity", identity={"did": "did:plc:a", "handle": "a.example", "seq": 1})
        browser.text(selector=f'{CARD} [role="status"]:has-text("Connected")')
        network.post("What a lovely morning")
        assert "What a lovely morning" in browser.text(selector='[data-testid="post"]')

        browser.open(url=f"{address(server)}/sources")
        browser.click(selector='[data-testid="sources"] button[aria-label="Stop bluesky"]')
        browser.text(selector='[data-testid="sources"] td:has-text("Stopped")')
        network.post("Nobody listens")
        browser.click(selector='[data-testid="sources"] button[aria-label="Start bluesky"]')
        server.until(lambda: server.data("stats")["posts"] == 2, 30, "what was written meanwhile")
        assert browser.axe() == []
        assert browser.complaints() == []
