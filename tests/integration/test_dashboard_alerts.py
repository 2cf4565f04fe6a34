"""Alerts, rules, annotations, saved views and settings in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from browsing import Browser, address, chromium, serving
from running import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

QUICK = {"SENTISTREAM_ALERTS_EVERY_SECONDS": "0.3", "SENTISTREAM_ALERTS_NEGATIVE_RATIO": "1000"}
BANNER = "document.querySelector('[data-testid=alert-banner]')"
RULES = "document.querySelector('[data-testid=rules]').innerText"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this file."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose posts of now, and of two hours ago, are mostly bad: a rule of the settings has raised an alert."""
    with serving(tmp_path_factory.mktemp("alerts"), "--source", "none", **QUICK) as running:
        now = datetime.now(UTC)
        texts = ["I hate this, it is terrible and awful", "I love this, it is wonderful and great"]
        posts = [
            {
                "post_id": str(index),
                "source": "twitter",
                "content": f"{texts[index % 5 == 0]} ({index})",
                "created_at": (now - timedelta(seconds=index % 60, hours=2 * (index >= 60))).isoformat(),
                "product": "Aero" if index % 2 else "Bolt",
            }
            for index in range(120)
        ]
        assert running.http.post("/api/v1/posts", json={"posts": posts}).status_code == 202
        running.until(lambda: running.data("alerts", active="true") or None, 60, "an alert")
        yield running


def button(name: str) -> str:
    return f"role=button[name={json.dumps(name)}]"


def test_an_alert_tells_what_it_is_about_and_who_looks_after_it(browser: Browser, server: Running) -> None:
    browser.open(url=address(server))
    assert "Many negative posts: " in browser.text(selector='[data-testid="alert-banner"]')
    browser.click(selector='[data-testid="alert-banner"] a')
    browser.until(script="location.pathname === '/alerts' && new URLSearchParams(location.search).has('alert')")
    detail = browser.text(selector='[data-testid="episode"]')
    assert "Threshold" in detail
    assert "50.0" in detail
    assert "I hate this" in browser.text(selector='[data-testid="episode-posts"]')
    assert browser.evaluate(script="return document.querySelectorAll('[data-testid=episode-timeline] rect').length")

    browser.click(selector=button("Acknowledge"))
    browser.type(selector="role=textbox[name=/Note/]", text="Support is on it")
    browser.click(selector=button("Acknowledge"))
    assert "Support is on it" in browser.text(selector='[data-testid="acknowledged"]')
    [alert] = server.data("alerts", active="true")
    assert (alert["acknowledged_by"], alert["acknowledged_note"]) == ("local", "Support is on it")

    # Another screen: told live, the banner goes when the rule is snoozed, and the episode stays.
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    browser.open(url=address(server))
    browser.until(script=f"{BANNER}?.innerText.includes('acknowledged by local')")
    answer = server.http.post(f"/api/v1/alerts/{alert['id']}/snooze", json={"until": until})
    assert answer.status_code == 200, answer.text
    browser.until(script=f"{BANNER} === null")
    browser.open(url=f"{address(server)}/alerts?alert={alert['id']}")
    browser.click(selector='[data-testid="snoozed"] button')
    browser.gone(selector='[data-testid="snoozed"]')
    assert browser.complaints() == []


def test_a_rule_is_tried_over_history_saved_switched_off_and_deleted(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/alerts")
    browser.click(selector=button("New rule"))
    browser.until(script="document.querySelector('[data-testid=preview]')?.innerText.match(/have raised [12] alert/)")
    browser.type(selector="role=textbox[name='Threshold, %']", text="95")
    browser.until(script="document.querySelector('[data-testid=preview]')?.innerText.includes('no alert')")
    assert browser.axe() == []
    browser.type(selector="role=textbox[name='Threshold, %']", text="70")
    browser.type(selector="role=textbox[name='Window, minutes']", text="5")
    browser.type(selector="role=textbox[name='Minimum posts']", text="10")
    browser.type(selector="role=textbox[name='Name']", text="Aero sours")
    browser.click(selector=button("Save the rule"))
    browser.until(script=f"{RULES}.includes('Aero sours')")
    server.until(
        lambda: [one for one in server.data("alerts") if one["rule_name"] == "Aero sours"] or None,
        20,
        "an alert by the new rule, without a restart",
    )
    browser.click(selector="role=checkbox[name='Aero sours is on']")
    server.until(
        lambda: [one for one in server.data("alerts", active="false") if one["rule_name"] == "Aero sours"] or None,
        20,
        "the end of the episode",
    )
    browser.click(selector=button("Delete Aero sours"))
    browser.until(script=f"!{RULES}.includes('Aero sours')")
    assert browser.complaints() == []


def test_annotations_are_written_and_deleted(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/alerts")
    browser.click(selector=button("Annotate"))
    browser.type(selector="role=textbox[name='What happened']", text="Release 4.2")
    browser.click(selector="form >> " + button("Annotate"))
    assert "Release 4.2" in browser.text(selector='[data-testid="annotations"]')
    [kept] = server.data("annotations")
    assert abs(datetime.fromisoformat(kept["at"]) - datetime.now(UTC)) < timedelta(minutes=3)
    browser.click(selector=button("Delete Release 4.2"))
    browser.gone(selector='[data-testid="annotations"]')


def test_a_view_is_saved_shared_and_deleted(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/posts?product=Aero&range=7d")
    browser.click(selector=button("Saved views"))
    browser.type(selector="role=textbox[name='Save this view as']", text="Aero this week")
    browser.click(selector='[data-testid="views"] >> ' + button("Save"))
    browser.until(script="document.querySelector('[data-testid=views] [aria-current]')?.innerText === 'Aero this week'")
    [view] = server.data("views")
    assert (view["page"], view["query"]) == ("/posts", "product=Aero&range=7d")
    assert server.http.post("/api/v1/views", json={"name": "Other"}).status_code == 201
    browser.type(selector="role=textbox[name='Save this view as']", text="Other")
    browser.click(selector='[data-testid="views"] >> ' + button("Save"))
    assert "already called Other" in browser.text(selector='[data-testid="views"] [role="alert"]')

    browser.open(url=f"{address(server)}/views/{view['id']}")
    browser.until(script="location.pathname + location.search === '/posts?product=Aero&range=7d'")
    browser.click(selector=button("Saved views"))
    browser.click(selector=button("Delete Aero this week"))
    browser.click(selector=button("Rename Other"))
    browser.type(selector="role=textbox[name='New name']", text="Renamed")
    browser.press(key="Enter")
    server.until(lambda: [one for one in server.data("views") if one["name"] == "Renamed"] or None, 10, "the new name")
    browser.open(url=f"{address(server)}/settings")
    browser.click(selector=button("Saved views"))
    browser.text(selector='[data-testid="views"] a')
    assert browser.axe() == []
    server.until(lambda: len(server.data("views")) == 1 or None, 10, "one view left")


def test_the_screen_is_as_it_was_chosen_before_anything_is_drawn(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/settings")
    browser.click(selector='label:has-text("Compact")')
    browser.click(selector='label:has-text("Reduced")')
    root = "document.documentElement.dataset"
    browser.until(script=f"{root}.density === 'compact' && {root}.motion === 'reduced'")
    browser.evaluate(
        script="""
        const zone = document.querySelector('[data-testid=screen-settings] select');
        Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(zone, 'Asia/Tokyo');
        zone.dispatchEvent(new Event('change', { bubbles: true }));
        """
    )
    browser.text(selector="header:has-text('Tokyo (UTC+9)')")  # after the page was read anew
    assert browser.evaluate(script=f"return {root}.density") == "compact"


def test_products_are_tracked_by_name_and_shown_alone(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/settings")
    browser.click(selector=button("New list"))
    browser.type(selector="role=textbox[name='Name']", text="Ours")
    browser.click(selector="role=checkbox[name='Aero']")
    browser.click(selector=button("Save the list"))
    assert "Aero" in browser.text(selector='[data-testid="product-lists"]')
    browser.click(selector="role=link[name=/Show/]")
    browser.until(script="new URLSearchParams(location.search).get('product') === 'Aero'")
