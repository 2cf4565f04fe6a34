"""Alert episodes, rules and snoozes in every store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from store_steps import NOW

from sentistream.domain.alert import Alert
from sentistream.domain.errors import Conflict, NotFound
from sentistream.domain.query import AlertsQuery
from sentistream.domain.rule import MAX_RULES, Rule, Scope
from sentistream.storage.base import Store


def an_episode(rule_id: str = "rule-1", **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "id": 0,
        "rule_id": rule_id,
        "rule_name": "Aero",
        "alert_type": "high_negative_sentiment",
        "scope": Scope("product", "Aero"),
        "threshold_value": 0.5,
        "actual_value": 0.8,
        "window_start": NOW - timedelta(minutes=5),
        "window_end": NOW,
        "post_count": 30,
        "triggered_at": NOW,
    }
    return Alert(**(values | changes))


def a_rule(id: str = "rule-1", **changes: Any) -> Rule:
    values: dict[str, Any] = {
        "id": id,
        "name": "Größe",
        "alert_type": "high_volume",
        "threshold": 250.5,
        "window_seconds": 300,
        "min_posts": 20,
        "hysteresis": 0.9,
        "updated_by": "ann",
        "updated_at": NOW,
    }
    return Rule(**(values | changes))


async def opened(store: Store, **changes: Any) -> Alert:
    found = await store.alerts.open(an_episode(**changes))
    assert found is not None
    return found


async def test_an_episode_is_of_one_rule_and_comes_back_as_it_was(store: Store) -> None:
    first = await opened(store)
    assert first == an_episode(id=first.id)
    assert await store.alerts.get(first.id) == first
    assert await store.alerts.get(first.id + 1) is None
    assert await store.alerts.open(an_episode()) is None
    other = await opened(store, rule_id="rule-2", scope=None)
    assert [one.id for one in await store.alerts.page(AlertsQuery(rule_id="rule-2"))] == [other.id]
    assert other.scope is None


async def test_what_people_did_survives_what_the_watcher_writes(store: Store) -> None:
    first = await opened(store)
    said = await store.alerts.acknowledge(first.id, "ann", "on it", NOW + timedelta(minutes=1))
    assert (said.acknowledged_by, said.acknowledged_note) == ("ann", "on it")
    assert said.acknowledged_at == NOW + timedelta(minutes=1)
    ended = await store.alerts.update(replace(first, actual_value=0.9, resolved_at=NOW, details={"ended_by": "rule"}))
    assert ended == replace(said, actual_value=0.9, resolved_at=NOW, details={"ended_by": "rule"})
    again = await store.alerts.acknowledge(first.id, "bob", None, NOW)
    assert (again.acknowledged_by, again.acknowledged_note) == ("bob", None)
    for missing in (
        store.alerts.acknowledge(first.id + 1, "ann", None, NOW),
        store.alerts.update(replace(first, id=first.id + 1)),
    ):
        with pytest.raises(NotFound):
            await missing


async def test_a_page_holds_the_episodes_that_were_open_in_the_range(store: Store) -> None:
    hour = timedelta(hours=1)
    past = await opened(store, triggered_at=NOW - 3 * hour)
    await store.alerts.update(replace(past, resolved_at=NOW - 2 * hour))
    still = await opened(store, triggered_at=NOW - hour)

    async def ids(**bounds: Any) -> list[int]:
        return [one.id for one in await store.alerts.page(AlertsQuery(**bounds))]

    assert await ids(start=NOW - 2 * hour) == [still.id, past.id]
    assert await ids(start=NOW - 2 * hour + timedelta(seconds=1)) == [still.id]
    assert await ids(end=NOW - hour) == [past.id]
    assert await ids(start=NOW, active=True) == [still.id]


async def test_an_episode_tells_of_its_rules_snooze(store: Store) -> None:
    first = await opened(store)
    await store.alert_rules.snooze("rule-1", NOW + timedelta(hours=1), "ann")
    await store.alert_rules.snooze("rule-1", NOW + timedelta(hours=2), "bob")
    assert await store.alert_rules.snoozes() == {"rule-1": (NOW + timedelta(hours=2), "bob")}
    [found] = await store.alerts.page()
    assert (found.snoozed_until, found.snoozed_by) == (NOW + timedelta(hours=2), "bob")
    await store.alert_rules.snooze("rule-1", None, "ann")
    assert await store.alert_rules.snoozes() == {}
    assert await store.alerts.page() == [first]


async def test_rules_are_kept_changed_and_deleted(store: Store) -> None:
    made = await store.alert_rules.put(a_rule(scope=Scope("city", "US/Chicago")))
    assert made == a_rule(scope=Scope("city", "US/Chicago"))
    later = await store.alert_rules.put(a_rule("high_volume", origin="override", updated_at=NOW + timedelta(hours=1)))
    assert await store.alert_rules.all() == [made, later]
    put = await store.alert_rules.put(replace(later, enabled=False, updated_at=NOW + timedelta(hours=2)))
    changed = await store.alert_rules.change(replace(made, threshold=3.0, scope=None, updated_at=NOW))
    assert await store.alert_rules.all() == [changed, put]
    assert await store.alert_rules.remove("rule-1") == changed
    assert await store.alert_rules.all() == [put]
    for missing in (store.alert_rules.remove("rule-1"), store.alert_rules.change(made)):
        with pytest.raises(NotFound):
            await missing


async def test_there_is_a_most_of_rules(store: Store) -> None:
    for number in range(MAX_RULES):
        await store.alert_rules.put(a_rule(f"rule-{number}"))
    with pytest.raises(Conflict):
        await store.alert_rules.put(a_rule("one more"))
    assert (await store.alert_rules.put(a_rule("rule-3", threshold=1.0))).threshold == 1.0
