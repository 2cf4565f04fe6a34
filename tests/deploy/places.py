"""Where deploy/ keeps its files, and how they are read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
IMAGES = DEPLOY / "images"
KUBERNETES = DEPLOY / "kubernetes"


def program(name: str) -> Path:
    """A program that a package of the group `deploy` brought into this environment."""
    return Path(sys.executable).with_name(name)


def read(path: Path) -> Any:
    """The only document of a YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def documents(path: Path) -> list[Any]:
    """Every document of a YAML file."""
    return [one for one in yaml.safe_load_all(path.read_text(encoding="utf-8")) if one is not None]
