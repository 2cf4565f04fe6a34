"""Logs: the form they take, and what they must never say."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from sentistream.settings import LogsSettings
from sentistream.telemetry.logs import WITHHELD, configure_logging


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(output: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]


def test_json_where_nobody_looks() -> None:
    output = io.StringIO()
    configure_logging(LogsSettings(), output)
    structlog.get_logger("sentistream.pipeline").info("batch settled", entries=3)
    (line,) = lines(output)
    assert line["message"] == "batch settled"
    assert line["entries"] == 3
    assert line["level"] == "info"
    assert line["logger"] == "sentistream.pipeline"
    assert str(line["timestamp"]).endswith("Z")


def test_console_on_a_terminal() -> None:
    output = Terminal()
    configure_logging(LogsSettings(), output)
    structlog.get_logger().info("batch settled", entries=3)
    assert "batch settled" in output.getvalue()
    assert not output.getvalue().startswith("{")


@pytest.mark.parametrize(("format", "starts"), [("json", "{"), ("console", "2")])
def test_the_format_can_be_set(format: str, starts: str) -> None:
    output = io.StringIO()
    configure_logging(LogsSettings.model_validate({"format": format}), output)
    structlog.get_logger().warning("hello")
    assert output.getvalue().startswith(starts)


def test_the_level_is_respected() -> None:
    output = io.StringIO()
    configure_logging(LogsSettings(level="warning"), output)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [line["message"] for line in lines(output)] == ["loud"]


def test_the_standard_library_and_uvicorn_take_the_same_road() -> None:
    output = io.StringIO()
    logging.getLogger("uvicorn.error").addHandler(logging.StreamHandler(io.StringIO()))
    configure_logging(LogsSettings(), output)
    configure_logging(LogsSettings(), output)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 12)
    logging.getLogger("uvicorn.access").info("GET /")
    logging.getLogger("some.library").error("broken %s", "pipe")
    assert [(line["logger"], line["message"]) for line in lines(output)] == [
        ("uvicorn.error", "Started server process [12]"),
        ("some.library", "broken pipe"),
    ]


@pytest.mark.parametrize(
    "key", ["content", "text", "raw", "body", "authorization", "Authorization", "api_key", "X-Api-Key", "db_password"]
)
def test_content_and_secrets_are_withheld(key: str) -> None:
    output = io.StringIO()
    configure_logging(LogsSettings(), output)
    structlog.get_logger().info("event", **{key: "hunter2", "nested": {key: "hunter2"}, "listed": [{key: "hunter2"}]})
    assert "hunter2" not in output.getvalue()
    assert lines(output)[0][key] == WITHHELD


def test_counts_are_not_content() -> None:
    output = io.StringIO()
    configure_logging(LogsSettings(), output)
    structlog.get_logger().info("analysed", texts=12, posts=12, tokenizer="bpe")
    assert lines(output)[0] | {"texts": 12, "posts": 12, "tokenizer": "bpe"} == lines(output)[0]


@pytest.mark.parametrize(
    "value",
    [
        "postgresql+asyncpg://u:hunter2@db/x",
        "redis://:hunter2@cache:6379",
        "connect to redis://a:hunter2@b failed",
        "GET /ws?api_key=hunter2&x=1",
    ],
)
def test_passwords_in_urls_are_masked(value: str) -> None:
    output = io.StringIO()
    configure_logging(LogsSettings(), output)
    structlog.get_logger().info(value, url=value, error=OSError(value))
    logging.getLogger("library").warning("cannot open %s", value)
    assert "hunter2" not in output.getvalue()
    assert "***" in output.getvalue()


def test_a_traceback_is_kept_and_masked() -> None:
    output = io.StringIO()
    configure_logging(LogsSettings(), output)
    try:
        raise ValueError("no route to redis://a:hunter2@b")
    except ValueError:
        structlog.get_logger().exception("stream lost")
    (line,) = lines(output)
    assert "Traceback" in str(line["exception"])
    assert "ValueError: no route to redis://a:***@b" in str(line["exception"])


@pytest.mark.parametrize("evil", ["\x1b[2J", "\x07", "\x9b31m", "\u202e", "\r", "\n", "\x7f"])
def test_nothing_logged_can_steer_a_terminal(evil: str) -> None:
    output = Terminal()
    configure_logging(LogsSettings(format="console"), output)
    logger = structlog.get_logger()
    logger.info(f"a{evil}b", name=f"a{evil}b", nested={"k": [f"a{evil}b"]}, odd=Exception(f"a{evil}b"))
    try:
        raise ValueError(f"a{evil if evil != chr(10) else ''}b")
    except ValueError:
        logger.exception("failed")
    logging.getLogger("library").warning("a%sb", evil)
    assert f"a{evil}b" not in output.getvalue()
    assert output.getvalue().count("\\x") + output.getvalue().count("\\u") >= 4
