"""Looks everything over: disk, database, stream, model, and every invariant of the numbers."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import msgspec

from sentistream.analysis.base import Analyser
from sentistream.domain.errors import SentiStreamError
from sentistream.pipeline.reconcile import reconcile
from sentistream.storage.base import Store
from sentistream.stream.base import Stream

CheckStatus = Literal["ok", "warning", "problem"]


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at; a `problem` makes the doctor fail."""

    name: str
    status: CheckStatus
    message: str


async def examine(
    store: Store,
    stream: Stream,
    analyser: Analyser,
    *,
    group: str,
    data_dir: Path,
    min_free_bytes: int,
    stable_seconds: float = 10.0,
) -> list[Check]:
    """Every check, in order. One that cannot be made is a problem of its own; the others still run."""

    async def database() -> list[Check]:
        await store.ping()
        return [Check("database", "ok", f"answers, holds {await store.posts.count():,} posts")]

    async def lag() -> list[Check]:
        behind = await stream.lag(group)
        answer = Check("stream", "ok", f"answers, {behind.entries:,} entries wait ({behind.seconds:.0f} s)")
        return [answer, *(Check("stream", "warning", sentence) for sentence in await stream.findings())]

    async def model() -> list[Check]:
        reading = (await analyser.analyse(["What a wonderful day"]))[0]
        if reading.sentiment_label == "unscored":
            return [Check("model", "problem", f"{analyser.model.name} cannot score: {reading.reason}")]
        return [Check("model", "ok", f"{analyser.model.name} {analyser.model.version} answers")]

    async def disk() -> list[Check]:
        free = shutil.disk_usage(data_dir).free
        message = f"{free / 2**30:.1f} GiB free at {data_dir}"
        if free < min_free_bytes:
            return [Check("disk", "problem", f"{message}: nothing is accepted below {min_free_bytes / 2**30:.2f} GiB")]
        if free < 4 * min_free_bytes:
            return [Check("disk", "warning", f"{message}: it will be full soon")]
        return [Check("disk", "ok", message)]

    async def ledger() -> list[Check]:
        result = await reconcile(stream, store.ledger, group, seconds=stable_seconds)
        if result.contradictions:
            return [Check("ledger", "problem", sentence) for sentence in result.contradictions]
        received = sum(account.received for account in result.accounts)
        flying = sum(account.in_flight for account in result.accounts)
        if not result.stable:
            message = f"{received:,} entries received; the system never held still, so only bounds were checked"
            return [Check("ledger", "warning", message)]
        return [Check("ledger", "ok", f"{received:,} entries received, every one accounted for, {flying:,} in flight")]

    async def invariants() -> list[Check]:
        findings = await store.ledger.findings()
        if findings:
            return [Check(finding.invariant, "problem", finding.message) for finding in findings]
        return [Check("invariants", "ok", "rows, rollups, current analyses and outcomes agree with a recount")]

    checks: list[Check] = []
    for name, look in (
        ("disk", disk),
        ("database", database),
        ("stream", lag),
        ("model", model),
        ("ledger", ledger),
        ("invariants", invariants),
    ):
        checks += await _looked(name, look)
    return checks


async def _looked(name: str, look: Callable[[], Awaitable[list[Check]]]) -> list[Check]:
    try:
        return await look()
    except (SentiStreamError, OSError) as error:
        return [Check(name, "problem", str(error))]
