"""Gold labels: where they are looked for, what they may say, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.analysis.gold import CLASSES, FIELDS, LABELS, Gold, Task, gold
from sentistream.domain.errors import InvalidEntry


@pytest.mark.parametrize(
    ("task", "record", "labels"),
    [
        ("sentiment", {"label": "positive"}, {"positive"}),
        ("sentiment", {"gold_sentiment": "Negative", "sentiment_label": "positive"}, {"negative"}),
        ("sentiment", {"label": "very_negative"}, {"negative"}),
        ("sentiment", {"sentiment": " Very Positive "}, {"positive"}),
        ("sentiment", {"label": None, "gold": ["neutral"]}, {"neutral"}),
        ("sentiment", {"sentiment_label": "neutral", "model_name": "someone", "tier": "human"}, {"neutral"}),
        ("emotion", {"labels": ["joy", "surprise"]}, {"joy", "surprise"}),
        ("emotion", {"labels": ["optimism", "joy"]}, {"joy"}),
        ("emotion", {"label": "optimism"}, {"joy"}),
        ("emotion", {"emotion": "anger"}, {"anger"}),
        ("toxicity", {"label": "offensive"}, {"toxic"}),
        ("toxicity", {"label": "not-offensive"}, {"not-toxic"}),
        ("toxicity", {"label": "not-hate"}, {"not-toxic"}),
        ("toxicity", {"gold": "hate"}, {"toxic"}),
        ("toxicity", {"label": "non_toxic"}, {"not-toxic"}),
        ("toxicity", {"toxic": True}, {"toxic"}),
        ("toxicity", {"toxicity": 0}, {"not-toxic"}),
        ("toxicity", {"label": 1.0}, {"toxic"}),
        ("toxicity", {"label": "0"}, {"not-toxic"}),
        ("churn", {"label": "leaving"}, {"leaving"}),
        ("churn", {"gold": "threatening"}, {"leaving"}),
        ("churn", {"label": "rest"}, {"rest"}),
        ("churn", {"churn": False}, {"rest"}),
    ],
)
def test_what_data_sets_write(task: str, record: dict[str, Any], labels: set[str]) -> None:
    assert gold(record, Task(task)).labels == labels


@pytest.mark.parametrize(
    ("task", "record", "field", "said"),
    [
        ("sentiment", {"text": "x"}, None, "no gold label: none of gold_sentiment, label, labels,"),
        ("sentiment", {"label": "positive"}, "stars", 'no gold label: "stars" is not there'),
        (
            "sentiment",
            {"label": "happy"},
            None,
            'unknown sentiment label "happy" in "label": write negative or neutral',
        ),
        ("sentiment", {"label": 1}, None, "unknown sentiment label 1"),
        ("sentiment", {"label": ["positive", "negative"]}, None, "holds 2 labels where sentiment has one"),
        ("sentiment", {"label": "unscored"}, None, 'unknown sentiment label "unscored"'),
        (
            "sentiment",
            {"sentiment_label": "positive", "model_name": "vader", "tier": "fast"},
            None,
            'answer of "vader"',
        ),
        ("emotion", {"labels": []}, None, '"labels" holds no label'),
        ("emotion", {"labels": ["joy", "boredom"]}, None, 'unknown emotion label "boredom"'),
        ("emotion", {"labels": ["joy", ["joy"]]}, None, "unknown emotion label (a list)"),
        ("emotion", {"label": {"joy": 1}}, None, "unknown emotion label (an object)"),
        ("toxicity", {"toxicity": 0.93}, None, "unknown toxicity label 0.93"),
        ("toxicity", {"label": 2}, None, "unknown toxicity label 2"),
        ("churn", {"label": "leavin"}, None, 'unknown churn label "leavin" in "label": write rest or leaving'),
        ("churn", {"label": "x" * 10_000}, None, "x…"),
    ],
)
def test_what_is_refused(task: str, record: dict[str, Any], field: str | None, said: str) -> None:
    with pytest.raises(InvalidEntry) as caught:
        gold(record, Task(task), field)
    assert said in caught.value.message
    assert len(caught.value.message) < 200


def test_a_named_field_wins() -> None:
    record = {"label": "positive", "mood": "negative", "sentiment_label": "neutral", "model_name": "vader"}
    assert gold(record, Task.SENTIMENT, "mood") == Gold(frozenset({"negative"}), ("negative",), "mood")
    assert gold(record, Task.SENTIMENT, "sentiment_label").labels == {"neutral"}


def test_the_report_can_say_how_a_label_was_written() -> None:
    assert gold({"label": "Very_Positive"}, Task.SENTIMENT).written == ("very-positive",)
    assert gold({"labels": ["optimism", "fear"]}, Task.EMOTION).written == ("optimism", "fear")
    assert gold({"toxic": True}, Task.TOXICITY).written == ("true",)


@pytest.mark.parametrize("task", list(Task))
def test_every_label_counts_as_a_class_and_every_class_is_a_label(task: Task) -> None:
    assert set(LABELS[task].values()) == set(CLASSES[task])
    for name in CLASSES[task]:
        assert gold({"label": name}, task).labels == {name}
        assert gold({"label": name.upper().replace("-", "_")}, task).labels == {name}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.sampled_from(list(Task)), st.data())
def test_any_value_is_a_label_or_refused(task: Task, data: st.DataObject) -> None:
    record = {data.draw(st.sampled_from(FIELDS[task])): data.draw(json_values)}
    try:
        labels = gold(record, task).labels
    except InvalidEntry:
        return
    assert labels
    assert labels <= set(CLASSES[task])
