"""The two halves of the ledger, put together: what the stream received and what the store settled."""

from __future__ import annotations

import asyncio
from collections import Counter

import msgspec

from sentistream.domain.ledger import Account
from sentistream.storage.base import LedgerReader
from sentistream.stream.base import Stream, StreamCounts


class Reconciliation(msgspec.Struct, frozen=True):
    """Accounts by connector, sorted by name.

    stable: stream and store were read at what is provably one moment, so `balanced` of an account
    is the truth. Otherwise (the system never held still) `received` and `in_flight` are those of a
    moment earlier, and only `contradictions` count.
    contradictions: one sentence for each account that no moment could explain.
    """

    accounts: list[Account]
    stable: bool
    contradictions: list[str]

    @property
    def balanced(self) -> bool:
        """Whether every entry is accounted for, as far as a reading can tell."""
        return not self.contradictions


async def reconcile(stream: Stream, ledger: LedgerReader, group: str, *, seconds: float = 2.0) -> Reconciliation:
    """Read both halves, again until nothing moved in between or `seconds` are over.

    Stream and store are two systems, so there is no snapshot of both. The stream is read before
    and after the store: if it is the same both times, nothing was published, delivered or
    acknowledged meanwhile (what was received only grows), and all three readings are of one moment.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    pause = 0.005
    before = await stream.counts(group)
    while True:
        accounts, settled = await ledger.snapshot([entry_id for entry_id, _ in before.delivered])
        after = await stream.counts(group)
        stable = _same(before, after)
        if stable or asyncio.get_running_loop().time() >= deadline:
            return _joined(before, after, accounts, settled, stable)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.1)
        before = await stream.counts(group)


def _same(before: StreamCounts, after: StreamCounts) -> bool:
    return (
        before.received == after.received
        and before.waiting == after.waiting
        and sorted(before.delivered) == sorted(after.delivered)
    )


def _joined(
    before: StreamCounts, after: StreamCounts, outcomes: dict[str, Account], settled: set[str], stable: bool
) -> Reconciliation:
    unsettled = Counter(connector for entry_id, connector in before.delivered if entry_id not in settled)
    accounts: list[Account] = []
    contradictions: list[str] = []
    for connector in sorted({*after.received, *outcomes}):
        received = before.received.get(connector, 0)
        in_flight = before.waiting.get(connector, 0) + unsettled[connector]
        account = msgspec.structs.replace(
            outcomes.get(connector, Account(connector=connector)), received=received, in_flight=in_flight
        )
        accounts.append(account)
        if stable:
            if not account.balanced:
                missing = account.received - account.settled - account.in_flight
                contradictions.append(
                    f"{connector}: received {account.received:,}, settled {account.settled:,}, in flight"
                    f" {account.in_flight:,}: {abs(missing):,} {'lost' if missing > 0 else 'counted twice'}"
                )
            continue
        # Everything acknowledged before the store was read has an outcome, and nothing has one
        # that was not received by the time the store had been read.
        lowest, highest = received - in_flight, after.received.get(connector, 0)
        if not lowest <= account.settled <= highest:
            contradictions.append(
                f"{connector}: settled {account.settled:,}, which must lie between {lowest:,} and {highest:,}"
            )
    return Reconciliation(accounts, stable, contradictions)
