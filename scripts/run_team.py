"""The team profile as processes of this machine: `python -m scripts.run_team [--port 8000]`, as `make run-team` does.

Valkey and PostgreSQL from the development packages, then importer, workers, watcher and API, each a process of its own
whose lines are labelled. Ctrl-C ends them in that order and the servers last; a second one ends all at once. Their
data stay in a folder and are found again by the next start. A server that SENTISTREAM_STREAM_URL or DATABASE_URL names
is used instead of one of ours.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from scripts.servers.postgres import PostgresServer
from scripts.servers.valkey import ValkeyServer

WIDTH = 10
"""Of the labels."""

PATIENCE = 40.0
"""Seconds that a member may take to finish the work in hand; it gives up by itself before."""

LINE_BYTES = 2**20


class Member:
    """A process of the team: `sentistream ARGUMENTS`, its lines printed behind its label."""

    def __init__(self, label: str, *arguments: str) -> None:
        self.label = label
        self._arguments = arguments
        self._process: Process | None = None
        self._echoing: asyncio.Task[None] | None = None

    async def start(self, environment: dict[str, str]) -> None:
        """In a session of its own, so that a terminal's Ctrl-C reaches nobody but us."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sentistream", *self._arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=environment,
            start_new_session=True,
            limit=LINE_BYTES,
        )
        self._echoing = asyncio.create_task(self._echo(self._process))

    async def ended(self) -> int:
        """Its exit code, once it has one."""
        assert self._process is not None
        return await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end, wait until it has, and for its last line."""
        if self._process is None or self._echoing is None:
            return
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), PATIENCE)
            except TimeoutError:
                say("team", f"{self.label} did not end within {PATIENCE:.0f} s and is killed")
                self.kill()
        await self._echoing

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _echo(self, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            say(self.label, line.decode(errors="replace").rstrip())


def say(label: str, text: str) -> None:
    """A labelled line."""
    print(f"{label:<{WIDTH}}| {text}", flush=True)


def members(workers: int, port: int) -> list[Member]:
    """In the order in which they are started; they end in the opposite one."""
    return [
        Member("api", "api", "--port", str(port)),
        *(Member(f"worker {number}", "worker") for number in range(1, workers + 1)),
        Member("watch", "watch"),
        Member("ingest", "ingest", "--source", "synthetic"),
    ]


@asynccontextmanager
async def servers(folder: Path) -> AsyncIterator[dict[str, str]]:
    """The settings by which the team finds its servers; those that nobody named are started, and stopped at the end."""
    async with AsyncExitStack() as stack:

        async def started(server: ValkeyServer | PostgresServer) -> None:
            stack.push_async_callback(asyncio.to_thread, server.stop)
            await asyncio.to_thread(server.start)

        urls = {"SENTISTREAM_STREAM_URL": os.environ.get("SENTISTREAM_STREAM_URL", "")}
        if not urls["SENTISTREAM_STREAM_URL"]:
            valkey = ValkeyServer(folder / "valkey")
            await started(valkey)
            urls["SENTISTREAM_STREAM_URL"] = valkey.url
        for name in ("SENTISTREAM_LIVE_URL", "SENTISTREAM_CACHE_URL"):
            urls[name] = os.environ.get(name) or urls["SENTISTREAM_STREAM_URL"]
        if not os.environ.get("DATABASE_URL"):
            postgres = PostgresServer(folder / "postgres")
            await started(postgres)
            urls["DATABASE_URL"] = postgres.url()
            say("team", f"PostgreSQL at {postgres.url().replace(f':{postgres.password}@', '@')}")
        say("team", f"Redis at {urls['SENTISTREAM_STREAM_URL'].rpartition('@')[2]}")
        yield urls


async def run(folder: Path, port: int, workers: int) -> int:
    """Until a signal, then 0; 1 if a member ends by itself."""
    team = members(workers, port)
    asked = asyncio.Event()

    def end() -> None:
        if asked.is_set():
            for member in team:
                member.kill()
        asked.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end)
    async with servers(folder) as urls, AsyncExitStack() as stack:
        defaults = {
            "SENTISTREAM_DATA_DIR": str(folder / "data"),
            "SENTISTREAM_LOGS_FORMAT": "console",
            # Together they have as many threads as there are cores.
            "SENTISTREAM_ANALYSIS_THREADS": str(max(1, (os.cpu_count() or 1) // workers)),
        }
        environment = {**defaults, **os.environ, **urls, "PYTHONUNBUFFERED": "1"}
        for member in team:
            stack.push_async_callback(member.stop)
            await member.start(environment)
            say("team", f"{member.label} started")
        endings = {asyncio.create_task(member.ended()): member for member in team}
        asking = asyncio.create_task(asked.wait())
        done, _ = await asyncio.wait({*endings, asking}, return_when=asyncio.FIRST_COMPLETED)
        for task in {*endings, asking} - done:
            task.cancel()
        if asking in done:
            say("team", "ends: importer, watcher, workers, API, servers")
            return 0
        for task in done:
            say("team", f"{endings[task].label} ended with {task.result()}: the others end too")
        return 1


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run_team", description="The whole team on this machine.")
    # Root's PostgreSQL runs as another user, who can enter few folders of root's.
    place = Path("/var/tmp/sentistream-team" if os.geteuid() == 0 else "sentistream-team")
    parser.add_argument("--folder", type=Path, default=place, help="where data are kept (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="of API and dashboard (%(default)s)")
    parser.add_argument("--workers", type=int, default=2, choices=range(1, 17), metavar="1-16", help="(%(default)s)")
    options = parser.parse_args(arguments)
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return asyncio.run(run(folder, options.port, options.workers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
