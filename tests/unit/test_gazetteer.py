"""What people type as their location, and where that is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.sources.gazetteer import Gazetteer, Place, fold
from sentistream.sources.synthetic_world import load_world

gazetteer = Gazetteer()


@pytest.mark.parametrize(
    ("typed", "city", "country"),
    [
        ("Washington, DC", "Washington", "US"),
        ("Austin, TX", "Austin", "US"),
        ("austin texas", "Austin", "US"),
        ("London, UK", "London", "GB"),
        ("London, ON", "London", "CA"),
        ("São Paulo - Brasil", "São Paulo", "BR"),
        ("NYC", "New York City", "US"),
        ("nyc", "New York City", "US"),
        ("LA", "Los Angeles", "US"),
        ("New Orleans, LA", "New Orleans", "US"),
        ("Berlin 🇩🇪", "Berlin", "DE"),
        ("Berlin, DE", "Berlin", "DE"),
        ("Wilmington, DE", "Wilmington", "US"),
        ("Toronto, CA", "Toronto", "CA"),
        ("San Francisco, CA", "San Francisco", "US"),
        ("New York ✈ Boston", "New York City", "US"),
        ("Nashville by way of New York", "Nashville", "US"),
        ("München", "Munich", "DE"),
        ("Muenchen, Bayern", "Munich", "DE"),
        ("東京", "Tokyo", "JP"),
        ("Москва", "Moscow", "RU"),
        ("القاهرة", "Cairo", "EG"),
        ("मुंबई", "Mumbai", "IN"),
        ("St. Louis, Missouri USA", "St. Louis", "US"),
        ("St Louis", "St. Louis", "US"),
        ("Naples, FL, Boston, MA", "Naples", "US"),
        ("Paris", "Paris", "FR"),
        ("Paris, Texas", "Paris", "US"),
        ("Portland", "Portland", "US"),
        ("Manchester", "Manchester", "GB"),
        ("Barrie | Ontario | Canada", "Barrie", "CA"),
        ("Somewhere west of Chicago", "Chicago", "US"),
        ("ÜT: 37.77581,-122.419796", "San Francisco", "US"),
        ("iPhone: -33.875538,151.196533", "Sydney", "AU"),
        ("Singapore", "Singapore", "SG"),
        ("Georgia", None, None),
        ("Atlanta, Georgia", "Atlanta", "US"),
        ("Tbilisi, Georgia", "Tbilisi", "GE"),
        ("somewhere in Texas", None, "US"),
        ("Belle MO", None, "US"),
        ("UK", None, "GB"),
        ("🇫🇷", None, "FR"),
        ("USA", None, "US"),
        ("US", None, "US"),
        ("Deutschland", None, "DE"),
        ("Springfield", None, "US"),
        ("Paris, Ontario", None, "CA"),
    ],
)
def test_resolves(typed: str, city: str | None, country: str | None) -> None:
    place = gazetteer.resolve(typed)
    if country is None:
        assert place is None
        return
    assert place is not None
    assert (place.city, place.country) == (city, country)
    assert (place.latitude is None) == (place.longitude is None) == (city is None)


@pytest.mark.parametrize(
    "typed",
    [
        "everywhere", "my bed", "Earth", "earth", "Global", "Worldwide", "here", "us", "in", "me", "ME", "Man", "Of",
        "the moon", "Does it really matter", "Somewhere over the rainbow.", "lost in the sauce", "Hogwarts", "310",
        "http://goo.gl/eZTfG", "", "   ", "🌈", "she/her", "usa::fr::uk", "Cambridge", "iPhone: 0.000000,0.000000",
        "\x00", "\ud800",
    ],
)  # fmt: skip
def test_stays_unresolved(typed: str) -> None:
    assert gazetteer.resolve(typed) is None


@given(st.text(max_size=400))
def test_takes_any_text(typed: str) -> None:
    place = gazetteer.resolve(typed)
    assert place is None or (place.country is not None and len(place.country) == 2)


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_synthetic_city_resolves_to_itself_however_it_is_typed() -> None:
    for city in load_world().cities:
        for typed in city.typed:
            place = gazetteer.resolve(typed)
            assert place is not None, typed
            assert (place.city, place.country) == (city.name, city.country), typed
            assert place.latitude == pytest.approx(city.latitude, abs=0.05)
            assert place.longitude == pytest.approx(city.longitude, abs=0.05)
    for nowhere in load_world().nowhere:
        assert gazetteer.resolve(nowhere) is None, nowhere


def test_remembers_what_it_resolved() -> None:
    typed = [f"{name}, USA" for name in ("Austin", "Boston", "Chicago", "Denver")]
    expected = [gazetteer.resolve(name) for name in typed]
    assert all(isinstance(place, Place) for place in expected)
    before = gazetteer._cached.cache_info()
    for _ in range(50):
        assert [gazetteer.resolve(name) for name in typed] == expected
    after = gazetteer._cached.cache_info()
    assert (after.hits - before.hits, after.misses) == (50 * len(typed), before.misses)


def test_loads_quickly_and_small() -> None:
    """In a process of its own: the memory of this one is full of tests."""
    script = (
        "import time\n"
        "def resident():\n"
        "    return int(open('/proc/self/statm').read().split()[1]) * 4096 / 1e6\n"
        "from sentistream.sources.gazetteer import Gazetteer\n"
        "before, started = resident(), time.process_time()\n"
        "gazetteer = Gazetteer()\n"
        "gazetteer.load()\n"
        "print(time.process_time() - started, resident() - before)\n"
    )
    if not Path("/proc/self/statm").exists():
        pytest.skip("needs /proc to read its own memory")
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    seconds, megabytes = map(float, printed.split())
    assert seconds < 0.4
    assert megabytes < 40


def test_most_real_locations_resolve(test_data: Path) -> None:
    with (test_data / "airline" / "replay.jsonl").open(encoding="utf-8") as file:
        typed = [location for line in file if (location := json.loads(line)["location"])]
    places = [gazetteer.resolve(location) for location in typed]
    assert sum(place is not None for place in places) / len(places) > 0.84
    assert sum(place is not None and place.city is not None for place in places) / len(places) > 0.64


@pytest.mark.parametrize(
    ("city", "country", "near"),
    [
        ("Chicago", "US", (41.9, -87.7)),
        ("Paris", "FR", (48.9, 2.3)),
        ("Paris", "US", (33.7, -95.6)),
        ("Zürich", None, (47.4, 8.5)),
    ],
)
def test_a_city_lies_somewhere(city: str, country: str | None, near: tuple[float, float]) -> None:
    found = gazetteer.locate(city, country)
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx(near, abs=0.2)
    assert gazetteer.locate("Atlantis of nowhere", country) is None
