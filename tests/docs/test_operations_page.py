"""The operations page names every metric, and what to do when it looks bad."""

from __future__ import annotations

import re

from scripts.document_operations import PAGE, main

from sentistream.settings import fields, variable
from sentistream.telemetry.metrics import Metrics


def test_the_page_is_fresh() -> None:
    assert main(["--check"]) == 0, "run `make docs`"


def test_every_metric_has_a_line_and_advice() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for metric in Metrics().descriptions():
        assert f"| `{metric.name}` | {metric.kind} |" in page
        assert len(metric.advice) > 20, metric.name


def test_the_page_names_nothing_that_does_not_exist() -> None:
    page = PAGE.read_text(encoding="utf-8")
    metrics = {metric.name for metric in Metrics().descriptions()}
    settings = {variable(section, name) for section, name, _ in fields()}
    # A histogram is asked for by the series it has.
    named = {
        re.sub(r"_seconds_(sum|count|bucket)$", "_seconds", name) for name in re.findall(r"\bsentistream_[a-z_]+", page)
    }
    assert named <= metrics
    assert set(re.findall(r"\bSENTISTREAM_[A-Z_]+", page)) <= settings
