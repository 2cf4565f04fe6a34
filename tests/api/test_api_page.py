"""docs/api.md cannot drift: its commands are run, and its answers held against the real ones."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from house import House, post
from test_other_routes import episode

from sentistream.analysis.fast import FastAnalyser
from sentistream.api.openapi import openapi_document
from sentistream.domain import errors
from sentistream.domain.errors import SentiStreamError
from sentistream.pipeline.ingest import SourceState
from sentistream.pipeline.layering import Layering

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
BASE = "http://127.0.0.1:8000"


def commands(block: str) -> list[dict[str, Any]]:
    """The curl commands of a block, as requests."""
    found = []
    for line in block.replace("\\\n", " ").split("curl ")[1:]:
        words = shlex.split(f"curl {line}")
        request: dict[str, Any] = {"method": "GET", "headers": {}}
        rest = iter(words[1:])
        for word in rest:
            if word == "-X":
                request["method"] = next(rest)
            elif word == "-H":
                name, _, value = next(rest).partition(": ")
                request["headers"][name] = value
            elif word == "-d":
                request["content"] = next(rest)
            elif not word.startswith("-"):
                request["url"] = word.removeprefix(BASE)
        found.append(request)
    return found


def examples() -> list[tuple[list[dict[str, Any]], Any]]:
    """Every block of commands with the answer that follows it, if one does."""
    pattern = re.compile(r"```sh\n(.*?)```(?:\n\n```json\n(.*?)```)?", re.DOTALL)
    return [(commands(block), json.loads(answer) if answer else None) for block, answer in pattern.findall(PAGE)]


def contains(real: Any, shown: Any, path: str) -> None:
    """Every key that is shown is there, with a value of the same kind."""
    if path.endswith(".emotions") and real is None:
        return  # The page shows the full tier; the lexicon of the house reads none.
    if isinstance(shown, dict):
        assert isinstance(real, dict), path
        for key, value in shown.items():
            assert key in real, f"{path}.{key} is not in the answer"
            contains(real[key], value, f"{path}.{key}")
    elif isinstance(shown, list):
        assert isinstance(real, list), path
        if shown:
            assert real, f"{path} is empty"
            contains(real[0], shown[0], f"{path}[0]")
    elif shown is not None and real is not None:
        kinds = (int, float) if isinstance(shown, int | float) and not isinstance(shown, bool) else type(shown)
        assert isinstance(real, kinds), f"{path}: {real!r} is no {kinds}"


async def test_every_example_works_and_answers_what_is_shown(house: House) -> None:
    house.sources.append(SourceState(name="synthetic", kind="synthetic", state="running", cursor={"number": 1440}))
    await house.store.alerts.open(episode(1))
    ran = 0
    for requests, shown in examples():
        for index, request in enumerate(requests):
            answer = await house.client.request(**request)
            # The house brings nothing in, as `sentistream api`; test_switch.py has a process that does.
            switches = request["url"].endswith(("/start", "/stop"))
            assert answer.status_code in ((409,) if switches else (200, 201, 202)), f"{request}: {answer.text}"
            if shown is not None and index == 0:
                contains(answer.json(), shown, request["url"])
            ran += 1
            if "/layers" in request["url"] and request["method"] == "POST":
                await Layering(house.store, lambda name: FastAnalyser(), house.clock, "worker").finish("november")
            elif request["method"] == "POST" or (
                request["method"] == "DELETE" and request["url"].endswith("/correction")
            ):
                await house.settle()
            elif request["method"] == "DELETE":
                await house.settle()
                await house.fill(
                    [post(1, created_at="2026-11-22T09:30:00Z", product="App", city="Chicago", country="US")]
                )
    assert ran >= len(openapi_document()["paths"])


def test_every_route_has_an_example() -> None:
    shown = {
        (request["method"], request["url"].partition("?")[0]) for requests, _ in examples() for request in requests
    }
    for path, operations in openapi_document()["paths"].items():
        for method in operations:
            pattern = re.compile(re.sub(r"\\\{.*?\\\}", ".+", re.escape(path)))
            assert any(verb == method.upper() and pattern.fullmatch(url) for verb, url in shown), (method, path)


def test_every_filter_and_every_error_a_caller_can_meet_is_explained() -> None:
    parameters = openapi_document()["paths"]["/api/v1/posts"]["get"]["parameters"]
    for parameter in parameters:
        assert f"`{parameter['name']}" in PAGE, parameter["name"]
    for error in vars(errors).values():
        if (
            isinstance(error, type)
            and issubclass(error, SentiStreamError)
            and error.status in (400, 401, 403, 404, 413, 415, 503)
        ):
            assert f"`{error.code}`" in PAGE, error.code
