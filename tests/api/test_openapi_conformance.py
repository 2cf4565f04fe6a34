"""What the OpenAPI document promises, the application does: schemathesis asks, and the shapes are compared."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import schemathesis
from house import BAD, FLAT, GOOD, House, at, opened, post, served
from hypothesis import HealthCheck, Phase, assume, settings

from fakes import MovableClock
from sentistream.api import schemas
from sentistream.api.live import messages
from sentistream.api.openapi import openapi_document
from sentistream.domain.alert import Alert
from sentistream.domain.event import PostView
from sentistream.domain.ledger import OUTCOMES
from sentistream.domain.post import Post, Tombstone
from sentistream.pipeline.ingest import SourceState
from sentistream.storage.base import DeadLetter

DOCUMENT = openapi_document()
schema = schemathesis.openapi.from_dict(DOCUMENT)

CHECKS = [
    schemathesis.checks.not_a_server_error,
    *schemathesis.checks.CHECKS.get_by_names(
        [
            "status_code_conformance",
            "content_type_conformance",
            "response_headers_conformance",
            "response_schema_conformance",
        ]
    ),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server with posts of every label, in a thread of its own."""
    folder: Path = tmp_path_factory.mktemp("conformance")
    found: list[str] = []
    ready, done = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        clock = MovableClock(at("12:00:30"))
        async with opened(folder, clock) as (store, stream):
            house = House(store, stream, clock)
            house.sources.append(SourceState(name="synthetic", kind="synthetic", state="running"))
            texts = [GOOD, BAD, FLAT]
            await house.fill(
                [post(number, content=f"{texts[number % 3]} {number}", product="App") for number in range(30)]
            )
            await house.send([post(90, content="")])
            await house.settle()
            async with served(house.app) as port:
                found.append(f"http://127.0.0.1:{port}")
                ready.set()
                await done.wait()
            await house.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(20)
        assert not thread.is_alive()
        loop.close()


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_application_keeps_what_the_document_promises(case: Any, address: str) -> None:
    response = case.call(base_url=address)
    # uvicorn itself refuses request lines of more than 64 KiB, before the application is asked.
    assume(response.text != "Invalid HTTP request received.")
    case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize(
    ("record", "model", "more", "less"),
    [
        (PostView, schemas.Post, set(), set()),
        (Alert, schemas.Alert, set(), set()),
        (DeadLetter, schemas.DeadLetter, set(), set()),
        (SourceState, schemas.SourceState, set(), set()),
        (Post, schemas.PostIn, set(), {"connector"}),
        (Tombstone, schemas.TombstoneIn, set(), {"connector"}),
    ],
)
def test_models_describe_the_records(record: Any, model: Any, more: set[str], less: set[str]) -> None:
    assert set(model.model_fields) - more == set(record.__struct_fields__) - less


def test_the_ledger_names_every_outcome() -> None:
    assert set(schemas.AccountTotals.model_fields) == {*OUTCOMES, "received", "in_flight", "balanced"}


def test_every_route_has_a_summary_and_documents_its_errors() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            for status in ("400", "401", "403", "500", "503"):
                assert status in operation["responses"], (path, method, status)


def test_every_live_message_is_described() -> None:
    known = DOCUMENT["components"]["schemas"]
    for message in messages.MESSAGES:
        assert message.__name__ in known
        assert get_args(message.model_fields["type"].annotation)


def test_examples_are_of_their_own_shape() -> None:
    schemas.Post.model_validate(schemas.EXAMPLE_POST)
    schemas.PostIn.model_validate(schemas.EXAMPLE_POST_IN)
    schemas.Measures.model_validate(schemas.EXAMPLE_MEASURES)
    msgspec.convert(schemas.EXAMPLE_POST_IN | {"kind": "post"}, Post)
