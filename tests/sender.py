"""A client that sends batches over HTTP and does not give up: each again until it is accepted."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import httpx2


class Sender:
    """Sends `batches` in order from a thread of its own. `allow()` lets it go on.

    accepted: batches that are in. repeated: how often one was sent again; the earlier time may have gone in too, its
    answer lost. failure: what stopped it for good.
    """

    def __init__(self, url: str, batches: Sequence[list[dict[str, Any]]], *, patience: float = 10) -> None:
        self._url = url
        self._batches = batches
        self._patience = patience
        self._budget = threading.Semaphore(0)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send, name="sender", daemon=True)
        self.accepted = 0
        self.repeated = 0
        self.failure: BaseException | None = None

    @property
    def batches(self) -> int:
        """How many there are in all."""
        return len(self._batches)

    def allow(self, batches: int) -> None:
        """Let it send that many more."""
        self._budget.release(batches)

    def _send(self) -> None:
        try:
            with httpx2.Client(trust_env=False, timeout=self._patience) as http:
                for batch in self._batches:
                    self._budget.acquire()
                    while not self._stopped.is_set() and not self._accepted(http, batch):
                        self.repeated += 1
                        self._stopped.wait(0.02)
                    if self._stopped.is_set():
                        return
                    self.accepted += 1
        except BaseException as error:
            self.failure = error
            raise

    def _accepted(self, http: httpx2.Client, batch: list[dict[str, Any]]) -> bool:
        try:
            answer = http.post(f"{self._url}/api/v1/posts", json={"posts": batch})
        except httpx2.TransportError:
            return False  # the server is gone until the test starts it again
        if answer.status_code == 503:
            return False
        assert answer.status_code == 202, answer.text
        assert answer.json()["data"]["accepted"] == len(batch)
        return True

    def __enter__(self) -> Sender:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self.allow(self.batches)
        self._thread.join(60)

    def finish(self, seconds: float) -> None:
        """Wait until everything was accepted."""
        self.allow(self.batches)
        self._thread.join(seconds)
        assert not self._thread.is_alive()
        assert self.failure is None
