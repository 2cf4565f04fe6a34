"""Alerts, rules, annotations, saved views and settings in a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from browsing import Browser, address, serving
from running import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

QUICK = {"SENTISTREAM_ALERTS_EVERY_SECONDS": "0.3", "SENTISTREAM_ALERTS_NEGATIVE_RATIO": "1000"}
BANNER = "document.querySelector('[data-testid=alert-banner]')"
AGES = (timedelta(), timedelta(hours=2), timedelta(minutes=6, seconds=30))
"""Of the posts that raise an alert now, of those that would have then, and of those in the window before now's."""
RULES = "document.querySelector('[data-testid=rules]').innerText"

MOMENTS = "[...document.querySelectorAll('time')]"
CHARTS = "[...document.querySelectorAll('svg[role=img], svg[role=slider]')]"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose posts of now, and of two hours ago, are mostly bad: a rule of the settings has raised an alert."""
    with serving(tmp_path_factory.mktemp("alerts"), "--source", "none", **QUICK) as running:
        now = datetime.now(UTC)
        texts = ["I hate this refund queue, it is terrible and awful", "I love this, it is wonderful and great"]
        posts = [
            {
                "post_id": str(index),
                "source": "twitter",
                "author": f"author{index}",
                "content": f"{texts[index % 5 == 0]} ({index})" if index < 120 else f"Platform nine, bus {index}",
                "created_at": (now - AGES[index // 60] - timedelta(seconds=index % 60)).isoformat(),
                "product": "Aero" if index % 2 else "Bolt",
            }
            for index in range(150)
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
    assert "refund queue" in browser.text(selector='[data-testid="episode-terms"]')
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
    browser.select(selector="role=combobox[name='Scope']", value="product")
    browser.select(selector="role=combobox[name='Product']", value="Aero")
    browser.type(selector="role=textbox[name='Name']", text="Aero sours")
    browser.click(selector=button("Save the rule"))
    browser.until(script=f"{RULES}.includes('product Aero only')")
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


def test_episodes_are_sifted_walked_by_keys_and_snoozed(browser: Browser, server: Running) -> None:
    rule = {
        "name": "Bolt sours",
        "alert_type": "high_negative_sentiment",
        "threshold": 0.5,
        "window_seconds": 300,
        "min_posts": 10,
        "scope": {"dimension": "product", "value": "Bolt"},
    }
    answer = server.http.post("/api/v1/alert-rules", json=rule)
    assert answer.status_code == 201, answer.text
    number = answer.json()["data"]["id"]
    server.until(lambda: server.data("alerts", active="true", rule=number) or None, 20, "its alert")
    off = server.http.put(f"/api/v1/alert-rules/{number}", json=rule | {"enabled": False})
    assert off.status_code == 200, off.text
    server.until(lambda: server.data("alerts", active="false", rule=number) or None, 20, "its end")

    listed = "document.querySelector('[data-testid=episodes]')?.innerText"
    browser.open(url=f"{address(server)}/alerts?range=1h")
    browser.until(script=f"{listed}?.includes('Bolt sours') && {listed}.includes('Many negative posts')")
    browser.click(selector='label:has-text("Ended")')
    browser.until(script=f"location.search.includes('state=ended') && !{listed}?.includes('Many negative posts')")
    assert "Bolt" in browser.text(selector='[data-testid="episodes"] [aria-pressed="true"]')
    browser.until(script="document.querySelector('[data-testid=episode]')?.innerText.includes('was switched off')")
    browser.select(selector="role=combobox[name='Kind']", value="high_volume")
    browser.gone(selector='[data-testid="episodes"] li')
    browser.select(selector="role=combobox[name='Kind']", value="")
    browser.click(selector='[aria-label="State"] label >> nth=0')
    browser.until(script=f"{listed}?.includes('Many negative posts')")
    browser.select(selector="role=combobox[name='Time']", value="15m")
    browser.until(script="location.search === '?range=15m'")

    # The newest is open by itself; a bar of the time line opens another, and keys walk the list.
    lanes = "[...document.querySelectorAll('[data-testid=episode-timeline] > div')]"
    place = f"return {lanes}.findIndex((lane) => lane.innerText.includes('Bolt sours'))"
    lane = browser.evaluate(script=place)
    browser.click(selector=f'[data-testid="episode-timeline"] > div >> nth={lane} >> rect')
    browser.until(script="document.querySelector('[data-testid=episode]')?.innerText.includes('was switched off')")
    browser.until(script="new URLSearchParams(location.search).has('alert')")
    row = "document.activeElement.closest('[data-testid=episodes] [data-row]')?.dataset.row"
    many = browser.evaluate(script="return document.querySelectorAll('[data-testid=episodes] [data-row]').length")
    for step in range(many):
        browser.press(key="j")
        browser.until(script=f"{row} === '{step}'")
        if browser.evaluate(script="return document.activeElement.innerText.includes('Many negative posts')"):
            break
    browser.press(key="Enter")
    browser.text(selector='[data-testid="episode-posts"] [data-row]')
    assert "Many negative posts" in browser.text(selector='[data-testid="episodes"] [aria-pressed="true"]')

    browser.select(selector="role=combobox[name='Snooze rule']", value="8 hours")
    assert "Rule snoozed until" in browser.text(selector='[data-testid="snoozed"]')
    [alert] = [one for one in server.data("alerts", active="true") if one["snoozed_until"]]
    wanted = datetime.now(UTC) + timedelta(hours=8)
    assert abs(datetime.fromisoformat(alert["snoozed_until"]) - wanted) < timedelta(minutes=2)
    browser.click(selector='[data-testid="snoozed"] button')
    browser.gone(selector='[data-testid="snoozed"]')
    assert browser.complaints() == []


def test_a_threshold_is_changed_in_the_settings_and_given_back(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/settings")
    field = "role=textbox[name='Threshold of Many negative posts, %']"
    save = button("Save the threshold of Many negative posts")
    browser.type(selector=field, text="101")
    assert "0.01 to 100" in browser.text(selector='[data-testid="thresholds"] [role="alert"]')
    browser.type(selector=field, text="62.5")
    assert browser.axe() == []
    browser.click(selector=save)

    def changed() -> list[dict[str, Any]]:
        return [one for one in server.data("alert-rules") if one["origin"] == "override"]

    [rule] = server.until(changed, 10, "the threshold, kept")
    assert rule["threshold"] == 0.625
    assert "from 50" in browser.text(selector='[data-testid="high-churn"]')

    browser.click(selector="role=link[name='Alert rules']")
    inside = "document.querySelector('[data-testid=rules]')?.getBoundingClientRect().top"
    browser.until(script=f"{inside} > 0 && {inside} < innerHeight && scrollY > 0")
    browser.click(selector="role=button[name=/Back to the settings/]")
    server.until(lambda: not changed() or None, 10, "the settings' own again")
    browser.until(script=f"!{RULES}.includes('Back to the settings')")
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
    [view] = server.until(lambda: server.data("views"), 10, "the view")
    assert (view["page"], view["query"]) == ("/posts", "product=Aero&range=7d")
    assert server.http.post("/api/v1/views", json={"name": "Other"}).status_code == 201
    browser.type(selector="role=textbox[name='Save this view as']", text="Other")
    browser.click(selector='[data-testid="views"] >> ' + button("Save"))
    assert "already called Other" in browser.text(selector='[data-testid="views"] [role="alert"]')

    # What it holds is changed to another layout; its link is copied, and leads there.
    browser.open(url=f"{address(server)}/posts?product=Aero&range=7d&view=table&order=oldest")
    browser.click(selector=button("Saved views"))
    browser.click(selector=button("Update Aero this week to what is shown"))
    browser.until(script="document.querySelector('[data-testid=views] [aria-current]')?.innerText === 'Aero this week'")
    layout = "product=Aero&range=7d&view=table&order=oldest"
    server.until(lambda: layout in [one["query"] for one in server.data("views")] or None, 10, "the new layout")
    browser.click(selector=button("Copy the link of Aero this week"))
    browser.text(selector=button("Copied"))
    assert browser.copied() == f"{address(server)}/views/{view['id']}"
    browser.open(url=browser.copied())
    browser.until(script=f"location.pathname + location.search === '/posts?{layout}'")
    browser.text(selector='[data-testid="post-table"] td')
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
    height = "return document.querySelector('[data-testid=screen-settings] > div').clientHeight"
    browser.text(selector='[data-testid="screen-settings"]')
    roomy = browser.evaluate(script=height)
    browser.click(selector='label:has-text("Compact")')
    browser.until(script=f"{height.removeprefix('return ')} < {roomy - 6}")
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

    scheme = f"{root}.mantineColorScheme"
    browser.click(selector='label:has-text("Dark")')
    browser.until(script=f"{scheme} === 'dark'")
    browser.open_again()
    browser.until(script=f"{scheme} === 'dark'")
    browser.text(selector='[data-testid="screen-settings"]')
    before = browser.evaluate(script=f"return {scheme}")
    for _ in range(2):  # from dark to "as the system", which is light here, to light
        browser.press(key="t")
    browser.until(script=f"{scheme} === 'light'")
    assert before == "dark"

    browser.click(selector='nav a:has-text("Overview")')
    browser.click(selector='search label:has-text("7d")')
    axis = "[...document.querySelectorAll('[data-testid=trend] text[text-anchor=middle]')]"
    day = r"/^\d{1,2} [A-Z][a-z]+$/"
    browser.until(script=f"{axis}.length > 5 && {axis}.every((tick) => {day}.test(tick.textContent))")


def test_every_moment_is_told_in_utc_to_pointer_and_keyboard(browser: Browser, server: Running) -> None:
    alert = server.data("alerts")[0]
    post = server.data("posts", limit=1)[0]
    for path in ("/", f"/alerts?alert={alert['id']}", f"/posts?post={post['id']}"):
        browser.open(url=address(server) + path)
        browser.text(selector="main time")
        browser.until(script=f"{MOMENTS}.every((one) => one.title.endsWith('UTC') || one.tabIndex === 0)")
        browser.until(script=f"{CHARTS}.every((one) => /\\d/.test(one.getAttribute('aria-label')))")

    # In the drawer: Escape takes the tip away first, and the drawer then.
    browser.text(selector='[data-testid="post-details"] time')
    first = "const time = document.querySelector('[data-testid=post-details] time')"
    moment = datetime.fromisoformat(browser.evaluate(script=f"{first}; time.focus(); return time.dateTime"))
    assert f"{moment:%Y-%m-%d %H:%M:%S} UTC" in browser.text(selector='[role="tooltip"]')
    browser.press(key="Escape")
    browser.gone(selector='[role="tooltip"]')
    assert browser.text(selector='[data-testid="post-details"]')
    browser.press(key="Escape")
    browser.gone(selector='[data-testid="post-details"]')


def test_products_are_tracked_by_name_and_shown_alone(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/settings")
    browser.click(selector=button("New list"))
    browser.type(selector="role=textbox[name='Name']", text="Ours")
    browser.click(selector="role=checkbox[name='Aero']")
    browser.click(selector=button("Save the list"))
    assert "Aero" in browser.text(selector='[data-testid="product-lists"]')
    browser.click(selector="role=link[name=/Show/]")
    browser.until(script="new URLSearchParams(location.search).get('product') === 'Aero'")
