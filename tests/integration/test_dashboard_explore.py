"""Reading posts in a real Chromium: the live feed, the keyboard, the Posts page, first use, the wallboard."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browsing import Browser, address, serving, stock
from running import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WORDS = ("delayed again", "lovely crew", "lost my bag", "the app works", "never again", "thank you")


def some_posts(count: int, prefix: str = "seed") -> list[dict[str, Any]]:
    """Posts of the last hours."""
    now = datetime.now(UTC)
    return [
        {
            "post_id": f"{prefix}-{index}",
            "source": "twitter",
            "content": f"{WORDS[index % len(WORDS)]}, number {index}",
            "author": f"person{index}",
            "created_at": (now - timedelta(seconds=20 * index)).isoformat(),
            "url": f"https://example.org/{index}",
            "product": "Airline",
        }
        for index in range(count)
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with posts, that takes more by HTTP."""
    with serving(tmp_path_factory.mktemp("explore"), "--source", "none") as running:
        stock(running, some_posts(200))
        yield running


def send(server: Running, name: str) -> None:
    """One post, now."""
    assert server.http.post("/api/v1/posts", json=some_posts(1, name)[0]).status_code == 202


FIRST_OF_FEED = "document.querySelector('[data-feed-scroller] [data-post-id]')?.textContent"


def test_the_feed_stands_still_under_the_pointer_and_says_how_many_wait(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    browser.look()
    browser.hover(selector="[data-feed-scroller]")
    before = browser.evaluate(script=f"return {FIRST_OF_FEED}")
    send(server, "held")
    browser.until(script="document.querySelector('[data-testid=feed-waiting]')?.innerText.includes('1 new')")
    assert browser.evaluate(script=f"return {FIRST_OF_FEED}") == before
    assert browser.text(selector='[data-testid="feed-received"]').startswith("1 since "), "counted all the same"
    browser.hover(selector="header a")
    browser.until(script=f"{FIRST_OF_FEED} !== {before!r}")
    browser.gone(selector='[data-testid="feed-waiting"]')


def test_a_feed_of_fifty_thousand_posts_scrolls_smoothly(browser: Browser, server: Running, tmp_path: Path) -> None:
    browser.open(url="about:blank")
    browser.flood(url=address(server), count=50_000)
    browser.until(
        script="document.querySelector('[data-testid=feed-received]')?.innerText.startsWith('50,000')", ms=60_000
    )
    drawn = "document.querySelector('[data-feed-scroller] article')?.ariaSetSize === '50000'"
    less = "document.querySelector('[data-testid=feed-waiting], [data-testid=feed-sample]')"
    browser.until(script=f"{drawn} || {less} !== null", ms=60_000)
    assert browser.evaluate(script=f"return {less}?.innerText ?? null") is None, "nobody holds it, and none is too many"
    times = sorted(browser.scrollFeed(frames=200))
    p95 = times[int(len(times) * 0.95)]
    assert p95 < 40, f"{p95:.1f} ms; the goal is 8 ms on a machine that does nothing else"


def test_everything_can_be_reached_by_keys_and_none_works_while_typing(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/posts")
    browser.text(selector='[data-testid="post"]')
    focused = "document.activeElement.closest('[data-row]')?.dataset.row"
    for key, row in (("j", "0"), ("j", "1"), ("j", "2"), ("k", "1")):
        browser.press(key=key)
        browser.until(script=f"{focused} === '{row}'")
    browser.press(key="Enter")
    first = browser.text(selector='[data-testid="post-details"]')
    browser.press(key="j")
    browser.until(script=f"!document.querySelector('[data-testid=post-details]')?.innerText.includes({first[:60]!r})")
    browser.press(key="Escape")
    browser.gone(selector='[data-testid="post-details"]')

    browser.press(key="/")
    for key in ("p", "j", "?"):
        browser.press(key=key)
    assert browser.evaluate(script="return document.activeElement.value") == "pj?"
    assert browser.evaluate(script="return document.querySelectorAll('[role=dialog]').length") == 0

    browser.press(key="Control+k")
    browser.until(script="document.activeElement.ariaLabel === 'Command'")
    assert browser.axe() == []
    browser.type(selector='input[aria-label="Command"]', text="sources")
    browser.press(key="Enter")
    browser.text(selector='[data-testid="ledger-table"]')
    browser.press(key="Control+k")
    browser.type(selector='input[aria-label="Command"]', text="lovely crew")
    browser.press(key="Enter")
    browser.until(
        script="location.pathname === '/posts' && new URLSearchParams(location.search).get('q') === 'lovely crew'"
    )
    browser.press(key="?")
    assert "Commands" in browser.text(selector='[role="dialog"]')
    assert browser.complaints() == []


def test_posts_are_listed_as_a_table_in_any_order_and_corrected_together(browser: Browser, server: Running) -> None:
    words = "lost my bag"
    browser.open(url=f"{address(server)}/posts?q={words}&view=table&order=most_negative")
    browser.text(selector='[data-testid="post-table"] td')
    assert browser.evaluate(script="return document.querySelector('mark').textContent.toLowerCase()") in words
    listed = server.http.get("/api/v1/posts", params={"q": words, "sort": "most_negative", "limit": 3}).json()["data"]
    first = "document.querySelector('[data-testid=post-table] [data-row-focus]').textContent"
    assert browser.evaluate(script=f"return {first}") == listed[0]["content"]
    assert browser.axe() == []
    assert browser.overflow() == 0

    for row in range(3):
        browser.click(selector=f'[data-row="{row}"] input')
    edit = {name: listed[2][name] for name in ("post_id", "source", "author", "created_at")}
    edit |= {"content": "found my bag", "edited_at": datetime.now(UTC).isoformat()}
    assert server.http.post("/api/v1/posts", json=edit).status_code == 202
    server.until(lambda: server.data(f"posts/{listed[2]['id']}")["content"] == "found my bag", 30, "the edit")
    browser.click(selector='[data-testid="bulk"] button:has-text("Positive")')
    assert "3 posts" in browser.text(selector='[data-testid="bulk"] strong')
    browser.click(selector='[data-testid="bulk"] button:has-text("Correct 3 posts")')
    assert "lost my bag" in browser.text(selector='[data-testid="bulk-failures"]').lower()
    assert "2 posts corrected" in browser.text(selector='[data-testid="bulk"]')
    for post in listed[:2]:
        said = server.data(f"posts/{post['id']}")
        assert (said["tier"], said["sentiment_label"]) == ("human", "positive")
    assert server.data(f"posts/{listed[2]['id']}")["tier"] != "human"

    browser.open(url=f"{address(server)}/posts?view=table", width=390, height=844, scheme="dark")
    browser.text(selector='[data-testid="post-table"] td')
    assert browser.axe() == []
    assert browser.overflow() == 0
    assert browser.complaints() == []


def test_every_post_is_read_page_by_page_and_new_ones_come_when_asked_for(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/posts")
    browser.text(selector='[data-testid="post"]')
    read = browser.evaluate(
        script="""
        const ids = new Set();
        const deadline = performance.now() + 60_000;
        const isEnd = () =>
          document.querySelector('main').innerText.includes('That is all.') &&
          window.scrollY + window.innerHeight >= document.documentElement.scrollHeight - 1;
        while (!isEnd()) {
          if (performance.now() > deadline) throw new Error(`stuck at ${ids.size} posts`);
          window.scrollBy(0, 500);
          await new Promise(requestAnimationFrame);
          for (const { dataset } of document.querySelectorAll('[data-post-id]')) ids.add(dataset.postId);
        }
        return [...ids];
        """
    )
    assert read == [post["id"] for post in server.data("posts", limit=500)]
    assert len(read) >= 200, "more than a page"

    browser.evaluate(script="window.scrollTo(0, 0)")
    send(server, "asked-for")
    browser.click(selector="role=button[name='1 new']")
    browser.text(selector='[data-testid="post"]:has-text("person0") >> nth=0')
    browser.gone(selector="role=button[name='1 new']")
    newest = server.data("posts", limit=1)[0]
    browser.until(script=f"document.querySelector('[data-post-id]').dataset.postId === '{newest['id']}'")
    assert browser.complaints() == []


def test_an_open_post_is_corrected_by_a_key_and_leads_to_the_original(browser: Browser, server: Running) -> None:
    post = server.data("posts/seed-7")
    browser.open(url=f"{address(server)}/posts?post={post['id']}")
    link = "document.querySelector('[data-testid=post-details] a[target=_blank]')"
    browser.text(selector='[data-testid="post-details"] a[target="_blank"]')
    assert browser.evaluate(script=f"return {link}.href") == "https://example.org/7"
    assert browser.evaluate(script=f"return {link}.rel") == "noopener noreferrer nofollow"

    def said() -> tuple[str, str]:
        now = server.data("posts/seed-7")
        return now["tier"], now["sentiment_label"]

    before = said()
    browser.press(key="3")
    server.until(lambda: said() == ("human", "negative") or None, 20, "the correction")
    browser.text(selector='[data-testid="post-details"] [aria-keyshortcuts="u"]')
    browser.press(key="u")
    server.until(lambda: said() == before or None, 20, "what was read before")
    assert browser.complaints() == []


def test_a_dead_letter_is_mended_and_sent_again(browser: Browser, server: Running) -> None:
    broken = some_posts(1, "mended")[0] | {"created_at": "2199-01-01T00:00:00Z"}
    assert server.http.post("/api/v1/posts", json=broken).status_code == 202
    server.until(lambda: server.data("ledger/dead-letters"), 30, "the dead letter")
    posts = server.data("stats")["posts"]
    browser.open(url=f"{address(server)}/sources")
    browser.text(selector='[data-testid="dead-letter"]')
    browser.press(key="j")
    browser.press(key="Enter")
    browser.click(selector='[data-testid="dead-letter"] button:has-text("Send again as it is")')
    assert "future" in browser.text(selector='[data-testid="dead-letter"] [role="alert"]')
    mended = json.dumps(broken | {"created_at": datetime.now(UTC).isoformat()})
    browser.type(selector='[data-testid="dead-letter"] textarea', text=mended)
    assert browser.axe() == []
    browser.click(selector='[data-testid="dead-letter"] button:has-text("Send again as mended")')
    browser.until(script="document.querySelector('[data-testid=dead-letter]').innerText.includes('sent again')")
    server.until(lambda: server.data("stats")["posts"] == posts + 1, 30, "the mended post")
    server.until(lambda: server.data("ledger")["balanced"], 30, "a ledger that adds up")
    assert browser.overflow() == 0


def test_it_can_be_installed_and_keeps_only_its_own_files(browser: Browser, server: Running) -> None:
    for path, kind in (
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/service-worker.js", "text/javascript; charset=utf-8"),
        ("/icons/512.png", "image/png"),
    ):
        answer = server.http.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == kind
        assert answer.headers["cache-control"] == "no-cache"
    browser.open(url=address(server))
    browser.look()
    assert browser.installable() == []
    browser.until(script="navigator.serviceWorker.controller !== null")
    browser.open_again()
    browser.look()
    urls = browser.evaluate(
        script="return (await (await caches.open('assets')).keys()).map(({ url }) => new URL(url).pathname)"
    )
    assert urls
    assert all(path.startswith("/assets/") for path in urls)
    assert browser.evaluate(script="return (await caches.keys()).join()") == "assets"
    assert browser.evaluate(script="return document.querySelector('[data-testid=update]') === null")
    assert browser.complaints() == []
