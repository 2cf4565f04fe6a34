"""Every panel of the Overview in a real Chromium: what each has, what it says of itself, and when it cannot be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from browsing import Browser, address, serving, stock
from running import DEFAULT_ANALYSER, Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

QUICK_ALERTS = {"SENTISTREAM_ALERTS_EVERY_SECONDS": "0.3", "SENTISTREAM_ALERTS_NEGATIVE_RATIO": "1000"}
TEXTS = ("I love this, what a lovely crew", "It was late", "The worst flight, I hate it, never again")
BURST = "The refund queue is terrible, I hate it"
PLACES: tuple[tuple[str | None, str], ...] = (("Chicago", "US"), ("Paris", "FR"), (None, "BR"))
LATELY = 60
TODAY = 300
YESTERDAY = 150
POSTS = LATELY + TODAY + YESTERDAY

TABLES = {
    "Totals": "measure",
    "Trend": "negative",
    "Sentiment": "scored_posts",
    "Distribution": "share_low_95",
    "Emotions": "emotion",
    "Churn risk and toxicity": "high_churn_share",
    "Terms": "z_score",
    "Word cloud": "term",
    "Products": "product",
    "Channels": "channel",
    "Map": "latitude",
    "Cities": "city",
    "Platforms": "source",
    "Past alerts": "triggered_at",
    "Hours of the week": "weekday",
    "Live feed": "content",
    "Reading": "tier",
    "Ledger": "received",
}
"""Every panel of the Overview, with a column that its table must have."""

PICTURED = ("Totals", "Distribution", "Word cloud", "Map", "Hours of the week", "Ledger")
"""One of each way to draw; that of the trend is looked at pixel by pixel elsewhere."""

ASKING = tuple(title for title in TABLES if title not in ("Totals", "Live feed", "Reading", "Ledger"))
"""Panels of one common frame; the others are tested apart."""


def some_posts() -> list[dict[str, Any]]:
    """LATELY bad ones of the last minute, TODAY of the last 19 hours, the others of 30 to 42 hours ago.

    Only today and lately somebody speaks of a refund queue; the Lounge is met by a few.
    """
    now = datetime.now(UTC)

    def post(index: int) -> dict[str, Any]:
        text, age = TEXTS[index % 3], timedelta(minutes=1_800 + 5 * (index - LATELY - TODAY))
        if index < LATELY:
            text, age = BURST, timedelta(seconds=index % 60)
        elif index < LATELY + TODAY:
            age = timedelta(minutes=10 + 3.7 * (index - LATELY))
        city, country = PLACES[index % 3]
        return {
            "post_id": str(index),
            "source": "reddit" if index % 4 == 0 else "twitter",
            "author": f"author{index}",
            "content": f"{text} {index}",
            "created_at": (now - age).isoformat(),
            "product": "Airline" if index % 20 else "Lounge",
            "channel": "App" if index % 2 else "Counter",
            "country": country,
            **({"city": city} if city else {}),
        }

    return [post(index) for index in range(POSTS)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with posts of two days, a past alert and an annotation; it receives nothing more."""
    folder = tmp_path_factory.mktemp("panels")
    with serving(folder, "--source", "none", **QUICK_ALERTS, **DEFAULT_ANALYSER) as running:
        stock(running, some_posts())
        running.until(lambda: running.data("alerts") or None, 30, "an alert")
        for rule in running.data("alert-rules"):
            kept = ("name", "alert_type", "threshold", "window_seconds", "min_posts", "hysteresis", "scope")
            body = {name: rule[name] for name in kept} | {"enabled": False}
            assert running.http.put(f"/api/v1/alert-rules/{rule['id']}", json=body).status_code == 200
        running.until(lambda: not running.data("alerts", active="true") or None, 30, "the end of the alert")
        moment = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
        assert running.http.post("/api/v1/annotations", json={"at": moment, "text": "Release 4.2"}).status_code == 201
        yield running


def rows_of(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table)))


def test_every_panel_explains_itself_says_its_age_and_is_taken_away(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    browser.text(selector='[data-testid="ranking-platforms"] li')
    for title, column in TABLES.items():
        panel = browser.described(title=title)
        abouts = panel["abouts"]
        assert set(abouts) == {f"About {title}"} or title == "Totals", title
        assert all(len(words) > 80 for words in abouts.values()), (title, abouts)
        assert panel["age"] == "now" or panel["age"].startswith("as of "), (title, panel["age"])
        assert panel["readAt"].endswith("UTC"), (title, panel["readAt"])
        rows = rows_of(panel["table"])
        assert rows, f"{title}: its table is empty"
        assert column in rows[0], (title, list(rows[0]))
        if title == "Totals":
            assert len(abouts) == 8, "each number explains itself"
            now = server.data("metrics/overall")["current"]
            told = {row["measure"]: row["now"] for row in rows}
            assert len(rows) == 8
            assert int(told["posts"]) == now["posts"]
            assert float(told["negative_share"]) == pytest.approx(now["negative_share"])
    for title in PICTURED:
        picture = browser.exported(title=title, item="Export PNG")
        assert picture["width"] > 600, (title, picture)
        assert picture["height"] > 80, (title, picture)
        assert picture["drawn"] > 500, f"{title}: its picture is empty"
    for title in ("Totals", "Map", "Terms", "Ledger"):
        seen = browser.filled(title=title)
        assert seen["share"] > 0.98, (title, seen)
        assert seen["inside"], f"{title}: the focus is outside"
    assert browser.complaints() == []


def test_a_menu_whose_code_comes_while_its_button_is_pressed_opens_all_the_same(
    browser: Browser, server: Running
) -> None:
    browser.open(url=address(server))
    browser.text(selector='[data-testid="trend"]')
    assert browser.pressed_while_it_loads(selector='[aria-label="Trend: more"]', file="PanelActions")
    assert browser.complaints() == []


def test_every_panel_says_that_it_loads_why_it_failed_and_that_there_is_nothing(
    browser: Browser, server: Running
) -> None:
    home = address(server)
    browser.open(url=f"{home}/settings")
    browser.answers(now="held")
    browser.visit(url=home)
    loading = browser.wordsOf(titles=ASKING, selector='[aria-label="Loading"]')
    assert set(loading.values()) == {"Loading"}
    browser.wordsOf(titles=["Live feed"], selector='[aria-busy="true"]')

    browser.answers(now="refused")
    strips = ("Reading", "Ledger")
    failed = browser.wordsOf(titles=["Totals", *ASKING, *strips], selector='[role="alert"]')
    assert {title for title, words in failed.items() if "The database is being moved." not in words} == set()
    assert "could not be loaded" in browser.wordsOf(titles=["Live feed"], selector='[role="alert"]')["Live feed"]

    browser.answers(now="answered")
    assert browser.triedAgain(titles=["Live feed", "Totals", *ASKING, *strips]) > 0
    assert browser.wordsOf(titles=["Totals"], selector='[data-testid="total-posts"]')["Totals"] == str(LATELY + TODAY)
    browser.wordsOf(titles=["Live feed"], selector='[data-testid="post"]')
    browser.wordsOf(titles=ASKING, selector='[data-testid="panel-age"]')

    browser.visit(url=f"{home}/?q=nobodysaidthis")
    nothing = browser.wordsOf(titles=[*(set(ASKING) - {"Past alerts"})], selector="text=/\\bNo\\b|\\bNothing\\b/")
    assert "refund" not in str(nothing)
    assert "No post" in browser.wordsOf(titles=["Live feed"], selector="p")["Live feed"]


def test_the_trend_marks_alerts_and_annotations_and_shows_counts_or_shares_at_every_length(
    browser: Browser, server: Running
) -> None:
    browser.open(url=address(server))
    marks = """document.querySelectorAll('[data-testid="trend-mark"][data-kind="{}"]').length === 1"""
    for kind in ("alert", "annotation"):
        browser.until(script=marks.format(kind))
    told = browser.text(selector='[data-testid="trend-marks"]')
    assert "Many negative posts" in told
    assert "Release 4.2" in told

    heights = """[...document.querySelectorAll('[data-testid="trend"] g:has(> rect[data-series])')].map((bar) =>
            Math.round([...bar.querySelectorAll('rect[data-series]')].reduce((sum, one) =>
                sum + Number(one.getAttribute('height')), 0)))"""
    assert len(set(browser.evaluate(script=f"return {heights}"))) > 1, "counts differ"
    browser.click(selector='[aria-label="Show counts or shares"] label:has-text("Shares")')
    browser.at(part="measure=shares")
    browser.until(script=f"new Set({heights}).size === 1")
    for preset, length in (("1h", "minute"), ("30d", "day"), ("24h", "hour")):
        browser.click(selector=f'[aria-label="Time range"] label:has-text("{preset}")')
        browser.text(selector=f'[data-slot="Trend"] header:has-text("per {length}")')
    assert browser.complaints() == []


def test_rising_terms_are_those_of_the_burst_and_small_samples_are_hatched(browser: Browser, server: Running) -> None:
    rising = [item["term"] for item in server.data("terms", sort="rising", limit=10)["items"]]
    assert "refund queue" in rising
    browser.open(url=address(server))
    browser.text(selector='[data-testid="terms"] li:has-text("crew")')
    browser.click(selector='[aria-label="Which terms"] label:has-text("Rising")')
    browser.gone(selector='[data-testid="terms"] li:has-text("crew")')
    shown = browser.evaluate(
        script="""return [...document.querySelectorAll('[data-testid="terms"] li')].map((row) => row.innerText)"""
    )
    assert len(shown) == len(rising)
    assert all(term in row and "rising" in row for term, row in zip(rising, shown, strict=True)), shown

    scored = {item["key"]: item["scored"] for item in server.data("metrics/products")["items"]}
    assert 0 < scored["Lounge"] < 30 < scored["Airline"]
    browser.text(selector='[data-testid="ranking-products"] li:has-text("Lounge"):has([data-uncertain])')
    browser.text(selector='[data-testid="ranking-products"] li:has-text("Airline"):not(:has([data-uncertain]))')
    assert browser.complaints() == []


def test_what_was_read_stays_with_its_age_when_it_cannot_be_read_again(browser: Browser, server: Running) -> None:
    """The last test of this file: it brings a post in."""
    browser.open(url=f"{address(server)}/settings")
    browser.answers(now="answered")
    browser.visit(url=address(server))
    before = browser.wordsOf(titles=["Products"], selector='[data-testid="ranking-products"]')
    browser.answers(now="refused")
    post = {"post_id": "new", "source": "twitter", "content": "Lovely", "product": "Airline"}
    posts = [post | {"created_at": datetime.now(UTC).isoformat()}]
    assert server.http.post("/api/v1/posts", json={"posts": posts}).status_code == 202
    behind = '[data-stale] p:has(button:text-is("Retry"))'
    assert "as of" in browser.wordsOf(titles=["Products"], selector=behind)["Products"]
    assert browser.wordsOf(titles=["Products"], selector='[data-testid="ranking-products"]') == before
    browser.answers(now="answered")
    browser.triedAgain(titles=["Products"], button="Retry")
    assert browser.wordsOf(titles=["Products"], selector='[data-testid="ranking-products"]') != before
