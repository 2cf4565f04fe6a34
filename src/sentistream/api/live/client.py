"""One connected client: a bounded queue between the hub, which never waits, and a socket that may."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from sentistream.api.live.frames import Frame, Protocol, merged
from sentistream.domain.event import Position
from sentistream.domain.query import Filters
from sentistream.settings import LiveSettings
from sentistream.telemetry.metrics import Metrics

TRY_AGAIN_LATER = 1013
POLICY_VIOLATION = 1008


class Client:
    """Frames wait here until the socket takes them.

    A full queue is coalesced. A client that then takes none of what is left within `slow_seconds`
    is asked to go: `closing` is set, with `code` and `reason`.
    """

    def __init__(
        self, protocol: Protocol, filters: Filters, settings: LiveSettings, metrics: Metrics, time: Callable[[], float]
    ) -> None:
        self.protocol = protocol
        self.filters = filters
        self.closing = asyncio.Event()
        self.code = 1000
        self.reason = ""
        self.farewell: str | None = None
        self.sent: Position | None = None
        """Where the last frame that the socket accepted ends."""
        self._settings = settings
        self._metrics = metrics
        self._time = time
        self._queue: deque[Frame] = deque()
        self._news = asyncio.Event()
        self._full_since: float | None = None
        self._left_to_take = 0

    @property
    def waiting(self) -> int:
        """Frames in the queue."""
        return len(self._queue)

    def offer(self, frames: Sequence[Frame]) -> None:
        """Queue `frames`; never waits."""
        if self.closing.is_set():
            return
        self._queue.extend(frames)
        if len(self._queue) > self._settings.queue_frames:
            self._coalesce()
        self.check_slow()
        self._news.set()

    def reply(self, frame: Frame) -> None:
        """Queue an answer to the client's own message, once of each kind, before everything else."""
        if self.closing.is_set():
            return
        for index, queued in enumerate(self._queue):
            if queued.kind == frame.kind:
                self._queue[index] = frame
                break
        else:
            self._queue.appendleft(frame)
        self._news.set()

    def restart(self, frame: Frame) -> None:
        """Throw away what waits and begin anew with `frame`."""
        self._metrics.frames_dropped.inc(len(self._queue))
        self._queue.clear()
        self.offer([frame])

    def check_slow(self) -> None:
        """Ask the client to go if it has left its queue full for too long."""
        since = self._full_since
        if since is not None and self._time() - since >= self._settings.slow_seconds and not self.closing.is_set():
            self._metrics.slow_disconnects.inc()
            self.close(TRY_AGAIN_LATER, "too slow: reconnect with since to get what was missed")

    def close(self, code: int, reason: str, farewell: str | None = None) -> None:
        """Ask the client to go; `farewell` is a last message."""
        if not self.closing.is_set():
            self.code, self.reason, self.farewell = code, reason, farewell
            self._metrics.frames_dropped.inc(len(self._queue))
            self._queue.clear()
            self.closing.set()

    async def take(self) -> Frame:
        """The next frame, as soon as there is one."""
        while not self._queue:
            self._news.clear()
            await self._news.wait()
        return self._queue.popleft()

    def taken(self, frame: Frame) -> None:
        """The socket has accepted the frame that was taken last."""
        self._metrics.frames_sent.inc()
        if frame.end is not None:
            self.sent = frame.end
        if self._full_since is not None:
            self._left_to_take -= 1
            if self._left_to_take <= 0:
                self._full_since = None

    def _coalesce(self) -> None:
        before = len(self._queue)
        self._queue = deque(merged(list(self._queue)))
        self._metrics.frames_dropped.inc(before - len(self._queue))
        if self._full_since is None:
            self._full_since = self._time()
            self._left_to_take = len(self._queue)
        else:
            self._left_to_take = min(self._left_to_take, len(self._queue))
