"""Which rules stand: those of the settings, unless people put others in their place, and people's own."""

from __future__ import annotations

import msgspec

from sentistream.domain.rule import Rule
from sentistream.settings import AlertsSettings
from sentistream.storage.base import Store


def defaults(settings: AlertsSettings) -> tuple[Rule, ...]:
    """The rules of the settings; their ids are their types."""
    window, fewest, hysteresis = settings.window_seconds, settings.min_posts, settings.hysteresis
    return (
        Rule(
            id="high_negative_sentiment",
            name="Many negative posts",
            alert_type="high_negative_sentiment",
            threshold=settings.negative_share,
            window_seconds=window,
            min_posts=fewest,
            hysteresis=hysteresis,
            origin="settings",
        ),
        Rule(
            id="high_negative_ratio",
            name="Negative far outweighs positive",
            alert_type="high_negative_ratio",
            threshold=settings.negative_ratio,
            window_seconds=window,
            min_posts=fewest,
            hysteresis=hysteresis,
            origin="settings",
        ),
    )


async def standing(store: Store, settings: AlertsSettings) -> list[Rule]:
    """Every rule as it counts now, disabled ones included: the defaults first, then the others by age.

    A stored rule with the id of a default counts in its place, whatever the settings say since.
    """
    stored = {rule.id: rule for rule in await store.alert_rules.all()}
    found = [stored.pop(rule.id, rule) for rule in defaults(settings)]
    # An override whose default this release no longer has is nobody's.
    found += [rule for rule in stored.values() if rule.origin == "custom"]
    snoozes = await store.alert_rules.snoozes()
    return [
        msgspec.structs.replace(rule, snoozed_until=until, snoozed_by=by)
        for rule in found
        for until, by in [snoozes.get(rule.id, (None, None))]
    ]
