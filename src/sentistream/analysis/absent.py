"""No analyser: for processes that read no texts, so that they need not load a model."""

from __future__ import annotations

from collections.abc import Sequence

from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.domain.errors import Unavailable

_NONE = ModelInfo(name="none", version="0", tier="unscored", languages=frozenset())


class Absent:
    """Stands where an Analyser would; raises Unavailable when it is asked to read."""

    @property
    def model(self) -> ModelInfo:
        """Named `none`."""
        return _NONE

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """Never: to ask is a mistake of ours."""
        raise Unavailable("this process has loaded no model")
