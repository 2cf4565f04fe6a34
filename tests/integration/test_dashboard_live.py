"""The live connection in a real Chromium: a feed that waits, a hidden page, a cut socket, a server that is away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from browsing import Browser, address, serving
from running import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

STORED = 120
WORDS = ("The app works, thank you", "The bus leaves at nine", "The worst flight, I hate it", "A lovely crew")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with posts of the last hours, that takes more by HTTP."""
    with serving(tmp_path_factory.mktemp("live"), "--source", "none") as running:
        send(running, "stored", STORED)
        yield running


def send(server: Running, name: str, count: int = 1) -> None:
    """Posts of now and the hours before, stored when this returns."""
    now = datetime.now(UTC)
    posts: list[dict[str, Any]] = [
        {
            "post_id": f"{name}-{index}",
            "source": "twitter",
            "content": f"{WORDS[index % len(WORDS)]}, number {index} of {name}",
            "author": f"person{index}",
            "created_at": (now - timedelta(minutes=2 * index)).isoformat(),
            "product": "Airline",
        }
        for index in range(count)
    ]
    before = server.data("stats")["posts"]
    assert server.http.post("/api/v1/posts", json={"posts": posts}).status_code == 202
    server.until(lambda: server.data("stats")["posts"] == before + count, 60, "all posts stored")


def open_watched(browser: Browser, server: Running, path: str = "/", *, clock: bool = False) -> None:
    """Open a page whose sockets and questions are remembered, and whose clock may be moved."""
    browser.open(url="about:blank")
    browser.watched(url=f"{address(server)}{path}", clock=clock)


WAITING = "document.querySelector('[data-testid=feed-waiting]')?.innerText.includes({text!r})"
SIZE = "Number(document.querySelector('[data-feed-scroller] article').ariaSetSize)"
FIRST = "[data-feed-scroller] article"
AT_TOP = """(() => {{
    const scroller = document.querySelector("[data-feed-scroller]");
    const first = scroller?.querySelector('[data-row="0"]');
    const above = first?.getBoundingClientRect().top - scroller?.getBoundingClientRect().top;
    return Math.abs(above) < 1 && first.textContent.includes({text!r});
}})()"""
"""The newest post is the one meant, and at rest at the top of the feed."""
PILL = '[data-testid="feed-waiting"]'


def test_the_feed_waits_for_who_reads_and_never_loses_the_place(browser: Browser, server: Running) -> None:
    browser.open(url=address(server), whole=False)
    browser.phase(wanted="live")
    browser.until(script=AT_TOP.format(text="stored"))
    newest = browser.first_seen()

    focused = "document.activeElement.closest('[data-feed-scroller] [data-row]')?.dataset.row"
    for key, row in (("j", "0"), ("j", "1"), ("j", "2"), ("k", "1")):
        browser.press(key=key)
        browser.until(script=f"{focused} === '{row}'")
    send(server, "while-focused")
    browser.until(script=WAITING.format(text="1 new"))
    assert browser.first_seen() == newest, "the keyboard is in it"
    browser.press(key="Enter")
    browser.text(selector='[data-testid="post-details"]')
    browser.press(key="Escape")
    browser.gone(selector='[data-testid="post-details"]')
    assert browser.evaluate(script=f"return {focused}") == "1", "the keyboard is back where it was"
    assert browser.first_seen() == newest
    browser.click(selector=PILL)
    browser.until(script=f"document.querySelector('[data-post-id=\"{newest['id']}\"]')?.dataset.row === '1'")
    browser.gone(selector=PILL)

    browser.evaluate(script="document.querySelector('[data-feed-scroller]').scrollTo({ top: 700 })")
    browser.hover(selector="header a")
    browser.until(script="document.querySelector('[data-feed-scroller]').scrollTop === 700")
    place = browser.first_seen()
    send(server, "while-scrolled", 2)
    browser.until(script=WAITING.format(text="2 new"))
    assert browser.first_seen() == place, "it is scrolled"
    browser.click(selector=PILL)
    browser.until(script="document.querySelector('[data-feed-scroller]').scrollTop === 0")
    browser.gone(selector=PILL)

    browser.until(script=AT_TOP.format(text="while-scrolled"))
    browser.hover(selector="header a")
    browser.press(key="p")
    browser.text(selector='[data-testid="live-state"]:has-text("Feed paused")')
    newest = browser.first_seen()
    send(server, "while-paused")
    browser.until(script=WAITING.format(text="1 new"))
    assert browser.first_seen() == newest, "it is paused"
    browser.click(selector=PILL)
    browser.gone(selector='[data-testid="live-state"]:has-text("Feed paused")')
    browser.until(script=f"document.querySelector('[data-feed-scroller] article').dataset.postId !== {newest['id']!r}")
    assert browser.complaints() == []


def test_a_burst_slides_in_by_steps_and_without_motion_where_that_is_wanted(browser: Browser, server: Running) -> None:
    open_watched(browser, server, clock=True)
    browser.text(selector=FIRST)
    browser.phase(wanted="live")
    assert browser.slowest() > 1
    browser.reduce_motion()
    assert browser.slowest() < 1, "nothing on the whole page moves"
    browser.stop_clock()
    before = browser.feed_sizes(every=1, wanted=1)[-1]
    send(server, "burst", 9)
    sizes = browser.feed_sizes(every=100, wanted=before + 9)
    steps = [after - size for size, after in pairwise(sizes)]
    assert sum(steps) == 9
    assert len(steps) >= 4, f"{steps}: slow enough to be read"
    assert max(steps) <= 3
    assert browser.slowest() < 1, "posts that have just come in included"


def test_what_is_left_out_of_the_picture_is_counted_and_said(browser: Browser, server: Running) -> None:
    browser.open(url="about:blank")
    browser.flood(url=address(server), count=100, skipped=20)
    browser.until(script="document.querySelector('[data-testid=feed-received]')?.innerText.startsWith('140 since ')")
    assert "Showing a sample: 40 not shown" in browser.text(selector='[data-testid="feed-sample"]')


def test_a_hidden_page_costs_nothing_and_catches_up_in_one_step(browser: Browser, server: Running) -> None:
    open_watched(browser, server, clock=True)
    browser.text(selector=FIRST)
    browser.reach(title="Hours of the week")
    browser.text(selector='[data-slot="Hours of the week"] table')
    browser.stop_clock()
    browser.pass_time(ms=3_000)
    browser.hide(hidden=True)
    browser.pass_time(ms=5_000)
    assert [socket["isOpen"] for socket in browser.sockets()] == [False]
    browser.asked()
    posts = server.data("stats")["posts"]
    send(server, "while-hidden", 3)
    browser.pass_time(ms=180_000)
    assert browser.asked() == []
    assert len(browser.sockets()) == 1

    browser.hide(hidden=False)
    total = "document.querySelector('[data-testid=total-posts]').innerText"
    browser.creep(script=f"{total} === '{posts + 3}'")
    assert browser.sockets()[1]["since"]
    questions = Counter(question.partition("?")[0].removeprefix("/api/v1/") for question in browser.asked())
    assert questions["metrics/week"] == 1, "what is read at a pace of its own comes along"
    assert questions["stats"] == 1
    assert questions["metrics/overall"] >= 1
    browser.start_clock()
    assert "3 posts from while nobody looked" in browser.text(selector='[data-testid="feed-gap"]')
    assert browser.complaints() == []


def test_a_cut_socket_goes_on_where_it_was(browser: Browser, server: Running) -> None:
    open_watched(browser, server, clock=True)
    browser.text(selector=FIRST)
    browser.phase(wanted="live")
    before = browser.evaluate(script=f"return {SIZE}")
    browser.stop_clock()
    browser.cut()
    browser.phase(wanted="away")
    send(server, "while-cut", 2)
    browser.start_clock()
    assert browser.gap() == 2
    first, second = browser.sockets()
    assert first["since"] is None
    assert second["since"]
    assert "2 posts from while the server was away" in browser.text(selector='[data-testid="feed-gap"]')
    assert browser.evaluate(script=f"return {SIZE}") == before + 2, "nothing twice"


def test_what_was_last_read_stays_legible_until_the_server_is_back(browser: Browser, server: Running) -> None:
    post = server.data("posts/recent")[0]["id"]
    open_watched(browser, server, f"/posts?post={post}", clock=True)
    browser.text(selector='[data-testid="post-why"] mark')
    browser.phase(wanted="live")
    server.kill()
    browser.phase(wanted="away")
    assert browser.everywhere(place="server away") == []
    colours = browser.evaluate(
        script="""
          const grey = (element) => {
            const style = getComputedStyle(element);
            return style.getPropertyValue("--ink") === style.getPropertyValue("--ink-3");
          };
          const seen = ["#content [data-testid=post]", "[data-testid=post-details]", "header"];
          return seen.map((selector) => grey(document.querySelector(selector)));
        """
    )
    assert colours == [True, True, False], "the list and the open post are grey, what tells of the server is not"

    browser.press(key="Escape")
    browser.gone(selector='[data-testid="post-details"]')
    browser.stop_clock()
    seconds = browser.long_wait(least=3)
    browser.pass_time(ms=2_000)
    assert f"next try in {seconds - 2} s" in browser.text(selector='[data-testid="live-state"]')
    server.start()
    server.healthy()
    assert "next try in" in browser.text(selector='[data-testid="live-state"]'), "it keeps to what it said"
    browser.click(selector='[data-testid="live-state"] button:has-text("Now")')
    browser.phase(wanted="live")
    browser.gone(selector="html[data-away]")
