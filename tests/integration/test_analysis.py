"""What people get who set nothing: the bundled transformer, from a post to the numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from running import DEFAULT_ANALYSER, run, running
from sentistream.domain.analysis import EMOTIONS

CONTENTS = [
    "What a wonderful crew, thank you so much for a lovely flight!",
    "You lost my luggage again, I hate this stupid airline",
    "I am so sad that the old app is gone",
    "Done with you, cancelling my account and moving to another bank today",
    "The office opens at nine on Monday",
    "Boarding is at gate 12",
]
FOREIGN = "Das ist wirklich eine sehr schlechte Erfahrung gewesen, nie wieder diese Firma"
FIELDS = ("sentiment_label", "sentiment_score", "confidence_score", "emotion", "emotions", "toxicity", "churn_risk")


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_posts_and_numbers_carry_emotions_toxicity_and_churn_risk(tmp_path: Path) -> None:
    data = tmp_path / "data"
    now = datetime.now(UTC).isoformat()
    sent = [
        {"post_id": str(number), "source": "twitter", "created_at": now, "content": content, "product": "Mobile App"}
        for number, content in enumerate([*CONTENTS, FOREIGN])
    ]
    with running(tmp_path, "up", "--source", "none", "--data-dir", data, **DEFAULT_ANALYSER) as server:
        assert server.healthy()["services"]["model"]["tier"] == "full"
        assert server.http.post("/api/v1/posts", json=sent).status_code == 202
        server.until(lambda: server.data("stats")["posts"] == len(sent), 30, "the posts stored")
        # On a busy machine the fast model may have read them first.
        server.until(lambda: server.data("metrics/tiers")["waiting"] == 0, 30, "the posts read by the full model")
        stored: dict[str, dict[str, Any]] = {post["content"]: post for post in server.data("posts", limit=50)}
        overall = server.data("metrics/overall", hours=1)["current"]
        by_emotion = {item["key"]: item["posts"] for item in server.data("metrics/emotions", hours=1)["items"]}
        [product] = server.data("metrics/products", hours=1)["items"]
        full = server.data("posts", tier="full", limit=50)
        assert server.terminate() == 0

    read = [stored[content] for content in CONTENTS]
    for post in read:
        assert post["tier"] == "full"
        assert list(post["emotions"]) == list(EMOTIONS)
        assert all(0 <= probability <= 1 for probability in post["emotions"].values())
        assert post["emotion"] in EMOTIONS
        assert 0 <= post["toxicity"] <= 1
        assert 0 <= post["churn_risk"] <= 1
    assert [post["sentiment_label"] for post in read[:2]] == ["positive", "negative"]
    unread = stored[FOREIGN]
    assert (unread["sentiment_label"], unread["tier"]) == ("unscored", "unscored")
    assert [unread[name] for name in FIELDS[1:]] == [None] * len(FIELDS[1:])
    assert {post["content"] for post in full} == set(CONTENTS)

    assert (overall["posts"], overall["scored"]) == (len(sent), len(CONTENTS))
    assert overall["average_toxicity"] == pytest.approx(mean([post["toxicity"] for post in read]), abs=1e-4)
    assert overall["average_churn_risk"] == pytest.approx(mean([post["churn_risk"] for post in read]), abs=1e-4)
    assert overall["high_churn_risk"] == sum(post["churn_risk"] >= 0.5 for post in read)
    means = {name: mean([post["emotions"][name] for post in read]) for name in EMOTIONS}
    assert overall["emotions"] == pytest.approx(means, abs=1e-4)
    named = [post["emotion"] for post in read]
    assert by_emotion == {name: named.count(name) for name in set(named)}
    assert product["average_churn_risk"] == overall["average_churn_risk"]
    assert run("doctor", "--data-dir", data, cwd=tmp_path, **DEFAULT_ANALYSER).returncode == 0

    # The same text reads the same wherever it is read.
    lines = "".join(json.dumps({"text": content}) + "\n" for content in reversed(CONTENTS))
    alone = run("analyze", "--input", "-", cwd=tmp_path, stdin=lines, **DEFAULT_ANALYSER)
    for answer in map(json.loads, alone.stdout.splitlines()):
        assert [answer[name] for name in FIELDS] == [stored[answer["text"]][name] for name in FIELDS]
