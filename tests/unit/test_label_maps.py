"""Label maps: the labels of the checkpoints people use, and the arithmetic that makes them ours."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.analysis.label_maps import FEELINGS, NEUTRAL_BAND, EmotionMap, SentimentMap
from sentistream.domain.analysis import EMOTIONS
from sentistream.domain.errors import SettingsError

SST2 = ["NEGATIVE", "POSITIVE"]
CARDIFF = ["negative", "neutral", "positive"]
STARS = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]
HARTMANN = ["anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"]
CARER = ["sadness", "joy", "love", "anger", "fear", "surprise"]
GO_EMOTIONS = [
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
    "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy",
    "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
]  # fmt: skip

logits = st.floats(-30, 30)


def shares(*probabilities: float) -> list[float]:
    """Logits whose softmax is `probabilities`."""
    return [math.log(p) for p in probabilities]


def odds(*probabilities: float) -> list[float]:
    """Logits whose sigmoids are `probabilities`."""
    return [math.log(p / (1 - p)) for p in probabilities]


@pytest.mark.parametrize(
    "labels",
    [CARDIFF, ["Negative", "Neutral", "Positive"], ["NEG", "NEU", "POS"]],
    ids=["cardiffnlp", "capitalised", "pysentimiento"],
)
def test_three_classes_are_read_as_they_are(labels: list[str]) -> None:
    reads = SentimentMap("model", labels)
    assert reads.band is None
    assert reads.read(shares(0.1, 0.2, 0.7)) == ("positive", 0.6, 0.7)
    assert reads.read(shares(0.15, 0.8, 0.05)) == ("neutral", -0.1, 0.8)
    assert reads.read(shares(0.5, 0.3, 0.2)) == ("negative", -0.3, 0.5)


def test_the_order_of_labels_is_the_checkpoints() -> None:
    assert SentimentMap("model", ["positive", "negative", "neutral"]).read(shares(0.7, 0.1, 0.2)).label == "positive"


def test_stars_and_shades_are_added_up() -> None:
    assert SentimentMap("model", STARS).read(shares(0.25, 0.2, 0.3, 0.15, 0.1)) == ("negative", -0.2, 0.45)
    shades = ["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"]
    assert SentimentMap("model", shades).read(shares(0.1, 0.1, 0.3, 0.26, 0.24)) == ("positive", 0.3, 0.5)


def test_sigmoid_sentiments_are_shared_out() -> None:
    assert SentimentMap("model", CARDIFF, sigmoid=True).read(odds(0.2, 0.2, 0.4)) == ("positive", 0.25, 0.5)


@pytest.mark.parametrize("name", ["cardiffnlp/twitter-roberta-base-sentiment", "twitter-xlm-roberta-base-sentiment"])
def test_numbered_labels_of_a_known_checkpoint(name: str) -> None:
    assert SentimentMap(name, ["LABEL_0", "LABEL_1", "LABEL_2"]).read(shares(0.7, 0.2, 0.1)).label == "negative"


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("acme/unheard-of", ["LABEL_0", "LABEL_1", "LABEL_2"]),
        ("acme/unheard-of", ["LABEL_0", "LABEL_1"]),
        ("acme/unheard-of", ["0", "1"]),
        ("cardiffnlp/twitter-roberta-base-sentiment", ["LABEL_0", "LABEL_1"]),
        ("acme/topics", ["sports", "politics"]),
        ("acme/half", ["negative", "neutral"]),
        ("acme/more", ["negative", "positive", "sports"]),
        ("acme/none", []),
    ],
)
def test_labels_that_nobody_can_place_are_an_error(name: str, labels: list[str]) -> None:
    with pytest.raises(SettingsError, match="write them into id2label") as raised:
        SentimentMap(name, labels)
    assert name in raised.value.message
    assert raised.value.details == {"labels": labels}
    assert all(label in raised.value.message for label in labels)
    with pytest.raises(SettingsError, match="some of joy, sadness"):
        EmotionMap(name, labels)


def test_each_kind_says_where_the_other_belongs() -> None:
    with pytest.raises(SettingsError, match="these are emotions: name it as EMOTION_MODEL"):
        SentimentMap("model", HARTMANN)
    with pytest.raises(SettingsError, match="these are sentiments: name it as HUGGINGFACE_MODEL"):
        EmotionMap("model", SST2)


@given(logits, logits, st.floats(0.01, 0.99))
def test_two_classes_are_neutral_exactly_inside_the_band(negative: float, positive: float, band: float) -> None:
    preference = math.tanh((positive - negative) / 2)
    label, score, confidence = SentimentMap("model", SST2, band=band).read([negative, positive])
    if abs(abs(preference) - band) > 1e-9:
        expected = "neutral" if abs(preference) < band else "positive" if preference > 0 else "negative"
        assert label == expected
    assert score * preference >= 0
    assert abs(score) <= abs(preference) + 1e-4
    assert 1 / 3 <= confidence <= 1


def test_the_stated_band() -> None:
    reads = SentimentMap("distilbert", SST2)
    assert reads.band == NEUTRAL_BAND == 0.5
    assert reads.read(shares(0.26, 0.74)).label == "neutral"
    assert reads.read(shares(0.24, 0.76)).label == "positive"
    assert reads.read(shares(0.76, 0.24)).label == "negative"
    assert reads.read(shares(0.5, 0.5)) == ("neutral", 0.0, 0.5616)
    assert reads.read([-400.0, 400.0]) == ("positive", 1.0, 1.0)


def test_no_band_leaves_two_classes_as_they_are() -> None:
    reads = SentimentMap("distilbert", SST2, band=0)
    assert reads.read(shares(0.49, 0.51)) == ("positive", 0.02, 0.51)
    assert reads.read(shares(0.9, 0.1)) == ("negative", -0.8, 0.9)


@pytest.mark.parametrize("band", [-0.1, 1.0, math.nan])
def test_a_band_that_cannot_be(band: float) -> None:
    with pytest.raises(SettingsError, match="neutral band"):
        SentimentMap("distilbert", SST2, band=band)


def test_seven_emotions_in_our_order() -> None:
    emotion, seven = EmotionMap("model", HARTMANN).read(shares(0.05, 0.1, 0.2, 0.3, 0.15, 0.08, 0.12))
    assert emotion == "joy"
    assert seven == (0.3, 0.08, 0.05, 0.2, 0.12, 0.1, 0.15)
    assert EMOTIONS == ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")


def test_what_a_checkpoint_does_not_know_is_absent() -> None:
    # Love counts as joy: 0.25 + 0.2 is more than sadness.
    assert EmotionMap("model", CARER).read(shares(0.4, 0.25, 0.2, 0.05, 0.05, 0.05)) == ("joy", None)


def test_go_emotions_by_the_highest_of_each_group() -> None:
    values = dict.fromkeys(GO_EMOTIONS, 0.01) | {"gratitude": 0.4, "love": 0.35, "grief": 0.45, "curiosity": 0.3}
    emotion, seven = EmotionMap("model", GO_EMOTIONS, sigmoid=True).read(odds(*values.values()))
    assert emotion == "sadness"
    assert seven == (0.4, 0.45, 0.01, 0.01, 0.3, 0.01, 0.01)


def test_go_emotions_of_a_softmax_model_are_added_up() -> None:
    emotion, seven = EmotionMap("model", GO_EMOTIONS).read([0.0] * 28)
    assert emotion == "joy"
    assert seven == (0.4286, 0.1786, 0.1071, 0.0714, 0.1429, 0.0357, 0.0357)


def test_every_label_of_go_emotions_has_a_place() -> None:
    assert len(GO_EMOTIONS) == 28
    assert {FEELINGS[label] for label in GO_EMOTIONS} == set(EMOTIONS)


def test_a_label_without_counterpart_is_dropped_or_leaves_no_emotion() -> None:
    reads = EmotionMap("model", ["anger", "joy", "anticipation", "trust"])
    assert reads.read(shares(0.1, 0.5, 0.3, 0.1)) == ("joy", None)
    assert reads.read(shares(0.1, 0.3, 0.5, 0.1)) == (None, None)


def test_a_sigmoid_model_without_neutral_may_feel_nothing() -> None:
    reads = EmotionMap("model", ["anger", "joy", "trust"], sigmoid=True)
    assert reads.read(odds(0.2, 0.49, 0.99)) == (None, None)
    assert reads.read(odds(0.2, 0.51, 0.99)) == ("joy", None)


@given(st.lists(st.floats(-1e4, 1e4), min_size=28, max_size=28), st.booleans())
def test_emotions_are_probabilities_whatever_the_logits(values: list[float], sigmoid: bool) -> None:
    emotion, seven = EmotionMap("model", GO_EMOTIONS, sigmoid=sigmoid).read(values)
    assert seven is not None
    assert emotion is not None
    assert all(0 <= p <= 1 for p in seven)
    assert seven[EMOTIONS.index(emotion)] == max(seven)
    assert sigmoid or sum(seven) == pytest.approx(1, abs=4e-4)
