"""Several analysers as one: what the first cannot read, the next one reads."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from sentistream.analysis.base import Analyser
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.telemetry.metrics import Metrics


class Fallback:
    """An Analyser over others, best first, each of which answers `unscored` rather than raise (see `Guarded`).

    A text that one leaves unscored goes to the next; one that nobody can read stays unscored, with every
    reason. A reading names the model that made it. It is provisional where a better one was down.
    """

    def __init__(self, members: Sequence[Analyser], *, metrics: Metrics | None = None) -> None:
        if not members:
            raise ValueError("a fallback needs somebody to fall back on")
        self._members = tuple(members)
        self._metrics = metrics

    @property
    def model(self) -> ModelInfo:
        """The first one's, with the languages that any of them claims."""
        first = self._members[0].model
        claimed = [member.model.languages for member in self._members]
        known = [languages for languages in claimed if languages is not None]
        return replace(first, languages=frozenset().union(*known) if len(known) == len(claimed) else None)

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order."""
        readings = await self._members[0].analyse(texts)
        for above, member in zip(self._members, self._members[1:], strict=False):
            open_ = [index for index, reading in enumerate(readings) if reading.tier == "unscored"]
            if not open_:
                break
            again = await member.analyse([texts[index] for index in open_])
            read = 0
            for index, reading in zip(open_, again, strict=True):
                read += reading.tier != "unscored"
                readings[index] = _joined(readings[index], reading)
            if self._metrics is not None and read:
                self._metrics.analysis_fallbacks.labels(above.model.name, member.model.name).inc(read)
        return readings


def _joined(before: Reading, after: Reading) -> Reading:
    provisional = before.provisional or after.provisional
    if after.tier != "unscored":
        return replace(after, provisional=provisional)
    reasons = dict.fromkeys(reason for reason in (before.reason, after.reason) if reason)
    return replace(before, reason="; ".join(reasons) or None, provisional=provisional)
