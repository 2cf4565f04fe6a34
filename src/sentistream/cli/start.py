"""How a long-running process starts: signals heard and health told while it waits for its servers."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TypeVar

from sentistream import __version__
from sentistream.bootstrap import System, open_system, utc_now
from sentistream.pipeline.waiting import Waiting
from sentistream.settings import Settings

Result = TypeVar("Result")

SIGNALS = (signal.SIGTERM, signal.SIGINT)

PROMPT_SECONDS = 5.0
"""A start that takes no longer, or that waits for nobody, answers requests late instead of with 503: a proxy before
replicas that are restarted in turn passes that on."""


async def with_system(
    settings: Settings,
    main: Callable[[System], Awaitable[None]],
    *,
    reads: bool = True,
    listener: socket.socket | None = None,
) -> None:
    """`main` with everything open, once the servers answer; `listener` tells meanwhile what is awaited.

    reads: load the analyser. SIGTERM or SIGINT end the wait, and then `main` is not called.
    """
    waiting = Waiting(settings.startup_seconds or None)
    async with AsyncExitStack() as stack:
        async with _telling(settings, waiting, listener):
            system = await _unless_signalled(
                stack.enter_async_context(open_system(settings, reads=reads, waiting=waiting))
            )
        if system is not None:
            await main(system)


async def _unless_signalled(work: Awaitable[Result]) -> Result | None:
    """The result of `work`; None if a signal came first and ended it."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    for number in SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        await asyncio.wait([task])
        return None if task.cancelled() else task.result()
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait([task])
        raise
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _telling(settings: Settings, waiting: Waiting, listener: socket.socket | None) -> AsyncIterator[None]:
    """Serve health on `listener` inside the block; whoever serves there next finds it open."""
    if listener is None:
        yield
        return
    opened = asyncio.Event()

    async def tell(listener: socket.socket) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(opened.wait(), PROMPT_SECONDS)
                return
            if waiting.awaited:
                break
        from sentistream.api.server import HttpServer
        from sentistream.api.waiting import create_waiting_room

        app = create_waiting_room(lambda: waiting.awaited, settings.api, utc_now, __version__)
        server = HttpServer(app, listener.dup())
        serving = asyncio.create_task(server.run())
        await opened.wait()
        server.stop()
        await serving

    telling = asyncio.create_task(tell(listener))
    try:
        yield
    finally:
        opened.set()
        await telling
