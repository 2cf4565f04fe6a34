"""What happens to both profiles alike: posts of a day, edits, repeats, a deletion, things that are no posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from profiles import House

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
SAID = (
    "I am so happy with the new phone, best camera I ever had",
    "Third outage this week, I am done with you and will cancel tonight",
    "The bus leaves from platform nine at half past four",
    "Worst support ever, two hours on hold and nobody helps",
    "Das ist wirklich eine sehr schlechte Erfahrung gewesen, nie wieder diese Firma",
    "Wow, I did not expect this to arrive so soon, thank you",
    "lol 😂 my parcel has seen more of Europe than I have",
)
PLACES = (None, "Berlin, Germany", "Springfield", "Nairobi", "somewhere over the rainbow")
ERASED = "17"


def post(number: int, **changes: Any) -> dict[str, Any]:
    """Post `number` of the day, one in three within 20 minutes. No two have the same time: such have no order."""
    age = timedelta(seconds=10 * number) if number % 3 == 0 else timedelta(minutes=11 * number, seconds=7)
    values: dict[str, Any] = {
        "post_id": str(number),
        "source": ("twitter", "reddit", "bluesky")[number % 3],
        "content": f"{SAID[number % len(SAID)]} ({number})",
        "author": f"person{number % 5}",
        "created_at": (NOW - age).isoformat(),
        "product": ("Aero", "Brisk", None)[number % 3],
        "channel": ("support", None)[number % 2],
        "location": PLACES[number % len(PLACES)],
        "engagement": number * 7 if number % 4 else None,
        "extra": {"device": "phone"} if number % 6 == 0 else {},
    }
    return {name: value for name, value in (values | changes).items() if value is not None}


async def told(house: House) -> list[dict[str, Any]]:
    """Tell the story; returns what the API said to each step."""
    said = []

    async def step(method: str, path: str, body: Any = None) -> None:
        answer = await house.http.request(method, f"/api/v1/{path}", json=body)
        said.append({"step": f"{method} {path}", "status": answer.status_code, "body": answer.json()})
        await house.settled()

    later = (NOW - timedelta(seconds=20)).isoformat()
    await step("POST", "posts", {"posts": [post(number) for number in range(120)]})
    await step("POST", "posts", {"posts": [post(number) for number in range(0, 120, 7)]})
    await step("POST", "posts", [post(9, content="I take it back, it is wonderful", edited_at=later)])
    await step("POST", "posts", [post(9, content="An older word about it", created_at="2026-11-20T00:00:00Z")])
    await step("POST", "posts", [post(12, engagement=9_000)])
    await step(
        "POST",
        "posts",
        [post(200, content=""), {"post_id": "201"}, post(202, created_at="2026-11-23T00:00:00Z"), "not a post"],
    )
    await step("POST", "posts", [{"post_id": "21", "source": "twitter", "deleted_at": later}])
    await step("POST", "posts", [{"post_id": "300", "source": "twitter", "deleted_at": later}])
    await step("POST", "posts", [post(300, source="twitter")])
    await step("POST", "posts/9/correction?wait=10", {"sentiment_label": "neutral", "emotion": "joy", "churn": True})
    await step("POST", "posts/15/correction?wait=10", {"sentiment_label": "positive", "note": "irony"})
    await step("DELETE", "posts/15/correction?wait=10")
    await step("POST", "layers", {"model": "lexicon", "since": "2026-11-21T00:00:00Z", "name": "other"})
    await step("DELETE", f"posts/{ERASED}")
    await step("GET", f"posts/{ERASED}")
    await step("POST", "analyze", {"texts": list(SAID)})
    await step("POST", "posts", {"posts": []})
    await step("GET", "posts?limit=many")
    await house.watched(alerts=2)
    return said
