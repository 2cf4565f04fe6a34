"""The Overview in a real Chromium: its address, its time, what can be taken out of it, and that it fits."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from browsing import Browser, address, serving, stock
from running import DEFAULT_ANALYSER, Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEXTS = ("I love this, what a lovely crew", "It was late", "The worst flight, I hate it, never again")
TODAY = 400
POSTS = 600
HERE = ZoneInfo("Europe/Berlin")
"""Where the browser stands."""


def some_posts() -> list[dict[str, Any]]:
    """TODAY posts of the last 19 hours, the others of 30 to 44 hours ago: none near an end of a range that moves on."""
    now = datetime.now(UTC)
    ages = [10 + 2.8 * index if index < TODAY else 1_800 + 4 * (index - TODAY) for index in range(POSTS)]
    return [
        {
            "post_id": str(index),
            "source": "twitter",
            "content": f"{TEXTS[index % 3]} {index}",
            "created_at": (now - timedelta(minutes=age)).isoformat(),
            "product": "=cmd()" if index % 2 else "Airline",
        }
        for index, age in enumerate(ages)
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that holds posts of two days and an annotation, and receives nothing more."""
    with serving(tmp_path_factory.mktemp("overview"), "--source", "none", **DEFAULT_ANALYSER) as running:
        stock(running, some_posts())
        moment = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
        assert running.http.post("/api/v1/annotations", json={"at": moment, "text": "Release 4.2"}).status_code == 201
        yield running


def posts_shown(browser: Browser) -> int:
    """The headline number of posts."""
    return int(browser.text(selector='[data-testid="total-posts"]').replace(",", ""))


def settle(browser: Browser) -> None:
    """Wait until everything is drawn."""
    assert posts_shown(browser) == TODAY
    browser.text(selector='[data-testid="post"]')
    browser.until(script="""document.querySelectorAll('[data-testid="risks"] figure').length === 2""")
    browser.until(script="""document.querySelector('[data-testid="trend"] svg[tabindex]') !== null""")


def shown_in(address: str) -> dict[str, str]:
    """The ends of the custom range in an address, as parameters of the API."""
    found = re.search(r"range=(\S+?)Z/(\S+?)Z", address)
    assert found, address
    return {"start_date": f"{found[1]}:00Z", "end_date": f"{found[2]}:00Z"}


def test_a_link_reproduces_the_screen(browser: Browser, server: Running) -> None:
    end = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=2)
    span = f"{end - timedelta(hours=3):%Y-%m-%dT%H:%MZ}/{end:%Y-%m-%dT%H:%MZ}"
    layout = "trend=lines&measure=shares&hide=neutral&terms=rising&sort.products=negative"
    link = f"{address(server)}/?range={span}&compare=false&tier=full&product=Airline&{layout}"
    browser.open(url=link)
    wanted = server.data(
        "metrics/overall", start_date=end - timedelta(hours=3), end_date=end, tier="full", product="Airline"
    )["current"]["posts"]
    assert 0 < wanted == posts_shown(browser)
    assert "–" in browser.text(selector='[data-testid="custom-range"]')
    assert browser.text(selector='button[role="switch"][aria-checked="false"]') == "Compare"
    browser.until(script="""document.querySelector('[data-testid="trend"] path[data-series="negative"]') !== null""")
    browser.gone(selector='[data-testid="trend"] path[data-series="neutral"]')
    assert browser.text(selector='[aria-label="Which terms"] [data-active]') == "Rising"
    browser.text(selector='[data-testid="ranking-products"] [aria-label="Sort by negative"][aria-pressed="true"]')
    assert browser.address() == link
    assert browser.complaints() == []

    browser.click(selector='[data-testid="trend"] button[data-series="neutral"]')
    browser.until(script="""document.querySelector('[data-testid="trend"] path[data-series="neutral"]') !== null""")
    browser.click(selector='[data-testid="ranking-products"] [aria-label="Sort by posts"]')
    browser.until(script="!location.search.includes('sort.products')")
    assert "hide" not in browser.address()
    browser.back()
    browser.back()
    browser.gone(selector='[data-testid="trend"] path[data-series="neutral"]')

    browser.click(selector='[aria-label="Back to the last 24 hours"]')
    browser.gone(selector='[aria-label="Back to the last 24 hours"]')
    browser.back()
    assert shown_in(browser.at(part=span))


def test_a_time_is_chosen_by_its_two_ends(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    settle(browser)
    browser.click(selector='[data-testid="custom-range"]')
    browser.type(selector='input[type="datetime-local"]', text="2031-01-01T00:00")
    browser.click(selector='button:has-text("Show this time")')
    assert "lies ahead" in browser.text(selector="form")
    assert browser.axe() == []
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=3)
    local = start.astimezone(HERE)
    browser.type(selector='input[type="datetime-local"]', text=f"{local:%Y-%m-%dT%H:%M}")
    browser.press(key="Enter")
    assert shown_in(browser.at(part="Z/"))["start_date"] == f"{start:%Y-%m-%dT%H:%M}:00Z"


def test_dragging_zooms_a_click_opens_a_bar_and_back_leads_out(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    settle(browser)
    browser.drag(**{"from": 10, "to": 14})
    zoomed = shown_in(browser.at(part="Z/"))
    hours = datetime.fromisoformat(zoomed["end_date"]) - datetime.fromisoformat(zoomed["start_date"])
    assert hours == timedelta(hours=5)
    part = server.data("metrics/overall", **zoomed)["current"]["posts"]
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{part}")')
    assert 0 < part < TODAY

    browser.clickBar(index=3)
    browser.text(selector=f'[data-testid="total-posts"]:not(:text-is("{part}"))')
    alone = shown_in(browser.address())
    assert alone != zoomed
    one = server.data("metrics/overall", **alone)["current"]["posts"]
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{one}")')
    browser.back()
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{part}")')
    browser.back()
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{TODAY}")')
    assert "range=" not in browser.address()


def test_the_trend_is_read_and_zoomed_with_keys(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    settle(browser)
    assert "posts, average" in browser.readTrend(keys=["End"])
    slider = "document.querySelector('[data-testid=trend] [role=slider]')"
    assert re.match(r"\w{3} \d", browser.evaluate(script=f"return {slider}.ariaValueText"))
    assert "posts, average" not in browser.readTrend(keys=["Home", "ArrowRight", "Shift+ArrowRight"]), "selecting"
    browser.press(key="Enter")
    zoomed = shown_in(browser.at(part="Z/"))
    length = datetime.fromisoformat(zoomed["end_date"]) - datetime.fromisoformat(zoomed["start_date"])
    assert length == timedelta(hours=2)


def test_the_time_before_is_drawn_only_when_it_is_compared(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    settle(browser)
    browser.until(script="""document.querySelector('[data-testid="ghost"]') !== null""")
    assert browser.ghosts() == 1
    assert "24 hours before" in browser.text(selector='[data-testid="gauge"]')
    browser.click(selector='button[role="switch"]')
    browser.at(part="compare=false")
    browser.gone(selector='[data-testid="ghost"]')
    assert "before" not in browser.text(selector='[data-testid="gauge"]')
    browser.text(selector='[data-testid="trend-marks"] button:has-text("Release 4.2")')


def test_emotions_and_risks_are_drawn_over_time(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/?emotions=time")
    settle(browser)
    read = server.data("metrics/overall")["current"]["emotion_posts"]
    assert 0 < read <= TODAY
    browser.until(script="""document.querySelectorAll('[data-testid="emotion-lines"] figure').length === 7""")
    assert f"{read} posts read" in browser.text(selector='[data-testid="risks"]')
    assert browser.axe() == []


def test_a_panel_is_taken_away_as_table_and_as_picture(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    settle(browser)
    browser.text(selector='[data-testid="ranking-products"] li')

    table = browser.exported(title="Products", item="Export CSV")
    assert re.fullmatch(r"sentistream-products-\d{4}-\d\d-\d\d-\d{4}\.csv", table["name"])
    rows = list(csv.DictReader(io.StringIO(table["text"])))
    counted = {item["key"]: item for item in server.data("metrics/products")["items"]}
    assert {row["product"].removeprefix("'"): int(row["posts"]) for row in rows} == {
        key: item["posts"] for key, item in counted.items()
    }
    assert "'=cmd()" in {row["product"] for row in rows}, "it runs nothing"

    trend = browser.exported(title="Trend", item="Export CSV")
    assert sum(int(row["posts"]) for row in csv.DictReader(io.StringIO(trend["text"]))) == TODAY

    picture = browser.exported(title="Trend", item="Export PNG")
    assert picture["name"].endswith(".png")
    assert picture["width"] > 1_200
    assert picture["positive"] > 2_000, "the bars have their colours"
    assert picture["negative"] > 2_000
    assert browser.complaints() == []


def test_a_panel_fills_the_screen_until_escape(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    settle(browser)
    browser.text(selector='[data-testid="trend"]')
    browser.click(selector='[aria-label="Trend: more"]')
    browser.click(selector='[role="menuitem"]:has-text("Full screen")')
    browser.until(script="document.querySelector('[role=dialog] svg[tabindex]')?.clientHeight > 500")
    covered = browser.covered(title="Trend")
    assert covered["share"] > 0.98
    assert covered["inside"], "the focus is in it"
    browser.until(script="document.querySelector('[role=menu]') === null")  # it fades
    assert browser.axe() == []
    browser.press(key="Escape")
    browser.gone(selector='[role="dialog"]')
    assert browser.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 960), (2560, 1300)], ids=["phone", "desk", "wall"])
def test_it_fits_and_is_accessible(browser: Browser, server: Running, width: int, height: int, scheme: str) -> None:
    browser.open(url=f"{address(server)}/?emotions=time&trend=lines", width=width, height=height, scheme=scheme)
    settle(browser)
    assert browser.overflow() == 0
    assert browser.axe() == []
    assert browser.complaints() == []


def test_panels_out_of_view_wait_and_nothing_jumps(browser: Browser, server: Running) -> None:
    browser.open(url=address(server), width=1440, height=700, whole=False)
    browser.text(selector='[data-testid="gauge"]')
    first = browser.fetched()
    assert {"Trend", "Live feed"} <= set(first["seen"])
    assert {"Map", "Cities", "Hours of the week", "Past alerts"} <= set(first["waiting"])
    assert "/api/v1/metrics/week" not in first["asked"]
    assert browser.text(selector='[data-slot="Map"] h2') == "Map", "it has its name, to be found by"

    browser.reach(title="Map")
    browser.text(selector="text=No post could be placed")
    browser.reach(title="Hours of the week")
    browser.text(selector='[data-testid="week"]')
    assert "/api/v1/metrics/week" in browser.fetched()["asked"]
    assert browser.shifted() < 0.05
    assert browser.complaints() == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)], ids=["desktop", "phone"])
def test_nothing_jumps_while_the_page_comes(browser: Browser, server: Running, width: int, height: int) -> None:
    browser.open(url=address(server), width=width, height=height, whole=False)
    browser.text(selector='[data-testid="total-posts"]')
    browser.text(selector='[data-testid="ledger"]')
    assert browser.shifted() < 0.05
