from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sentistream.domain.ledger import Account
from sentistream.pipeline.reconcile import Reconciliation, reconcile
from sentistream.stream.base import StreamCounts


class Readings:
    """Plays a stream and a ledger from a script: what each successive reading would find."""

    def __init__(self, counts: list[StreamCounts], created: dict[str, int], settled: set[str] | None = None) -> None:
        self.script = counts
        self.created = created
        self.has_outcome = settled or set()
        self.reads = 0

    async def counts(self, group: str) -> StreamCounts:
        assert group == "workers"
        self.reads += 1
        return self.script[min(self.reads - 1, len(self.script) - 1)]

    async def snapshot(self, entry_ids: Sequence[str]) -> tuple[dict[str, Account], set[str]]:
        accounts = {name: Account(connector=name, created=count) for name, count in self.created.items()}
        return accounts, self.has_outcome & set(entry_ids)


async def reading(readings: Any, seconds: float = 0.0) -> Reconciliation:
    return await reconcile(readings, readings, "workers", seconds=seconds)


def still(received: int, waiting: int = 0, delivered: Sequence[str] = ()) -> StreamCounts:
    return StreamCounts({"http": received}, {"http": waiting}, [(entry_id, "http") for entry_id in delivered])


async def test_a_still_system_is_judged_exactly() -> None:
    result = await reading(Readings([still(10, waiting=3, delivered=["0:8", "0:9"])], {"http": 6}, {"0:8"}))
    assert result.stable
    assert result.balanced
    assert (result.accounts[0].received, result.accounts[0].in_flight, result.accounts[0].created) == (10, 4, 6)
    assert result.accounts[0].balanced


async def test_a_lost_entry_is_named() -> None:
    result = await reading(Readings([still(10)], {"http": 9}))
    assert result.contradictions == ["http: received 10, settled 9, in flight 0: 1 lost"]


async def test_an_entry_counted_twice_is_named() -> None:
    result = await reading(Readings([still(10)], {"http": 12}))
    assert result.contradictions == ["http: received 10, settled 12, in flight 0: 2 counted twice"]


async def test_outcomes_of_a_connector_the_stream_never_saw_are_named() -> None:
    result = await reading(Readings([still(10)], {"http": 10, "ghost": 1}))
    assert result.contradictions == ["ghost: received 0, settled 1, in flight 0: 1 counted twice"]


async def test_it_reads_again_until_nothing_moves() -> None:
    readings = Readings([still(10, 5), still(11, 5), still(12, 2), still(12, 2)], {"http": 10})
    result = await reading(readings, seconds=5)
    assert result.stable
    assert result.balanced
    assert readings.reads == 4


async def test_a_restless_system_is_held_to_bounds() -> None:
    moving = [still(10, 5), still(20, 5)]
    assert (await reading(Readings(moving, {"http": 5}))).balanced
    assert (await reading(Readings(moving, {"http": 20}))).balanced
    too_few = await reading(Readings(moving, {"http": 4}))
    assert not too_few.stable
    assert too_few.contradictions == ["http: settled 4, which must lie between 5 and 20"]
    assert not (await reading(Readings(moving, {"http": 21}))).balanced


async def test_an_empty_system_balances() -> None:
    result = await reading(Readings([StreamCounts({}, {}, [])], {}))
    assert result == Reconciliation([], True, [])
