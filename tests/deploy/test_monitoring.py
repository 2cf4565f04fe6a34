"""Rules, dashboard and autoscaling read metrics that exist, in expressions that Prometheus understands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from places import DEPLOY, KUBERNETES, documents, read

from sentistream.telemetry.metrics import Metrics

DASHBOARD = DEPLOY / "grafana" / "dashboards" / "sentistream.json"
RULES = DEPLOY / "prometheus" / "rules.yaml"
ADAPTER = DEPLOY / "prometheus" / "adapter.yaml"
NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
FOREIGN = {"up"}
"""What Prometheus itself reports."""
TARGET = {"instance", "job", "namespace"}
"""Labels that Prometheus adds to whatever it reads."""


def registered() -> dict[str, set[str]]:
    """Every series that a process of ours can serve, with its labels."""
    found: dict[str, set[str]] = {name: {"instance", "job", "namespace"} for name in FOREIGN}
    metrics = Metrics()
    for one in metrics.descriptions():
        ends = ("_bucket", "_sum", "_count") if one.kind == "histogram" else ("",)
        for end in ends:
            found[one.name + end] = {*one.labels, "instance", "job", "namespace"} | (
                {"le"} if end == "_bucket" else set()
            )
    for family in metrics.registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, {*sample.labels, "instance", "job", "namespace"})
    return found


def rules() -> list[dict[str, Any]]:
    return [rule for group in read(RULES)["groups"] for rule in group["rules"]]


def dashboard() -> list[dict[str, Any]]:
    """Its panels that show something."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    return [panel for panel in found if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Where each expression stands, and the expression, what Grafana and the adapter fill in filled in."""
    for rule in rules():
        yield f"rules: {rule.get('alert') or rule.get('record')}", rule["expr"]
    for panel in dashboard():
        for target in panel["targets"]:
            yield f"dashboard: {panel['title']}", target["expr"].replace("$__rate_interval", "1m")
    for rule in read(ADAPTER)["rules"]["external"]:
        yield f"adapter: {rule['name']['as']}", rule["metricsQuery"].replace("<<.LabelMatchers>>", 'namespace="a"')
        yield f"adapter: {rule['name']['as']}", rule["seriesQuery"]


def selectors(expression: Any) -> Iterator[Any]:
    """Every vector selector of a parsed expression."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    elif isinstance(expression, promql_parser.MatrixSelector):
        yield expression.vector_selector
    elif isinstance(expression, promql_parser.AggregateExpr | promql_parser.ParenExpr | promql_parser.UnaryExpr):
        yield from selectors(expression.expr)
    elif isinstance(expression, promql_parser.BinaryExpr):
        yield from selectors(expression.lhs)
        yield from selectors(expression.rhs)
    elif isinstance(expression, promql_parser.Call):
        for argument in expression.args:
            yield from selectors(argument)
    else:
        assert isinstance(expression, promql_parser.NumberLiteral | promql_parser.StringLiteral), expression


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_an_expression_is_understood_and_about_metrics_that_exist(where: str, expression: str) -> None:
    known = registered() | {rule["record"]: set() for rule in rules() if "record" in rule}
    read_by_it = list(selectors(promql_parser.parse(expression)))
    assert read_by_it
    for selector in read_by_it:
        assert selector.name in known, f"{where}: {selector.name}"
        labels = {matcher.name for matcher in selector.matchers.matchers}
        assert labels <= known[selector.name], f"{where}: {labels}"


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_an_expression_groups_by_labels_that_exist(where: str, expression: str) -> None:
    grouped = {name for names in re.findall(r"\bby \(([^)]*)\)", expression) for name in NAME.findall(names)}
    known = set().union(*(labels for labels in registered().values()))
    assert grouped <= known, where


def test_every_alert_says_what_it_means() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]
    assert len(alerts) >= 8
    for alert in alerts:
        assert alert["labels"]["severity"] in ("warning", "critical"), alert["alert"]
        assert set(alert["annotations"]) == {"summary", "description"}, alert["alert"]


def test_every_alarm_of_the_operations_page_has_its_rule() -> None:
    page = (DEPLOY.parent / "docs" / "operations.md").read_text()
    named = set(re.findall(r"sentistream_\w+", page.split("## Worth an alarm")[1].split("\n## ")[0]))
    assert named
    assert named <= set(re.findall(r"sentistream_\w+", RULES.read_text()))


def test_no_two_panels_lie_on_one_another() -> None:
    cells: set[tuple[int, int]] = set()
    found = json.loads(DASHBOARD.read_text())["panels"]
    assert len({panel["id"] for panel in found}) == len(found)
    for panel in found:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        own = {(place["x"] + i, place["y"] + j) for i in range(place["w"]) for j in range(place["h"])}
        assert not own & cells, panel["title"]
        cells |= own


def test_the_autoscalers_read_what_the_adapter_offers_and_hold_the_targets() -> None:
    offered = {rule["name"]["as"] for rule in read(ADAPTER)["rules"]["external"]}
    scalers = {
        one["metadata"]["name"]: one["spec"]["metrics"]
        for file in sorted(Path(KUBERNETES / "base").glob("*.yaml"))
        for one in documents(file)
        if one["kind"] == "HorizontalPodAutoscaler"
    }
    assert set(scalers) == {"api", "worker"}
    targets = {}
    for name, metrics in scalers.items():
        cpu, external = metrics
        assert cpu["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}, name
        targets[external["external"]["metric"]["name"]] = external["external"]["target"]
    assert set(targets) == offered
    assert targets["sentistream_lag_entries"] == {"type": "AverageValue", "averageValue": "1000"}
    assert targets["sentistream_request_seconds_p95"] == {"type": "Value", "value": "500m"}
