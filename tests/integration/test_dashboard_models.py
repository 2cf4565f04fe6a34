"""Models and sources in a real Chromium: readings side by side, how well models read, what brings posts in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from browsing import Browser, address, chromium, serving
from running import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEXTS = ("I love this crew", "I hate this delay", "The bus leaves from platform nine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Posts that two models have read, and of which a person has corrected some."""
    now = datetime.now(UTC)
    posts = [
        {
            "post_id": f"p{index}",
            "source": "twitter",
            "content": f"{TEXTS[index % 3]}, number {index}",
            "created_at": (now - timedelta(minutes=5 * index + 1)).isoformat(),
        }
        for index in range(60)
    ]
    with serving(tmp_path_factory.mktemp("models"), "--source", "none") as running:
        assert running.http.post("/api/v1/posts", json={"posts": posts}).status_code == 202
        running.until(lambda: running.data("stats")["posts"] == 60, 60, "all posts stored")
        since = (now - timedelta(days=1)).isoformat()
        begun = {"model": "fast", "since": since, "name": "second"}
        assert running.http.post("/api/v1/layers", json=begun).status_code == 201
        running.until(lambda: running.data("layers/second")["state"] == "read", 60, "the layer")
        labels = ("positive", "positive", "neutral")
        said = [{"id": f"p{index}", "sentiment_label": labels[index % 3]} for index in range(30)]
        assert running.http.post("/api/v1/corrections", json={"corrections": said}).status_code in (200, 202)
        running.until(lambda: len(running.data("corrections?limit=50")) == 30, 60, "the corrections")
        yield running


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")], ids=["dark", "phone"])
def test_an_open_post_shows_all_that_was_read_in_it(browser: Browser, server: Running, width: int, scheme: str) -> None:
    browser.open(url=f"{address(server)}/posts?post={server.data('posts/p1')['id']}", width=width, scheme=scheme)
    shown = browser.text(selector='[data-testid="post-analyses"]')
    for words in ("People", "local", "vader", "layer second", "disagree", "differs", "does not count"):
        assert words in shown
    assert browser.axe() == []
    assert browser.overflow() == 0
    assert browser.complaints() == []
