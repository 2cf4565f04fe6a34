"""Models and sources in a real Chromium: readings side by side, how well models read, what brings posts in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from browsing import Browser, address, serving, stock
from running import Running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEXTS = ("I love this crew", "I hate this delay", "The bus leaves from platform nine")
APART = "My bag never came"
"""What the quick model and the lexicon read differently."""


def read_by(running: Running, model: str, name: str, since: str) -> None:
    begun = running.http.post("/api/v1/layers", json={"model": model, "since": since, "name": name})
    assert begun.status_code == 201, begun.text
    running.until(lambda: running.data(f"layers/{name}")["state"] == "read", 60, f"the layer {name}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Posts that three models have read, and of which a person has corrected some."""
    now = datetime.now(UTC)
    posts = [
        {
            "post_id": f"p{index}",
            "source": "twitter",
            "content": f"{TEXTS[index % 3] if index < 57 else APART}, number {index}",
            "created_at": (now - timedelta(minutes=5 * index + 1)).isoformat(),
        }
        for index in range(60)
    ]
    with serving(tmp_path_factory.mktemp("models"), "--source", "none") as running:
        stock(running, posts)
        since = (now - timedelta(days=1)).isoformat()
        read_by(running, "full", "first", since)
        read_by(running, "fast", "second", since)
        labels = ("positive", "positive", "neutral")
        said = [{"id": f"p{index}", "sentiment_label": labels[index % 3]} for index in range(30)]
        assert running.http.post("/api/v1/corrections", json={"corrections": said}).status_code in (200, 202)
        running.until(lambda: len(running.data("corrections", limit=50)) == 30, 60, "the corrections")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_models_page_tells_how_well_posts_are_read(browser: Browser, server: Running, scheme: str) -> None:
    browser.open(url=f"{address(server)}/models", scheme=scheme)
    spread = browser.text(selector='[data-testid="confidence"]')
    assert "30 posts, mean" in spread, "the corrected half has no confidence"
    legend = browser.text(selector='[data-testid="tier-trend"] ul')
    assert "People 50.0" in legend.replace("\n", " ")
    assert "Waiting for a first reading" in browser.text(selector='[data-testid="reading-speed"]')
    people = browser.text(selector='[data-testid="by-people"]')
    assert "vader" in people
    assert "sentistream-fast" in people, "layers are measured too"
    calibration = browser.text(selector='[data-testid="calibration"]')
    assert "By people, of 30 texts" in calibration
    assert browser.evaluate(script="return document.querySelectorAll('[data-testid=calibration] circle').length") > 0
    browser.click(selector='label:has-text("Toxicity")')
    browser.until(script="document.body.innerText.includes('Nobody has corrected the toxicity of a post yet')")
    assert browser.axe() == []
    assert browser.overflow() == 0
    assert browser.complaints() == []


def test_a_filter_and_a_time_choose_what_the_models_page_counts(browser: Browser, server: Running) -> None:
    browser.open(url=f"{address(server)}/models?source=reddit", width=390)
    browser.until(script="document.body.innerText.includes('No posts in the last 24 hours match.')")
    browser.open(url=f"{address(server)}/models?range=1h", width=390)
    browser.until(script="document.body.innerText.includes('No model has read a post of the last hour that matches.')")
    assert browser.overflow() == 0


def test_a_layer_is_compared_cell_by_cell_promoted_and_demoted(browser: Browser, server: Running) -> None:
    report = server.data("reports/compare/second")["report"]
    browser.open(url=f"{address(server)}/models")
    figures = browser.text(selector='[data-testid="comparison"]')
    assert f"agreement over {report['posts']} posts" in figures
    assert f"of {report['corrected']['posts']} corrected posts" in figures.replace("\n", " ")
    browser.click(selector='[data-testid="comparison"] td button')
    browser.until(script="/current=.*label=/.test(location.search)")
    cell = browser.evaluate(script="return Object.fromEntries(new URLSearchParams(location.search))")
    count = report["confusion"][cell["current"]][cell["label"]]
    rows = "document.querySelectorAll('[data-testid=disagreements] li').length"
    browser.until(script=f"{rows} === {min(count, 25)}")
    browser.press(key="j")
    browser.until(script="document.activeElement.closest('[data-testid=disagreements] [data-row]') !== null")
    browser.open_again()
    browser.text(selector='[data-testid="comparison"] td button[aria-pressed="true"]')
    browser.click(selector="role=button[name='All kinds']")
    browser.until(script="!location.search.includes('current=')")

    browser.select(selector="role=combobox[name='Beside']", value="first")
    other = server.data("reports/compare/second", against="first")["report"]
    shown = "document.querySelector('[data-testid=comparison]')?.innerText"
    browser.until(script=f"{shown}?.includes('agreement over {other['posts']} posts')")
    assert browser.evaluate(script="return new URLSearchParams(location.search).get('beside')") == "first"
    assert "second beside first" in browser.evaluate(script="return document.body.innerText")
    assert other["posts"] == 60, "corrected posts included"
    assert browser.axe() == []
    assert browser.overflow() == 0
    browser.select(selector="role=combobox[name='Beside']", value="")

    layers = "document.querySelector('[data-testid=layers]')?.innerText"
    browser.click(selector="role=button[name='Promote']")
    assert server.data("layers/second")["state"] == "read", "it was only asked for"
    browser.click(selector="role=button[name='Let it count?']")
    browser.until(script=f"{layers}?.includes('promoted: counts')")
    assert server.data("layers/second")["state"] == "promoted"
    browser.click(selector="role=button[name='Demote']")
    browser.until(script=f"!{layers}?.includes('promoted')")
    server.until(lambda: server.data("layers/second")["state"] == "read" or None, 30, "the layer that counts no more")
    assert browser.complaints() == []


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light")], ids=["light", "dark", "phone"]
)
def test_sources_tell_how_fast_they_are_and_how_far_behind(
    browser: Browser, tmp_path: Path, width: int, scheme: str
) -> None:
    with serving(tmp_path, "--no-backfill", "--posts-per-minute", "600") as running:
        running.until(lambda: running.data("sources")[0]["rate_per_second"] > 1, 60, "a rate")
        browser.open(url=f"{address(running)}/sources", width=width, scheme=scheme)
        browser.until(script="/\\d\\/s/.test(document.querySelector('[data-testid=sources] tbody')?.innerText ?? '')")
        row = browser.text(selector='[data-testid="sources"] tbody tr')
        assert "synthetic" in row
        assert "Running" in row
        cells = "[...document.querySelectorAll('[data-testid=sources] tbody td')].map((cell) => cell.innerText.trim())"
        browser.until(script=f"{cells}[4] > '0' && /ago|now/.test({cells}[6])")
        [_, now, minute, behind, brought, unreadable, last, *_] = browser.evaluate(script=f"return {cells}")
        assert now.endswith("/s")
        assert min(int(minute.replace(",", "")), int(brought.replace(",", ""))) > 0
        assert behind != "–"
        assert (unreadable, last != "–") == ("0", True)
        equation = browser.text(selector='[data-testid="ledger-equation"]').replace("\n", " ")
        received, *ended = (int(number.replace(",", "")) for number in re.findall(r"[\d,]+", equation))
        assert received == sum(ended) > 0, equation
        assert browser.text(selector='[data-testid="ledger-table"] tbody tr td:last-child') == "yes"
        assert browser.axe() == []
        assert browser.overflow() == 0
