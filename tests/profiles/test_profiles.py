"""The same story under every profile: each step and each question gets the same answer, to the last digit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from questions import questions
from story import NOW, told

from fakes import MovableClock
from profiles import PROFILES, House, opened

pytestmark = pytest.mark.timeout(300)


async def answers(profile: str, folder: Path) -> dict[str, Any]:
    """What a profile says to the story and then to every question."""
    async with opened(profile, folder, MovableClock(NOW)) as house:
        said: dict[str, Any] = {f"{number} {one['step']}": one for number, one in enumerate(await told(house))}
        for question in questions():
            answer = await house.http.get(question)
            plain = "json" in answer.headers["content-type"] and "export" not in question
            body = answer.json() if plain else sorted(answer.text.splitlines())
            said[question] = {"status": answer.status_code, "body": body}
        said["every page"] = {"status": 200, "body": await walked(house)}
    return {question: normal(answer) for question, answer in said.items()}


async def walked(house: House) -> list[list[str]]:
    """The posts of every page, from the newest on, as the cursors lead."""
    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        after = {"cursor": cursor} if cursor else {}
        page = (await house.http.get("/api/v1/posts", params={"limit": 7, **after})).json()
        pages.append([post["post_id"] for post in page["data"]])
        cursor = page["metadata"]["next_cursor"]
    return pages


def normal(value: Any, name: str = "") -> Any:
    """`value` without what must differ; everything else is compared."""
    if isinstance(value, dict):
        return {key: normal(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [normal(one) for one in value]
    # Each stream draws an epoch of its own, and numbers its entries in its own way.
    if name == "entry_id":
        return "(an entry)"
    # Measured while it reads.
    if name.endswith("_per_second") and value is not None:
        return "(a speed)"
    # A cursor holds the number of a row, which is given in the order of writing: `walked` follows it instead.
    return "(a cursor)" if name == "next_cursor" and value is not None else value


def differences(expected: Any, given: Any, where: str = "") -> list[str]:
    """Where two answers differ, a line for each place."""
    if isinstance(expected, dict) and isinstance(given, dict):
        names = sorted({*expected, *given})
        return [line for name in names for line in differences(expected.get(name), given.get(name), f"{where}.{name}")]
    if isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
        pairs = enumerate(zip(expected, given, strict=True))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{where}[{index}]")]
    return [] if expected == given else [f"{where}: {expected!r:.120} is {given!r:.120}"]


async def test_every_profile_gives_the_same_answers(tmp_path: Path) -> None:
    found = {profile: await answers(profile, tmp_path / profile) for profile in PROFILES}
    expected = found.pop("embedded")
    assert {one["status"] for one in expected.values()} == {200, 201, 202, 400, 404, 422}
    for profile, given in found.items():
        assert given.keys() == expected.keys()
        wrong = [
            f"{profile}: {question}{line}"
            for question, answer in expected.items()
            for line in differences(answer, given[question])
        ]
        assert not wrong, "\n".join(wrong[:40])
