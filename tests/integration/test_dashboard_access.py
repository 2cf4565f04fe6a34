"""Every page, dialog and scene in a real Chromium: axe finds nothing of any level, desk and phone, light and dark."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from browsing import QUICK_ALERTS, Browser, address, serving
from running import DEFAULT_ANALYSER, Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEXTS = ("I hate this, it is terrible and awful", "The worst flight ever, never again", "I love this lovely crew")
LASTING_ALERTS = QUICK_ALERTS | {"SENTISTREAM_ALERTS_WINDOW_SECONDS": "3600"}
"""One that is there until the last test has looked at it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with something on every page: an alert, a correction, a dead letter, a saved view, a list, a note."""
    now = datetime.now(UTC)
    posts = [
        {
            "post_id": str(index),
            "source": "twitter",
            "content": f"{TEXTS[index % 3]}, number {index}",
            "author": f"person{index}",
            "created_at": (now - timedelta(seconds=9 * index)).isoformat(),
            "product": f"Product {index % 4}",
            "channel": f"channel_{index % 3}",
            "location": ("Chicago, IL", "Berlin", "London")[index % 3],
            "url": f"https://example.org/{index}",
        }
        for index in range(150)
    ]
    late = posts[0] | {"post_id": "late", "created_at": "2199-01-01T00:00:00Z"}
    with serving(
        tmp_path_factory.mktemp("access"), "--source", "none", **LASTING_ALERTS, **DEFAULT_ANALYSER
    ) as running:
        assert running.http.post("/api/v1/posts", json={"posts": [*posts, late]}).status_code == 202
        running.until(lambda: running.data("stats")["posts"] == 150, 60, "all posts stored")
        running.until(lambda: running.data("ledger/dead-letters"), 30, "the dead letter")
        said = {"corrections": [{"id": "1", "sentiment_label": "neutral"}]}
        assert running.http.post("/api/v1/corrections", json=said).status_code in (200, 202)
        for path, body in (
            ("views", {"name": "Mornings", "page": "/", "query": "range=7d"}),
            ("annotations", {"at": now.isoformat(), "text": "Released 2.0"}),
        ):
            answer = running.http.post(f"/api/v1/{path}", json=body)
            assert answer.status_code == 201, answer.text
        running.until(lambda: running.data("alerts", active="true") or None, 60, "an alert")
        running.until(lambda: running.data("corrections", limit=5) or None, 30, "the correction")
        yield running


def opens(selector: str) -> Callable[[Browser], None]:
    return lambda browser: browser.click(selector=selector)


def presses(*keys: str) -> Callable[[Browser], None]:
    def act(browser: Browser) -> None:
        for key in keys:
            browser.press(key=key)

    return act


def focuses(selector: str) -> Callable[[Browser], None]:
    def act(browser: Browser) -> None:
        browser.text(selector=selector)
        browser.evaluate(script=f"document.querySelector({selector!r}).focus()")

    return act


def full_screen(browser: Browser) -> None:
    browser.click(selector='[aria-label="Trend: more"]')
    browser.click(selector='[role="menuitem"]:has-text("Full screen")')
    browser.until(script="document.querySelector('[role=menu]') === null")  # it fades


def holds_the_alert(browser: Browser) -> None:
    browser.text(selector='[data-testid="wall"][data-scene="alerts"]')
    browser.press(key="Space")


def steps_on_from_the_alert(browser: Browser) -> None:
    holds_the_alert(browser)
    browser.press(key="ArrowRight")


def nothing(browser: Browser) -> None:
    """Leaves the page as it is opened."""


PLACES = {
    "overview": ("", nothing, '[data-testid="word-cloud"]'),
    "overview over time": ("?emotions=time&trend=lines", nothing, '[data-slot="Emotions"] svg[tabindex]'),
    "full screen": ("", full_screen, '[role="dialog"] [data-testid="trend"]'),
    "filter": ("", opens('role=button[name="Product"]'), '[role="dialog"] input[type="checkbox"]'),
    "custom time": ("", opens('role=button[name="Custom"]'), '[role="dialog"] input'),
    "explanation": ("", opens('[aria-label="About Trend"]'), '[role="dialog"]:has-text("Drag across")'),
    "panel menu": ("", opens('[aria-label="Trend: more"]'), '[role="menuitem"]'),
    "tip": ("", focuses('[data-testid="feed-received"] time'), '[role="tooltip"]'),
    "views": ("", opens('header button[aria-label="Saved views"]'), 'text="Mornings"'),
    "commands": ("", presses("Control+k"), '[data-testid="palette"] input'),
    "help": ("", presses("?"), '[role="dialog"] dl'),
    "posts": ("posts", nothing, '[data-testid="post"]'),
    "table": ("posts?view=table", nothing, '[data-testid="post-table"] td'),
    "drawer": ("posts", presses("j", "Enter"), '[data-testid="post-why"] [data-testid="word-marks"]'),
    "alerts": ("alerts", nothing, '[data-testid="episode"]'),
    "no alert": ("alerts?state=ended", nothing, '[data-testid="no-episodes"]'),
    "rule": ("alerts", opens('role=button[name="New rule"]'), '[role="dialog"] input'),
    "corrections": ("corrections", nothing, '[data-testid="corrections"]'),
    "models": ("models", nothing, '[data-testid="by-people"]'),
    "sources": ("sources", nothing, '[data-testid="dead-letter"]'),
    "settings": ("settings", nothing, '[data-testid="screen-settings"]'),
    "nowhere": ("nowhere", nothing, "h1"),
    "wall, alert": ("?wall=1", holds_the_alert, '[data-testid="wall"][data-scene="alerts"] li'),
    "wall, mood": ("?wall=1", steps_on_from_the_alert, '[data-testid="wall"][data-scene="mood"] dl'),
}


@pytest.mark.parametrize("place", PLACES)
def test_everybody_can_use_it_everywhere(browser: Browser, server: Running, place: str) -> None:
    path, act, ready = PLACES[place]
    browser.open(url=f"{address(server)}/{path}")
    browser.text(selector="h1")
    act(browser)
    browser.text(selector=ready)
    browser.until(script="!document.querySelector('[aria-label=Loading]')")
    assert browser.everywhere(place=place) == []
    assert browser.complaints() == []


PAGES = ("", "posts", "alerts", "corrections", "models", "sources", "settings")
STOPS = 25


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path or "overview")
def test_the_tab_key_leads_through_the_page(browser: Browser, server: Running, path: str) -> None:
    browser.open(url=f"{address(server)}/{path}")
    browser.text(selector="h1")
    browser.until(script="!document.querySelector('[aria-label=Loading]')")
    stops = browser.tabbed(count=STOPS)
    assert stops[0]["name"] == "Skip to the content"
    assert len(stops) > 12
    assert [stop["name"] for stop in stops if not (stop["ringed"] and stop["seen"])] == []
    places = [stop["place"] for stop in stops]
    assert places == sorted(set(places)), "out of the order in which it is read"
    assert browser.shifted() < 0.05


def test_another_page_begins_at_its_top_and_full_screen_gives_the_focus_back(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    browser.evaluate(script="window.scrollTo(0, document.body.scrollHeight)")
    browser.until(script="window.scrollY > 500")
    browser.click(selector="nav a:has-text('Posts')")
    browser.text(selector='[data-testid="post"]')
    assert browser.evaluate(script="return [window.scrollY, document.activeElement.textContent]") == [0, "Posts"]
    browser.click(selector="nav a:has-text('Overview')")
    browser.text(selector='[data-testid="trend"]')
    full_screen(browser)
    browser.text(selector='[role="dialog"] [data-testid="trend"]')
    browser.press(key="Escape")
    browser.until(script="document.activeElement.ariaLabel === 'Trend: more'")


def test_nothing_moves_for_ever(browser: Browser, server: Running) -> None:
    """A screen that is kept open costs nothing while nothing happens."""
    browser.open(url=address(server))
    browser.text(selector='[data-testid="live-state"][data-phase="live"]')
    browser.until(script="!document.querySelector('[aria-label=Loading]')")
    endless = "({ effect }) => effect.getComputedTiming().endTime === Infinity"
    assert browser.evaluate(script=f"return document.getAnimations().filter({endless}).length") == 0


def test_everybody_can_begin(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, "--source", "none") as server:
        browser.open(url=address(server))
        browser.text(selector='[data-testid="first-steps"]')
        assert browser.everywhere(place="first use") == []
        assert browser.complaints() == []


def assert_room_in_the_header(browser: Browser) -> None:
    """Nothing in it stands on anything else, whatever the width of the window."""
    for width in (390, 768, 1024, 1180, 1280, 1440):
        browser.resize(width=width, height=900)
        assert browser.overflow() == 0, width
        edges = browser.evaluate(
            script="""
                const chosen = 'header a, header button, [data-testid="live-state"]';
                const inner = '[data-testid="live-state"] button';
                return [...document.querySelectorAll(chosen)].filter((element) => !element.matches(inner))
                  .map((element) => element.getBoundingClientRect())
                  .filter(({ width, bottom }) => width > 0 && bottom < 100)
                  .sort((a, b) => a.left - b.left).map(({ left, right }) => [left, right]);"""
        )
        assert len(edges) > 4
        for (_, right), (left, _) in itertools.pairwise(edges):
            assert left >= right, (width, edges)


def test_the_header_has_room_for_all_of_it(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, "--source", "none") as server:
        browser.open(url=f"{address(server)}/settings")
        browser.text(selector='[data-testid="live-state"][data-phase="live"]')
        assert_room_in_the_header(browser)
        server.kill()
        browser.text(selector='[data-testid="live-state"][data-phase="away"]')
        assert_room_in_the_header(browser)
