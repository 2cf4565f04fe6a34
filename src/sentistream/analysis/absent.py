"""No analyser: for processes that read no texts, so that they need not load a model."""

from __future__ import annotations

from collections.abc import Sequence

from sentistream.domain.analysis import NOBODY, ModelInfo, Reading
from sentistream.domain.errors import Unavailable


class Absent:
    """Stands where an Analyser would; raises Unavailable when it is asked to read."""

    @property
    def model(self) -> ModelInfo:
        """Named `none`."""
        return NOBODY

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """Never: to ask is a mistake of ours."""
        raise Unavailable("this process has loaded no model")
