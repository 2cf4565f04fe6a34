"""Jetstream as it is on the wire, on a free port: events in JSON over WebSocket, replayed from a cursor, then live.

What it does and does not do is that of https://github.com/bluesky-social/jetstream, docs/README.md, section 5.1: the
cursor is inclusive; one that is older than what is kept begins at the oldest without a word, one of the future at
the newest; events of accounts and identities come whatever collections are wanted.
"""

from __future__ import annotations

import http
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

POSTS = "app.bsky.feed.post"
AUTHOR = "did:plc:eygmaihciaxprqvxpfvl6flk"


class Jetstream:
    """`log` holds every event as (time_us, frame) in order; `asked` the query of every connection."""

    def __init__(self) -> None:
        self.log: list[tuple[int, str | bytes]] = []
        self.asked: list[dict[str, list[str]]] = []
        self.agents: list[str] = []
        self.sent = 0
        self.silent = False
        self.refuses: http.HTTPStatus | None = None
        self.oldest = 0
        self.port = 0
        self._changed = threading.Condition()
        self._connections: set[ServerConnection] = set()
        self._numbers = itertools.count(1)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """What a client is given."""
        return f"ws://127.0.0.1:{self.port}/subscribe"

    def start(self) -> None:
        """Serve, at the same port as before if it did."""
        self._server = serve(
            self._handle, "127.0.0.1", self.port, process_request=self._look, compression=None, close_timeout=1
        )
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hang up on everybody and let nobody in."""
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._thread.join(10)
        self.hang_up()

    def hang_up(self) -> None:
        """End every connection as a server does that crashes."""
        with self._changed:
            connections = list(self._connections)
        for connection in connections:
            connection.close(1011)

    def say(self, frame: str | bytes, time_us: int | None = None) -> int:
        """Let `frame` be an event, whatever it is; its time."""
        with self._changed:
            last = self.log[-1][0] if self.log else 0
            moment = max(time.time_ns() // 1000, last + 1) if time_us is None else time_us
            self.log.append((moment, frame))
            self._changed.notify_all()
        return moment

    def event(self, **fields: Any) -> int:
        """An event of these fields, with a time of its own unless one is given."""
        with self._changed:
            last = self.log[-1][0] if self.log else 0
            moment = fields.pop("time_us", max(time.time_ns() // 1000, last + 1))
            return self.say(json.dumps({"did": AUTHOR, "time_us": moment, **fields}), moment)

    def commit(self, operation: str, rkey: str, record: dict[str, Any] | None = None, **fields: Any) -> int:
        """A change of a post."""
        change = {"rev": "3l3qo2vutsw2b", "operation": operation, "collection": POSTS, "rkey": rkey}
        if record is not None:
            change |= {
                "record": {"$type": POSTS, **record},
                "cid": "bafyreidwaivazkwu67xztlmuobx35hs2lnfh3kolmgfmucldvhd",
            }
        return self.event(kind="commit", commit=change, **fields)

    def post(self, text: str, *, rkey: str | None = None, operation: str = "create", **record: Any) -> str:
        """A new post written now; its record key."""
        key = rkey or f"3l3qo2vu{next(self._numbers):05}"
        written = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) + ".102Z"
        self.commit(operation, key, {"text": text, "createdAt": written, "langs": ["en"], **record})
        return key

    def _look(self, connection: ServerConnection, request: Request) -> Response | None:
        url = urlsplit(request.path)
        if self.refuses is not None:
            return connection.respond(self.refuses, "not now\n")
        if url.path != "/subscribe":
            return connection.respond(http.HTTPStatus.NOT_FOUND, "no such page\n")
        return None

    def _handle(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        query = parse_qs(urlsplit(connection.request.path).query)
        with self._changed:
            self.asked.append(query)
            self.agents.append(connection.request.headers.get("User-Agent", ""))
            self._connections.add(connection)
            self._changed.notify_all()
        try:
            self._tell(connection, query)
        except ConnectionClosed:
            pass
        finally:
            with self._changed:
                self._connections.discard(connection)

    def _tell(self, connection: ServerConnection, query: dict[str, list[str]]) -> None:
        wanted = query.get("wantedCollections", [])
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        place = len(self.log)
        if cursor is not None and cursor <= time.time_ns() // 1000:
            start = max(cursor, self.oldest)
            place = next((at for at, (moment, _) in enumerate(self.log) if moment >= start), len(self.log))
        while True:
            with self._changed:
                if place == len(self.log):
                    self._changed.wait(0.05)
                ready = [] if self.silent else self.log[place : place + 100]
            if connection.close_code is not None:
                return
            for moment, frame in ready:
                place += 1
                if _is_wanted(frame, wanted) and moment >= self.oldest:
                    connection.send(frame)
                    self.sent += 1

    def __enter__(self) -> Jetstream:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.silent = False
        self.stop()


def _is_wanted(frame: str | bytes, collections: list[str]) -> bool:
    try:
        event = json.loads(frame)
        return event["kind"] != "commit" or not collections or event["commit"]["collection"] in collections
    except (ValueError, KeyError, TypeError):
        return True


@contextmanager
def jetstream() -> Iterator[Jetstream]:
    """One that runs, and is gone afterwards."""
    with Jetstream() as server:
        yield server
