"""Metrics: named by the conventions, complete, and apart from one another."""

from __future__ import annotations

import re

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from sentistream.telemetry.metrics import Metrics, metrics_table


def samples(metrics: Metrics) -> dict[str, float]:
    body, _ = metrics.render()
    return {
        sample.name + "".join(f",{key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }


def test_what_is_counted_is_rendered() -> None:
    metrics = Metrics()
    metrics.requests.labels("GET", "/api/v1/posts/{id}", "200").inc()
    metrics.outcomes.labels("created").inc(3)
    metrics.stage_seconds.labels("write").observe(0.02)
    metrics.lag_entries.set(7)
    metrics.analysis_failures.labels("vader", "timeout").inc()
    found = samples(metrics)
    assert found["sentistream_requests_total,method=GET,route=/api/v1/posts/{id},status=200"] == 1
    assert found["sentistream_outcomes_total,outcome=created"] == 3
    assert found["sentistream_stage_seconds_count,stage=write"] == 1
    assert found["sentistream_stage_seconds_bucket,le=0.025,stage=write"] == 1
    assert found["sentistream_stage_seconds_bucket,le=0.01,stage=write"] == 0
    assert found["sentistream_lag_entries"] == 7
    assert found["sentistream_analysis_failures_total,model=vader,reason=timeout"] == 1
    assert found["process_cpu_seconds_total"] > 0


def test_the_content_type_is_that_of_prometheus() -> None:
    _, content_type = Metrics().render()
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"


def test_two_instances_share_nothing() -> None:
    one, two = Metrics(), Metrics()
    one.frames_sent.inc()
    assert samples(one)["sentistream_frames_sent_total"] == 1
    assert samples(two)["sentistream_frames_sent_total"] == 0


def test_every_metric_is_described_and_well_named() -> None:
    metrics = Metrics()
    described = {description.name: description for description in metrics.descriptions()}
    kinds = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}
    attributes = [value for value in vars(metrics).values() if isinstance(value, Counter | Gauge | Histogram)]
    assert len(described) == len(metrics.descriptions()) == len(attributes)
    for description in described.values():
        assert re.fullmatch(r"sentistream_[a-z_]+", description.name)
        assert description.name.endswith("_total") == (description.kind == "counter")
        assert description.help.endswith(".")
        assert description.kind in kinds
        if description.kind == "histogram":
            assert description.name.endswith(("_seconds", "_size"))
        assert f"`{description.name}`" in metrics_table()
