"""A client of the live feed that stays connected throughout and checks every position it is told."""

from __future__ import annotations

import json
import threading
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

PATIENCE = 0.25


class Follower:
    """Connects in a thread of its own, and again with `since` whenever it is cut off, or after `frames` of them.

    gaps: a sentence for each frame that did not begin where the one before ended. lost: how often the server said
    `position_lost`. announced: ids of posts that were shown. skipped: posts that were only counted.
    """

    def __init__(self, url: str, *, frames: int | None = None) -> None:
        self._url = url
        self._frames = frames
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)
        self.position: str | None = None
        self.gaps: list[str] = []
        self.lost = 0
        self.connections = 0
        self.announced: set[str] = set()
        self.deleted: set[str] = set()
        self.skipped = 0
        self.failure: BaseException | None = None

    def __enter__(self) -> Follower:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join(30)

    def _follow(self) -> None:
        try:
            while not self._stopped.is_set():
                since = f"{'&' if '?' in self._url else '?'}since={self.position}" if self.position else ""
                try:
                    with connect(self._url + since, max_size=None, compression=None, proxy=None) as socket:
                        self.connections += 1
                        self._listen(socket)
                except (ConnectionClosed, InvalidHandshake, OSError):
                    self._stopped.wait(PATIENCE)
        except BaseException as error:
            self.failure = error
            raise

    def _listen(self, socket: ClientConnection) -> None:
        ranged = 0
        while not self._stopped.is_set() and (self._frames is None or ranged < self._frames):
            try:
                message = json.loads(socket.recv(timeout=PATIENCE))
            except TimeoutError:
                continue
            self._take(message)
            ranged += "from" in message

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "connected":
            if self.position is None:
                self.position = message["position"]
            elif message["position"] != self.position:
                self.position, expected = None, self.position
                # Right only if `position_lost` is the next message.
                self.gaps.append(f"came back at {message['position']}, asked for {expected}")
        elif kind == "position_lost":
            if self.position is None:
                self.gaps.pop()
            self.position = message["position"]
            self.lost += 1
        elif "from" in message:
            if message["from"] != self.position:
                self.gaps.append(f"{kind} from {message['from']} after {self.position}")
            self.position = message["to"]
            if kind in ("posts", "updated"):
                self.announced.update(post["post_id"] for post in message["data"])
                self.skipped += message["skipped"]
            elif kind == "deleted":
                self.deleted.update(post["post_id"] for post in message["data"])
