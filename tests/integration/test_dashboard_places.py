"""Where, when in the week and about what, in a real Chromium: drawn as the API counts, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from browsing import Browser, address, serving, stock
from running import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

POSTS = 240
PLACES: tuple[tuple[str | None, str], ...] = (("Chicago", "US"), ("Paris", "FR"), (None, "BR"))
TEXTS = (
    "I love the wonderful legroom, great crew",
    "The worst refund queue, I hate it, terrible",
    "The awful refund queue is a disaster",
)


def some_posts() -> list[dict[str, Any]]:
    """Posts of the last 20 hours from two cities and a country, each of an author of its own."""
    now = datetime.now(UTC)
    return [
        {
            "post_id": str(index),
            "source": "twitter",
            "author": f"author{index}",
            "content": f"{TEXTS[index % 3]} {index}",
            "created_at": (now - timedelta(minutes=5 + 5 * index)).isoformat(),
            "product": "Airline" if index % 10 else "Lounge",
            "channel": "Support" if index % 4 else "App",
            "language": "en",
            "country": PLACES[index % 3][1],
            **({"city": city} if (city := PLACES[index % 3][0]) else {}),
        }
        for index in range(POSTS)
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that holds the posts and receives nothing more."""
    with serving(tmp_path_factory.mktemp("places"), "--source", "none") as running:
        stock(running, some_posts())
        yield running


def asked(browser: Browser, name: str) -> list[str]:
    """The values of a filter in the address."""
    return parse_qs(urlsplit(browser.address()).query).get(name, [])


def test_the_filter_bar_counts_what_its_menus_its_times_and_its_search_choose(
    browser: Browser, server: Running
) -> None:
    browser.open(url=address(server), whole=False)
    browser.click(selector='[aria-label="Time range"] label:has-text("7d")')
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{POSTS}")')
    assert asked(browser, "range") == ["7d"]
    menus = browser.evaluate(script="return document.querySelectorAll('search [aria-haspopup=dialog]').length")
    assert menus == 1 + 9, "a time of one's own, and every dimension"
    for title, name, label, value in (
        ("Platform", "source", "Twitter", "twitter"),
        ("Product", "product", "Lounge", "Lounge"),
        ("Channel", "channel", "App", "App"),
        ("Country", "country", "France", "FR"),
        ("City", "city", "Paris", "FR/Paris"),
        ("Language", "language", "English", "en"),
        ("Sentiment", "sentiment", "Negative", "negative"),
        ("Tier", "tier", "The fast model", "fast"),
    ):
        browser.click(selector=f"role=button[name={title!r}]")
        browser.click(selector=f"role=checkbox[name=/^{label}/]")
        counted = server.data("metrics/overall", hours=168, **{name: value})["current"]["posts"]
        browser.text(selector=f'[data-testid="total-posts"]:text-is("{counted}")')
        assert asked(browser, name) == [value]
        browser.click(selector=f'[aria-label="Remove the {title.lower()} filter"]')
        browser.text(selector=f'[data-testid="total-posts"]:text-is("{POSTS}")')

    browser.click(selector="role=button[name='Emotion']")
    browser.text(selector='[role="status"]:has-text("Nothing to choose in this range")')

    browser.open(url=f"{address(server)}/?range=7d&product=Airline", whole=False)
    browser.type(selector='input[aria-label="Search in posts"]', text="legroom")
    counted = server.data("metrics/overall", hours=168, product="Airline", q="legroom")["current"]["posts"]
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{counted}")')
    assert asked(browser, "q") == ["legroom"]
    browser.click(selector="role=button[name='Clear all']")
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{POSTS}")')
    browser.until(script="location.search === '?range=7d'")
    assert browser.complaints() == []


def test_the_map_filters_by_country_and_city(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    browser.click(selector='[data-testid="place-map"] [data-city="US/Chicago"]')
    browser.text(selector='[aria-label="Remove the city filter"]')
    assert asked(browser, "city") == ["US/Chicago"]
    browser.click(selector='[data-testid="place-map"] [data-city="US/Chicago"]')
    browser.gone(selector='[aria-label="Remove the city filter"]')
    browser.click(selector='[data-testid="place-map"] [data-country="BR"]')
    browser.text(selector='[aria-label="Remove the country filter"]')
    assert asked(browser, "country") == ["BR"]
    browser.text(selector='[data-testid="place-map"] svg[aria-label*="Brazil"]')
    assert browser.complaints() == []


def test_the_first_line_names_what_stands_out_and_filters_by_it(browser: Browser, server: Running) -> None:
    browser.open(url=address(server), whole=False)
    assert browser.text(selector='[data-testid="in-short"] strong') == "People lean negative"
    answered = "document.querySelectorAll('[data-testid=in-short] li').length === 3"
    waits = "document.querySelector('[data-testid=in-short]').innerText.includes('…')"
    browser.until(script=f"{answered} && !{waits}")
    assert "getting" not in browser.text(selector='[data-testid="in-short"] p'), "there is no time before"
    told = browser.text(selector='[data-testid="in-short"] ul')
    assert "none stands out" in browser.text(selector='[data-testid="in-short"] li:nth-child(1)')
    assert "Paris 100.0" in told
    assert "refund queue" in told or "queue" in told
    browser.click(selector='[data-testid="in-short"] li:nth-child(2) button')
    browser.text(selector='[aria-label="Remove the city filter"]')
    assert asked(browser, "city") == ["FR/Paris"]
    assert browser.shifted() < 0.05
    assert browser.complaints() == []


def test_a_term_of_the_list_or_of_the_cloud_is_searched_for(browser: Browser, server: Running) -> None:
    [first, *_] = server.data("terms", limit=1)["items"]
    assert first["term"] == "refund queue"
    browser.open(url=address(server))
    assert first["term"] in browser.text(selector='[data-testid="terms"] li')
    browser.click(selector='[data-testid="terms"] li button')
    browser.gone(selector='[data-testid="terms"] li:has-text("refund queue")')
    assert asked(browser, "q") == ['"refund queue"']
    found = server.data("metrics/overall", q='"refund queue"')["current"]["posts"]
    assert found == POSTS * 2 // 3

    browser.open(url=address(server))
    browser.text(selector='[data-testid="word-cloud"] [data-term="refund queue"][data-side="negative"]')
    browser.click(selector='[data-testid="word-cloud"] [data-term="great crew"]')
    browser.gone(selector='[data-testid="word-cloud"] [data-term="great crew"]')
    assert asked(browser, "q") == ['"great crew"']
    assert browser.complaints() == []


def test_the_hours_of_the_week_are_read_by_arrow_keys(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    browser.click(selector='[data-testid="week"] [data-place="0"]')
    assert browser.text(selector='[data-testid="week-readout"]').startswith("Monday 00:00")
    for key in ("ArrowDown", "ArrowRight", "End", "ArrowDown"):
        browser.press(key=key)
    assert browser.text(selector='[data-testid="week-readout"]').startswith("Wednesday 23:00")


def test_rankings_are_sorted_by_what_is_surely_worst(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    rows = '[data-testid="ranking-cities"] li:first-child'
    browser.text(selector=rows)
    browser.click(selector='[data-testid="ranking-cities"] [aria-label="Sort by positive"]')
    assert "Chicago" in browser.text(selector=rows)
    browser.click(selector='[data-testid="ranking-cities"] [aria-label="Sort by negative"]')
    assert "Chicago" not in browser.text(selector=rows)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 960), (390, 844), (2560, 1300)], ids=["desktop", "phone", "wall"])
def test_all_of_it_is_accessible_and_fits(
    browser: Browser, server: Running, scheme: str, width: int, height: int
) -> None:
    browser.open(url=address(server), width=width, height=height, scheme=scheme)
    browser.text(selector='[data-testid="word-cloud"] [data-term="refund queue"]')
    for panel in ("place-map", "week", "terms", "ranking-products"):
        browser.text(selector=f'[data-testid="{panel}"]')
    assert browser.axe() == []
    assert browser.overflow() == 0
    assert browser.complaints() == []
