"""The switch that ends a process at a named point: it fires where and when it should, and leaves its mark."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sentistream import crash_points
from sentistream.crash_points import POINTS, switch


def test_without_a_test_nothing_happens() -> None:
    assert crash_points.reached is switch({})
    for point in POINTS:
        crash_points.reached(point, ["a text"])


def test_an_unknown_point_is_said() -> None:
    with pytest.raises(ValueError, match="there is no crash point 'after_lunch'"):
        switch({"SENTISTREAM_TEST_CRASH_AT": "after_lunch"})


PROGRAM = """
from sentistream.crash_points import reached
for n in range(5):
    print(n, flush=True)
    reached("after_read")
    reached("in_analysis", [f"text {n}"])
"""


def started(**environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=os.environ | environment, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize(
    ("environment", "passes"),
    [
        ({"SENTISTREAM_TEST_CRASH_AT": "after_read"}, 1),
        ({"SENTISTREAM_TEST_CRASH_AT": "after_read:3"}, 3),
        ({"SENTISTREAM_TEST_CRASH_AT": "in_analysis", "SENTISTREAM_TEST_CRASH_TEXT": "text 3"}, 4),
    ],
)
def test_it_kills_at_the_point(tmp_path: Path, environment: dict[str, str], passes: int) -> None:
    mark = tmp_path / "mark"
    with started(**environment, SENTISTREAM_TEST_CRASH_MARK=str(mark)) as process:
        said, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert said.split() == [str(n) for n in range(passes)]
    point = environment["SENTISTREAM_TEST_CRASH_AT"].partition(":")[0]
    assert mark.read_text() == f"{point} {process.pid}\n"


def test_it_freezes_at_the_point_and_goes_on(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with started(SENTISTREAM_TEST_PAUSE_AT="after_read:2", SENTISTREAM_TEST_CRASH_MARK=str(mark)) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert mark.read_text() == f"after_read {process.pid}\n"
        process.send_signal(signal.SIGCONT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.split() == [str(n) for n in range(5)]
