"""What the README tells people to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from tests.command_names import COMMANDS

from sentistream.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
README = (ROOT / "README.md").read_text()


def typed(page: Path) -> list[str]:
    """Every line of a code block and every piece of inline code."""
    text = page.read_text()
    blocks = re.findall(r"^```(?:\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def commands() -> dict[str, set[str]]:
    """Each command with its options; those of a group under `group command`."""
    found: dict[str, set[str]] = {}

    def walk(command: object, name: str) -> None:
        found[name] = {option for parameter in getattr(command, "params", []) for option in parameter.opts}
        found[name] |= {option for parameter in getattr(command, "params", []) for option in parameter.secondary_opts}
        for inner, sub in getattr(command, "commands", {}).items():
            walk(sub, f"{name} {inner}".strip())

    walk(typer.main.get_command(app), "")
    return found


def targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    return set(phony.group(1).split())


def test_every_command_of_the_issue_exists_and_is_in_the_readme() -> None:
    top = {name for name in commands() if name and " " not in name}
    assert top == set(COMMANDS)
    for name in top:
        assert f"| `sentistream {name}` |" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_exist(page: Path) -> None:
    known = commands()
    for line in typed(page):
        match = re.match(r"^(?:\.venv/bin/)?sentistream ([a-z]+)(?: ([a-z]+)\b)?(.*)$", line)
        if match is None:
            continue
        name, inner, rest = match.groups()
        command = f"{name} {inner}" if f"{name} {inner}" in known else name
        assert command in known, f"{page.name}: {line}"
        for option in re.findall(r"(?<=\s)(--[a-z][a-z-]*)", rest):
            assert option in known[command] | {"--help"}, f"{page.name}: {line}: no {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_targets_exist(page: Path) -> None:
    variables = set(re.findall(r"^([A-Z]+) \?=", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in typed(page):
        if not line.startswith("make "):
            continue
        for word in re.split(r"\s{2,}", line)[0].split()[1:]:
            name, assigned, _ = word.partition("=")
            assert name in (variables if assigned else targets()), f"{page.name}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name} links to {link}"
        if anchor:
            titles = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
            assert anchor in slugs, f"{page.name} links to {link}"


def test_files_named_in_commands_exist() -> None:
    for path in re.findall(r"\bexamples/[\w.-]+", README):
        assert (ROOT / path).is_file()
