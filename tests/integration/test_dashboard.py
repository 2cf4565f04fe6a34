"""The dashboard in a real Chromium: it moves, survives the server's death, is accessible, and stays ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from browsing import Browser, address, serving, stock
from running import DEFAULT_ANALYSER, Running, run

MISSED = 300
"""Posts that are stored while the server is away."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def replay(test_data: Path) -> Path:
    """Real posts."""
    return test_data / "airline" / "replay.jsonl"


def listed_since(server: Running, moment: datetime) -> set[str]:
    """The ids of all posts that the API lists as stored or changed since `moment`."""
    ids: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        answer = server.http.get(
            "/api/v1/posts",
            params={"sort": "ingested", "ingested_after": moment.isoformat(), "limit": 1000, **cursor},
        )
        assert answer.status_code == 200, answer.text
        page = answer.json()
        ids |= {post["id"] for post in page["data"]}
        if not page["metadata"]["has_more"]:
            return ids
        cursor = {"cursor": page["metadata"]["next_cursor"]}


def changed(browser: Browser, before: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Look until everything in `names` differs from `before`."""
    for _ in range(100):
        now: dict[str, Any] = browser.look()
        if all(now[name] != before[name] for name in names):
            return now
        threading.Event().wait(0.1)
    same = [name for name in names if now[name] == before[name]]
    raise AssertionError(f"never moved: {same}")


def test_it_moves_and_closes_the_gap_that_a_killed_server_leaves(
    browser: Browser, replay: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, "--source", f"file:{replay}", "--rate", "20") as server:
        browser.open(url=address(server))
        first = browser.look()
        assert first["phase"] == "live"
        assert first["posts"] > 0
        assert first["products"] > 1
        second = changed(browser, first, {"posts", "bars", "newest", "distribution", "ledger"})
        assert second["posts"] > first["posts"]
        assert second["arrivals"] > 0
        assert browser.complaints() == []

        killed_at = datetime.now(UTC)
        server.kill()
        away = browser.away()
        assert "away" in away["first"]["state"]
        assert "data from" in away["first"]["state"]
        assert away["first"]["posts"] >= second["posts"], "the last data stay on the screen"
        assert away["first"]["greyed"] == 1
        assert away["first"]["isGrey"]
        assert away["ages"][0] != away["ages"][1]

        left = browser.look()
        store_meanwhile(replay, tmp_path)
        server.start()
        server.healthy()
        browser.phase(wanted="live")
        assert browser.gap() >= MISSED
        changed(browser, left, {"posts", "bars", "newest"})

        listed = listed_since(server, killed_at)
        assert len(listed) >= MISSED
        missing = listed
        for _ in range(4):  # the feed waits while it is scrolled: the last ones appear after the first pass
            if missing:
                missing = missing - set(browser.feed())
        assert not missing, f"{len(missing)} of {len(listed)} posts never appeared"


def store_meanwhile(replay: Path, folder: Path) -> None:
    """Other processes go on while the server is away: what they store is the gap."""
    lines = replay.read_text().splitlines()[-MISSED:]
    path = folder / "meanwhile.jsonl"
    path.write_text("".join(json.dumps({**json.loads(line), "source": "elsewhere"}) + "\n" for line in lines))
    for arguments in (("ingest", "--source", f"file:{path}"), ("worker", "--until-idle")):
        done = run(*arguments, "--data-dir", folder / "data", cwd=folder)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def stocked(replay: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that holds real posts, written as of today, and receives nothing more: no test may bring it any."""
    posts = [json.loads(line) for line in replay.read_text().splitlines()[:900]]
    now = datetime.now(UTC)
    for index, post in enumerate(posts):
        post["created_at"] = (now - timedelta(seconds=90 * index)).isoformat()
    kept = ("post_id", "source", "content", "author", "created_at", "product", "location")
    with serving(tmp_path_factory.mktemp("stocked"), "--source", "none", **DEFAULT_ANALYSER) as server:
        stock(server, [{name: post[name] for name in kept if post[name] is not None} for post in posts])
        yield server


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 960), (390, 844)], ids=["desktop", "phone"])
def test_it_is_accessible_and_fits(
    browser: Browser, stocked: Running, tmp_path: Path, scheme: str, width: int, height: int
) -> None:
    browser.open(url=address(stocked), width=width, height=height, scheme=scheme)
    seen = browser.look()
    assert seen["posts"] == 900
    picture = tmp_path / f"dashboard-{width}-{scheme}.png"
    browser.screenshot(path=str(picture), whole=True)
    assert picture.stat().st_size > 20_000
    assert browser.axe() == []
    assert browser.overflow() == 0
    assert browser.complaints() == []


def test_filters_live_in_the_address_and_keys_work(browser: Browser, stocked: Running) -> None:
    browser.open(url=f"{address(stocked)}/?product=United&sentiment=negative")
    seen = browser.look()
    filtered = stocked.data("metrics/overall", hours=24, product="United", sentiment="negative")["current"]
    assert 0 < seen["posts"] == filtered["posts"] < 900

    browser.press(key="/")
    assert browser.focused() == "Search in posts"
    browser.press(key="Escape")
    browser.open(url=address(stocked))
    browser.look()
    browser.press(key="p")
    assert "paused" in browser.text(selector='[data-testid="live-state"]').lower()
    browser.press(key="?")
    assert "Pause the feed" in browser.text(selector='[role="dialog"]')


def test_posts_are_listed_whole_and_one_opens_beside_them(browser: Browser, stocked: Running) -> None:
    negative = stocked.data("metrics/overall", hours=24, sentiment="negative")["current"]["posts"]
    browser.open(url=f"{address(stocked)}/posts?sentiment=negative")
    assert browser.text(selector='[data-testid="posts-total"]') == f"{negative:,} match"
    first = stocked.http.get("/api/v1/posts", params={"sentiment": "negative", "limit": 1}).json()["data"][0]

    browser.click(selector=f'[data-post-id="{first["id"]}"] button')
    details = browser.text(selector='[data-testid="post-details"]')
    assert first["content"].split()[0] in details
    assert f"post={first['id']}" in browser.address()
    assert browser.axe() == []

    link = browser.address()
    browser.press(key="Escape")
    browser.gone(selector='[data-testid="post-details"]')
    assert "post=" not in browser.address()
    browser.open(url=link)
    assert first["content"].split()[0] in browser.text(selector='[data-testid="post-details"]')


@pytest.fixture(scope="module")
def puzzling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with one post that has a word for it, one against it, and an insult."""
    with serving(tmp_path_factory.mktemp("puzzling"), "--source", "none", **DEFAULT_ANALYSER) as server:
        post = {"post_id": "why", "source": "twitter", "created_at": datetime.now(UTC).isoformat()}
        content = "😍 I love the seats, but the crew are idiots"
        assert server.http.post("/api/v1/posts", json=post | {"content": content}).status_code == 202
        server.until(lambda: server.data("stats")["posts"] == 1, 30, "the post stored")
        yield server


@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 960, "dark"), (390, 844, "light")])
def test_the_drawer_marks_the_words_that_the_api_explains(
    browser: Browser, puzzling: Running, width: int, height: int, scheme: str
) -> None:
    told = puzzling.data("posts/why/explanation")

    browser.open(url=f"{address(puzzling)}/posts?post={told['id']}", width=width, height=height, scheme=scheme)
    strongest = max(told["words"], key=lambda word: abs(word["sentiment"]))
    assert strongest["text"] in browser.text(selector='[data-testid="word-marks"] mark[style*="--strength: 1"]')
    browser.click(selector='[data-testid="post-why"] label:has-text("Toxicity")')
    toxic = max(told["words"], key=lambda word: abs(word["toxicity"]))
    assert toxic["text"] in browser.text(selector='[data-testid="word-marks"] mark[style*="--strength: 1"]')
    assert f"{told['scores']['toxicity']:+.2f}" in browser.text(selector='[data-testid="why-sum"]')
    assert browser.axe() == []
    assert browser.overflow() == 0
    assert browser.complaints() == []


def test_it_shows_emotions_churn_risk_and_toxicity_as_the_api_counts_them(browser: Browser, stocked: Running) -> None:
    browser.open(url=address(stocked))
    numbers = stocked.data("metrics/overall", hours=24)["current"]
    shown = browser.readings()
    means = {name: 100 * mean for name, mean in numbers["emotions"].items()}
    assert shown["emotions"] == pytest.approx(means, abs=0.06)
    assert list(shown["emotions"])[-1] == "neutral"
    assert shown["churn"] == pytest.approx(100 * numbers["high_churn_share"], abs=0.06)
    assert shown["toxicity"] == pytest.approx(100 * numbers["average_toxicity"], abs=0.06)

    browser.click(selector='[data-emotion="anger"]')
    browser.text(selector='[aria-label="Remove the emotion filter"]')
    angry = stocked.data("metrics/overall", hours=24, emotion="anger")["current"]["posts"]
    assert 0 < angry < 900
    browser.text(selector=f'[data-testid="total-posts"]:text-is("{angry}")')
    assert "emotion=anger" in browser.address()
    assert browser.complaints() == []


def test_a_model_that_reads_no_emotions_says_so_and_shows_no_zeros(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, "--source", "none", SENTISTREAM_ANALYSIS_ANALYSER="lexicon") as server:
        now = datetime.now(UTC).isoformat()
        post = {"post_id": "1", "source": "twitter", "content": "It is lovely", "created_at": now}
        stock(server, [post])
        browser.open(url=address(server))
        browser.text(selector="text=The model that read these posts does not read emotions.")
        assert browser.text(selector='[data-testid="total-churn"]') == "–"
        assert browser.text(selector='[data-testid="total-toxicity"]') == "–"
        assert browser.axe() == []


@pytest.mark.parametrize(
    ("button", "sources"),
    [("Start simulated posts", ["backfill", "synthetic"]), ("Replay the example", ["example"])],
)
def test_one_click_brings_the_first_posts(browser: Browser, tmp_path: Path, button: str, sources: list[str]) -> None:
    rhythm = {"SENTISTREAM_SOURCES_POSTS_PER_MINUTE": "600", "SENTISTREAM_SOURCES_BACKFILL_HOURS": "0.1"}
    with serving(tmp_path, "--source", "none", **rhythm, **DEFAULT_ANALYSER) as server:
        browser.open(url=address(server))
        browser.click(selector=f'[data-testid="first-steps"] button:has-text("{button}")')
        browser.text(selector='[data-testid="post"]')
        assert browser.text(selector="header span:has-text('Demo data')") == "Demo data"
        changed(browser, browser.look(), {"posts"})
        assert [one["name"] for one in server.data("sources")] == sources
        assert browser.complaints() == []


def test_an_empty_server_shows_how_to_begin(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, "--source", "none") as server:
        browser.open(url=address(server))
        assert "curl" in browser.text(selector='[data-testid="first-steps"]')
        assert browser.axe() == []
        answer = server.http.post(
            "/api/v1/posts",
            json={
                "post_id": "1",
                "source": "twitter",
                "content": "<img src=x onerror=alert(1)> lovely",
                "created_at": datetime.now(UTC).isoformat(),
                "url": "https://example.org/1",
            },
        )
        assert answer.status_code == 202
        assert "<img src=x onerror=alert(1)> lovely" in browser.text(selector='[data-testid="post"]')
        assert browser.complaints() == []


class Foreign(SimpleHTTPRequestHandler):
    """A page on another origin."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>foreign</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def foreign() -> Iterator[int]:
    """The port of a foreign page."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Running]:
    """A server without posts."""
    with serving(tmp_path, "--source", "none") as server:
        yield server


def test_a_foreign_page_can_neither_post_nor_listen_nor_read(browser: Browser, target: Running, foreign: int) -> None:
    post = {"source": "twitter", "content": "not yours", "created_at": datetime.now(UTC).isoformat()}

    browser.open(url=f"http://127.0.0.1:{foreign}/")
    tried = browser.attack(server=address(target), post=post)
    assert tried["json"].get("refused") == "TypeError"
    assert tried["read"].get("refused") == "TypeError"
    assert not tried["simple"].get("text")
    assert tried["socket"]["opened"] is False

    rebound = f"http://rebound.example:{target.port}"
    browser.open(url=f"{rebound}/")
    tried = browser.attack(server=rebound, post=post)
    for name in ("json", "simple", "read"):
        assert tried[name].get("status") == 400, tried
        assert "data" not in json.loads(tried[name]["text"]), "the rebound name reads nothing"
    assert tried["socket"]["opened"] is False
    assert target.data("stats")["posts"] == 0, "nothing came in"

    # The same attempts from our own page succeed: what failed above failed for its origin.
    browser.open(url=address(target))
    tried = browser.attack(server=address(target), post=post)
    assert tried["json"]["status"] == 202
    assert tried["read"]["status"] == 200
    assert tried["socket"]["opened"] is True
