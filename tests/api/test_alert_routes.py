"""Alerts by HTTP: looked after, snoozed, and the rules that raise them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from house import BAD, GOOD, House, at, post

from sentistream.domain.alert import Alert
from sentistream.domain.event import AlertEvent
from sentistream.pipeline.watch import Watcher
from sentistream.settings import AlertsSettings

RULE: dict[str, Any] = {"name": "App sours", "alert_type": "high_negative_sentiment", "threshold": 0.4}
APP = {"dimension": "product", "value": "App"}


def watcher(house: House) -> Watcher:
    return Watcher(
        store=house.store,
        live=house.live,
        metrics=house.metrics,
        settings=AlertsSettings(),
        clock=house.clock,
    )


async def add(house: House, **fields: Any) -> dict[str, Any]:
    answer = await house.client.post("/api/v1/alert-rules", json=RULE | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]  # type: ignore[no-any-return]


async def an_episode(house: House) -> Alert:
    now = house.clock()
    found = await house.store.alerts.open(
        Alert(
            id=0,
            alert_type="high_negative_sentiment",
            threshold_value=0.5,
            actual_value=0.8,
            window_start=now - timedelta(minutes=5),
            window_end=now,
            post_count=40,
            triggered_at=now,
        )
    )
    assert found is not None
    return found


async def test_a_rule_that_is_added_raises_an_alert_at_the_next_look_and_ends_it_when_deleted(house: House) -> None:
    recent = {"created_at": "2026-11-22T11:59:00Z", "product": "App"}
    await house.fill([post(n, content=f"{BAD} {n}" if n % 2 else f"{GOOD} {n}", **recent) for n in range(20)])
    watching = watcher(house)
    await watching.look()
    assert (await house.get("alerts")).json()["data"] == []
    rule = await add(house, scope=APP)
    assert (rule["origin"], rule["updated_by"], rule["window_seconds"]) == ("custom", "local", 300)
    await watching.look()
    [alert] = (await house.get(f"alerts?rule={rule['id']}&active=true")).json()["data"]
    assert (alert["rule_name"], alert["scope"], alert["actual_value"]) == ("App sours", APP, 0.5)
    posts = (await house.get(f"alerts/{alert['id']}/posts?limit=3")).json()["data"]
    assert [one["sentiment_label"] for one in posts] == ["negative"] * 3
    assert (await house.client.delete(f"/api/v1/alert-rules/{rule['id']}")).status_code == 200
    await watching.look()
    ended = (await house.get(f"alerts/{alert['id']}")).json()["data"]
    assert ended["resolved_at"] is not None
    assert ended["details"]["ended_by"] == "rule"
    assert house.counted("alerts_open", alert_type="high_negative_sentiment") == 0


async def test_who_looks_after_an_alert_is_kept_and_told_to_every_screen(house: House) -> None:
    alert = await an_episode(house)
    position = await house.live.position()
    answer = await house.client.post(f"/api/v1/alerts/{alert.id}/acknowledge", json={"note": " on it "})
    said = answer.json()["data"]
    assert (said["acknowledged_by"], said["acknowledged_note"]) == ("local", "on it")
    assert said["acknowledged_at"] == "2026-11-22T12:00:30Z"
    [event] = (await anext(house.live.subscribe(position))).events
    assert isinstance(event, AlertEvent)
    assert event.alert.acknowledged_by == "local"
    assert (await house.client.post("/api/v1/alerts/99/acknowledge", json={})).status_code == 404
    assert (await house.client.post(f"/api/v1/alerts/{alert.id}/acknowledge", json={"who": "me"})).status_code == 422


async def test_a_snooze_is_of_the_rule_and_ends(house: House) -> None:
    alert = await an_episode(house)
    path = f"/api/v1/alerts/{alert.id}/snooze"
    said = (await house.client.post(path, json={"until": "2026-11-22T13:00:00Z"})).json()["data"]
    assert (said["snoozed_until"], said["snoozed_by"]) == ("2026-11-22T13:00:00Z", "local")
    rules = {one["id"]: one for one in (await house.get("alert-rules")).json()["data"]}
    assert rules["high_negative_sentiment"]["snoozed_until"] == "2026-11-22T13:00:00Z"
    assert rules["high_negative_ratio"]["snoozed_until"] is None
    for until in ("2026-11-22T12:00:00Z", "2027-11-22T12:00:00Z", "later"):
        assert (await house.client.post(path, json={"until": until})).status_code == 422
    assert (await house.client.post(path, json={})).status_code == 422
    assert (await house.client.post(path, json={"until": None})).json()["data"]["snoozed_until"] is None
    assert (await house.client.post("/api/v1/alerts/99/snooze", json={"until": None})).status_code == 404


async def test_what_people_say_stands_in_the_place_of_the_settings_until_it_is_deleted(house: House) -> None:
    own, ratio = (await house.get("alert-rules")).json()["data"]
    assert (own["id"], own["origin"], own["threshold"], own["updated_at"]) == (
        "high_negative_sentiment", "settings", 0.5, None,
    )  # fmt: skip
    path = f"/api/v1/alert-rules/{own['id']}"
    assert (await house.client.delete(path)).status_code == 409
    changed = await house.client.put(path, json=RULE | {"enabled": False})
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()["data"][name] for name in ("origin", "enabled", "threshold")} == {
        "origin": "override", "enabled": False, "threshold": 0.4,
    }  # fmt: skip
    assert (await house.client.put(path, json=RULE | {"scope": APP})).status_code == 409
    assert (await house.client.put(path, json=RULE | {"alert_type": "high_volume"})).status_code == 409
    mine = await add(house)
    listed = (await house.get("alert-rules")).json()["data"]
    assert [one["id"] for one in listed] == [own["id"], ratio["id"], mine["id"]]
    assert (await house.client.delete(path)).json()["data"]["origin"] == "override"
    assert (await house.get("alert-rules")).json()["data"][0] == own


async def test_a_rule_is_changed_and_unknown_ones_are_told(house: House) -> None:
    mine = await add(house, scope=APP)
    path = f"/api/v1/alert-rules/{mine['id']}"
    house.clock.advance(60)
    changed = (await house.client.put(path, json=RULE | {"threshold": 0.7, "name": " B "})).json()["data"]
    assert (changed["threshold"], changed["name"], changed["scope"]) == (0.7, "B", None)
    assert changed["updated_at"] == "2026-11-22T12:01:30Z"
    assert (await house.client.put("/api/v1/alert-rules/other", json=RULE)).status_code == 404
    assert (await house.client.delete("/api/v1/alert-rules/other")).status_code == 404
    assert (await house.client.delete("/api/v1/alert-rules/%00")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"threshold": 1.5}, ""),
        ({"threshold": 0}, "threshold"),
        ({"alert_type": "high_negative_ratio", "threshold": 1_001}, ""),
        ({"window_seconds": 90}, "window_seconds"),
        ({"window_seconds": 86_460}, "window_seconds"),
        ({"min_posts": 0}, "min_posts"),
        ({"hysteresis": 1.1}, "hysteresis"),
        ({"name": " "}, ""),
        ({"alert_type": "bad_weather"}, "alert_type"),
        ({"scope": {"dimension": "author", "value": "x"}}, "scope.dimension"),
        ({"scope": {"dimension": "product", "value": "\x00"}}, "scope.value"),
        ({"mood": "good"}, "mood"),
    ],
)
async def test_rules_that_make_no_sense_are_refused(house: House, fields: dict[str, Any], field: str) -> None:
    for path in ("alert-rules", "alert-rules/preview"):
        refused = await house.client.post(f"/api/v1/{path}", json=RULE | fields)
        assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, field), refused.text
    assert len((await house.get("alert-rules")).json()["data"]) == 2


async def test_a_preview_tells_when_a_rule_would_have_raised_an_alert(house: House) -> None:
    for hour, text in ((6, GOOD), (9, BAD)):
        created = at(f"{hour:02}:10:00").isoformat()
        await house.fill([post(100 * hour + n, content=f"{text} {n}", created_at=created) for n in range(30)])
    body = RULE | {"days": 1}
    answer = await house.client.post("/api/v1/alert-rules/preview", json=body)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    [episode] = data["episodes"]
    assert (episode["triggered_at"], episode["post_count"]) == ("2026-11-22T09:11:00Z", 30)
    assert (episode["actual_value"], episode["resolved_at"]) == (1.0, "2026-11-22T09:17:00Z")
    assert (data["minutes"], data["highest"], data["end"]) == (1440, 1.0, "2026-11-22T12:00:00Z")
    other = {"scope": {"dimension": "product", "value": "Other"}}
    assert (await house.client.post("/api/v1/alert-rules/preview", json=body | other)).json()["data"]["episodes"] == []
    assert (await house.client.post("/api/v1/alert-rules/preview", json=RULE | {"days": 31})).status_code == 422
    assert len((await house.get("alert-rules")).json()["data"]) == 2
