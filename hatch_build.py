"""Build hook: puts the dashboard into wheels and source distributions.

Also a script: `python hatch_build.py` builds the dashboard if it is older than its sources.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # as a script the build backend need not be installed
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).resolve().parent
FRONTEND = ROOT / "frontend"
DASHBOARD = ROOT / "src" / "sentistream" / "dashboard"
GENERATED = {"node_modules", "dist", "test-results", "playwright-report", "e2e"}
MIN_NODE = 20


class DashboardHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the dashboard before anything is packed; an editable install never needs Node."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is `editable` for an editable install, `standard` for everything else."""
        if version == "editable" or os.environ.get("SENTISTREAM_SKIP_DASHBOARD") == "1":
            return
        build_dashboard()


def build_dashboard() -> bool:
    """Build it unless it is fresh; returns whether it was built. RuntimeError says what is missing."""
    if is_fresh():
        return False
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            f"building the dashboard needs Node {MIN_NODE} or newer with npm, and npm is not on PATH: install it,"
            " or set SENTISTREAM_SKIP_DASHBOARD=1 to pack without a dashboard"
        )
    if not _dependencies_installed():
        subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=FRONTEND, check=True, stdin=subprocess.DEVNULL)
    subprocess.run([npm, "run", "build"], cwd=FRONTEND, check=True, stdin=subprocess.DEVNULL)
    index = DASHBOARD / "index.html"
    if not index.is_file():
        raise RuntimeError(f"the frontend build did not leave {index.relative_to(ROOT)}")
    index.touch()  # the bundler may have kept an older time; this is what is_fresh() compares with
    return True


def is_fresh() -> bool:
    """Whether the built dashboard is no older than its sources, or came with a source distribution."""
    index = DASHBOARD / "index.html"
    if not index.is_file():
        return False
    if (ROOT / "PKG-INFO").is_file():
        return True
    built = index.stat().st_mtime
    return all(path.stat().st_mtime <= built for path in _sources())


def _sources() -> list[Path]:
    """Every file that the bundle is made from."""
    found: list[Path] = []
    for folder, folders, names in os.walk(FRONTEND):
        folders[:] = [name for name in folders if name not in GENERATED]
        found += [Path(folder, name) for name in names if not name.endswith(".tsbuildinfo")]
    return found


def _dependencies_installed() -> bool:
    """Whether node_modules was installed from the lock file as it is now."""
    installed = FRONTEND / "node_modules" / ".package-lock.json"
    lock = FRONTEND / "package-lock.json"
    return installed.is_file() and lock.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


if __name__ == "__main__":
    try:
        print("dashboard built" if build_dashboard() else "dashboard is up to date")  # noqa: T201
    except (RuntimeError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}")
