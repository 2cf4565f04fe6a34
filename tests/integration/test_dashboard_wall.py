"""The wallboard in a real Chromium: by key or link, legible from afar, held and ended by keys, honest when away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browsing import QUICK_ALERTS, Browser, address, serving, stock
from running import DEFAULT_ANALYSER, Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SCENES = ("mood", "trend", "places", "terms", "products")
BODY = 32
FIGURES = 120
"""Pixels at least on a screen of 1920 x 1080: legible at four metres."""

TEXTS = ("I love this, what a lovely crew", "The bus leaves at nine", "The worst flight, I hate it, never again")
PLACES = ("Chicago, IL", "Berlin", "London", "Madrid, Spain", "Paris", "Toronto")


def some_posts(count: int, minutes: float) -> list[dict[str, Any]]:
    """Posts of the last `minutes`, of six products, channels and places."""
    now = datetime.now(UTC)
    return [
        {
            "post_id": str(index),
            "source": "twitter",
            "content": f"{TEXTS[index % 3]} {index}",
            "author": f"somebody{index}",
            "created_at": (now - timedelta(minutes=minutes * index / count)).isoformat(),
            "product": f"Product number {index % 6}",
            "channel": f"channel_{index % 6}",
            "location": PLACES[index % 6],
        }
        for index in range(count)
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that holds posts of a day and raises no alert."""
    quiet = {"SENTISTREAM_ALERTS_ENABLED": "false"}
    with serving(tmp_path_factory.mktemp("wall"), "--source", "none", **quiet, **DEFAULT_ANALYSER) as running:
        stock(running, some_posts(600, 23 * 60))
        yield running


def test_one_key_shows_it_and_keys_hold_step_and_end_it(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/posts?range=7d&product=Product+number+1")
    browser.text(selector='[data-testid="post"]')
    browser.press(key="w")
    link = browser.at(part="wall=1")
    assert "/posts" not in link
    assert "range=7d" in link
    assert browser.text(selector='[data-testid="wall"] h1') == "How people feel"
    assert "Last 7 days · Product: Product number 1" in browser.text(selector='[data-testid="wall"] header')
    browser.press(key="Space")
    assert "1 of 5, paused" in browser.text(selector='[data-testid="wall"] footer')
    for before, after in zip(SCENES, (*SCENES[1:], SCENES[0]), strict=True):
        browser.press(key="ArrowRight")
        assert browser.sceneAfter(**{"not": before}) == after
    browser.press(key="ArrowLeft")
    assert browser.sceneAfter(**{"not": "mood"}) == "products"
    browser.press(key="Space")
    browser.until(script="!document.querySelector('[data-testid=\"wall\"] footer').innerText.includes('paused')")
    browser.press(key="Escape")
    browser.text(selector='[data-testid="total-posts"]')
    left = browser.address()
    assert "wall" not in left
    assert "range=7d" in left
    assert browser.complaints() == []


def test_it_is_in_the_commands_and_beside_the_filters(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    browser.click(selector='search button[aria-label="Wallboard"]')
    browser.text(selector='[data-testid="wall"] h1')
    browser.click(selector='button[aria-label="End the wallboard (Esc)"]')
    browser.text(selector='[data-testid="total-posts"]')
    browser.press(key="Control+k")
    browser.type(selector='[data-testid="palette"] input', text="wallb")
    browser.press(key="Enter")
    assert browser.text(selector='[data-testid="wall"] h1') == "How people feel"


@pytest.mark.parametrize(
    ("width", "height", "scheme"), [(1920, 1080, "dark"), (2560, 1440, "light")], ids=["full-hd", "larger"]
)
def test_it_is_legible_from_four_metres(
    browser: Browser, server: Running, width: int, height: int, scheme: str
) -> None:
    browser.open(url=f"{address(server)}/?wall=1", width=width, height=height, scheme=scheme)
    browser.text(selector='[data-testid="wall"]')
    browser.press(key="Space")
    for scene in SCENES:
        seen = browser.wallScene(scene=scene)
        assert seen["smallest"] >= BODY * width / 1920, scene
        assert seen["free"] >= 0, f"{scene} covers what is below it"
        if scene in ("mood", "trend"):
            assert seen["largest"] >= FIGURES * width / 1920, scene
        assert browser.axe() == [], scene
        assert browser.overflow() <= 0
        browser.press(key="ArrowRight")
    assert browser.complaints() == []


def test_reduced_motion_changes_scenes_at_once(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/?wall=1", width=1920, height=1080)
    browser.text(selector='[data-testid="wall"]')
    assert browser.longest_motion() >= 500, "by itself a scene slides in"
    browser.reduce_motion()
    for before in SCENES[:3]:
        browser.press(key="ArrowRight")
        browser.sceneAfter(**{"not": before})
        assert browser.longest_motion() < 1, "neither the scene nor the bar of its time moves"
        assert browser.wallScene(scene=SCENES[SCENES.index(before) + 1])["free"] >= 0
    assert browser.complaints() == []


def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/?wall=1", width=390, height=844)
    browser.text(selector='[data-testid="wall"]')
    browser.press(key="Space")
    for scene in SCENES:
        assert browser.wallScene(scene=scene)["smallest"] >= 12
        assert browser.overflow() <= 0
        browser.press(key="ArrowRight")


def test_an_alert_comes_first_and_an_absent_server_is_seen(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, "--source", "none", **QUICK_ALERTS, **DEFAULT_ANALYSER) as server:
        rule = {
            "name": "Unhappy",
            "alert_type": "high_negative_sentiment",
            "threshold": 0.1,
            "window_seconds": 3600,
            "min_posts": 10,
        }
        assert server.http.post("/api/v1/alert-rules", json=rule).status_code == 201
        stock(server, some_posts(90, 20))
        server.until(lambda: server.data("alerts", active=True), 30, "an alert")
        browser.open(url=f"{address(server)}/?wall=1", width=1920, height=1080)
        assert browser.wallScene(scene="alerts")["smallest"] >= BODY
        assert "Unhappy" in browser.text(selector='[data-testid="wall"]')
        browser.press(key="Space")
        browser.press(key="ArrowRight")
        seen = browser.wallScene(scene="mood")
        assert seen["free"] >= 0, "there is room for the alert below"
        assert "Unhappy" in browser.text(selector='[data-testid="wall"] [role="alert"]')
        server.kill()
        away = browser.text(selector='[data-testid="wall-state"][data-tone="away"]:has-text("data from")')
        assert "Server away" in away
        browser.text(selector='[data-away] [data-testid="wall"]')
        assert "%" in browser.text(selector='[data-testid="wall"] dl'), "the last data stay"


def test_scenes_follow_one_another_until_it_is_held(browser: Browser, server: Running) -> None:
    browser.open(url="about:blank")
    browser.watched(url=f"{address(server)}/?wall=1", clock=True)
    for scene in (*SCENES, SCENES[0]):
        browser.text(selector=f'[data-testid="wall"][data-scene="{scene}"]')
        browser.pass_time(ms=15_000)
    browser.press(key="Space")
    held = browser.sceneAfter(**{"not": ""})
    browser.pass_time(ms=60_000)
    assert browser.sceneAfter(**{"not": ""}) == held
