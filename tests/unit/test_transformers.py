"""The transformers analyser: real checkpoints, in order, whatever the neighbours, and nothing invented."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sentistream.analysis.label_maps import REVISION
from sentistream.analysis.transformers import TransformersAnalyser
from sentistream.domain.analysis import EMOTIONS, Reading
from sentistream.domain.errors import SettingsError
from tiny_checkpoints import COMMIT, WORDS, downloaded, make, needed

SST2 = ["NEGATIVE", "POSITIVE"]
CARDIFF = ["negative", "neutral", "positive"]
HARTMANN = ["anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"]
CARER = ["sadness", "joy", "love", "anger", "fear", "surprise"]
GO_EMOTIONS_PART = ["anger", "annoyance", "disgust", "fear", "gratitude", "joy", "sadness", "surprise", "neutral"]

# Of every length from one word to forty, in no order.
TEXTS = [" ".join(WORDS[(i * 7 + j * (i % 5 + 1)) % len(WORDS)] for j in range(i * 17 % 40 + 1)) for i in range(60)]


@pytest.fixture(autouse=True)
def _extra(monkeypatch: pytest.MonkeyPatch) -> None:
    needed(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make(tmp_path / "sentiment", CARDIFF)


def analyser(sentiment: Path, emotion: Path | None = None, **options: Any) -> TransformersAnalyser:
    return TransformersAnalyser(str(sentiment), None if emotion is None else str(emotion), device="cpu", **options)


def numbers(reading: Reading) -> list[float]:
    assert reading.sentiment_score is not None
    assert reading.confidence_score is not None
    return [reading.sentiment_score, reading.confidence_score, *(reading.emotions or ())]


async def test_the_usual_three(tmp_path: Path) -> None:
    sst2 = make(tmp_path / "sst2", SST2, kind="distilbert", logits=[-2.0, 2.0])
    cardiff = make(tmp_path / "cardiff", CARDIFF, logits=[0.0, 3.0, 1.0])
    hartmann = make(tmp_path / "hartmann", HARTMANN, logits=[0, 0, 0, 0, 0, 3.0, 0])
    (alone,) = await analyser(sst2).analyse(["so good"])
    assert (alone.sentiment_label, alone.sentiment_score, alone.confidence_score) == ("positive", 0.9336, 0.9388)
    assert (alone.emotion, alone.emotions, alone.toxicity, alone.churn_risk, alone.language) == (None,) * 5
    assert (alone.model_name, alone.tier, alone.reason) == ("sst2", "full", None)
    (both,) = await analyser(cardiff, hartmann).analyse(["so late"])
    assert (both.sentiment_label, both.sentiment_score, both.confidence_score) == ("neutral", 0.0722, 0.8438)
    assert both.emotion == "sadness"
    assert both.emotions == (0.0383, 0.77, 0.0383, 0.0383, 0.0383, 0.0383, 0.0383)
    assert both.model_name == "cardiff + hartmann"


async def test_numbered_labels_are_known_by_name_only(tmp_path: Path) -> None:
    numbered = ["LABEL_0", "LABEL_1", "LABEL_2"]
    known = make(tmp_path / "twitter-roberta-base-sentiment", numbered, logits=[4.0, 0.0, 0.0])
    (reading,) = await analyser(known).analyse(["so bad"])
    assert reading.sentiment_label == "negative"
    with pytest.raises(SettingsError, match="LABEL_0, LABEL_1, LABEL_2"):
        analyser(make(tmp_path / "another", numbered))


async def test_a_two_class_model_is_neutral_inside_its_band(tmp_path: Path) -> None:
    # P(positive) = 0.66, so the preference is 0.32.
    sst2 = make(tmp_path / "sst2", SST2, kind="distilbert", logits=[0.0, 0.663])
    wide, narrow = analyser(sst2), analyser(sst2, neutral_band=0.3)
    (hesitant,), (decided,) = await wide.analyse(["so so"]), await narrow.analyse(["so so"])
    assert (hesitant.sentiment_label, decided.sentiment_label) == ("neutral", "positive")
    assert wide.model.version != narrow.model.version
    with pytest.raises(SettingsError, match="neutral band"):
        analyser(sst2, neutral_band=1.5)


async def test_a_multi_label_emotion_model(tmp_path: Path, folder: Path) -> None:
    logits = [-2.0, -1.0, -3.0, -3.0, 0.5, 0.0, -3.0, -3.0, -1.0]
    go = make(tmp_path / "go", GO_EMOTIONS_PART, logits=logits, problem_type="multi_label_classification")
    (reading,) = await analyser(folder, go).analyse(["so good"])
    assert reading.emotion == "joy"
    assert reading.emotions == (0.6225, 0.0474, 0.2689, 0.0474, 0.0474, 0.0474, 0.2689)


async def test_an_emotion_model_that_lacks_some_names_one_and_gives_no_numbers(tmp_path: Path, folder: Path) -> None:
    carer = make(tmp_path / "carer", CARER, kind="distilbert", logits=[0, 1.0, 1.0, 1.5, 0, 0])
    (reading,) = await analyser(folder, carer).analyse(["so good"])
    assert (reading.emotion, reading.emotions) == ("joy", None)


def test_each_model_has_its_place(tmp_path: Path, folder: Path) -> None:
    emotion = make(tmp_path / "emotion", HARTMANN)
    with pytest.raises(SettingsError, match=r"emotion cannot be the sentiment model: .* name it as EMOTION_MODEL"):
        analyser(emotion)
    with pytest.raises(SettingsError, match=r"sentiment cannot be the emotion model: .* name it as HUGGINGFACE_MODEL"):
        analyser(folder, folder)


async def test_readings_are_in_order_and_do_not_depend_on_neighbours(tmp_path: Path, folder: Path) -> None:
    emotion = make(tmp_path / "emotion", HARTMANN, kind="distilbert", seed=3)
    reads = analyser(folder, emotion, batch_size=16)
    together = await reads.analyse(TEXTS)
    alone = [(await reads.analyse([text]))[0] for text in TEXTS]
    reverse = await reads.analyse(TEXTS[::-1])
    for batched, single, other in zip(together, alone, reverse[::-1], strict=True):
        assert numbers(batched) == pytest.approx(numbers(single), abs=2e-4)
        assert numbers(other) == pytest.approx(numbers(single), abs=2e-4)
        assert batched.sentiment_label == single.sentiment_label
        assert batched.emotion == single.emotion
    assert len({tuple(numbers(reading)) for reading in alone}) > 50
    assert len({reading.emotion for reading in alone} & set(EMOTIONS)) > 2


async def test_long_texts_are_read_from_their_beginning(folder: Path) -> None:
    reads = analyser(folder)
    words = [WORDS[i % 15] for i in range(10_000)]
    long, beginning, short = await reads.analyse([" ".join(words), " ".join(words[:62]), "good"])
    assert numbers(long) == pytest.approx(numbers(beginning), abs=2e-4)
    assert numbers(long) != pytest.approx(numbers(short), abs=1e-2)


async def test_what_cannot_be_read_is_unscored_and_disturbs_nobody(folder: Path) -> None:
    reads = analyser(folder)
    (expected,) = await reads.analyse(["so good"])
    readings = await reads.analyse(["", "so good", "zzz 😀", "   ", "\ud800"])
    assert [reading.sentiment_label for reading in readings] == [
        "unscored", expected.sentiment_label, "unscored", "unscored", "unscored"
    ]  # fmt: skip
    assert numbers(readings[1]) == numbers(expected)
    assert readings[0].reason == readings[3].reason == "there is no text to read"
    assert readings[2].reason == "sentiment knows no word of this text"
    assert (readings[2].tier, readings[2].sentiment_score, readings[2].emotion) == ("unscored", None, None)
    assert await reads.analyse([]) == []
    assert await reads.analyse(["", " "]) == [readings[0], readings[0]]


async def test_what_only_the_emotion_model_does_not_know_has_a_sentiment(tmp_path: Path, folder: Path) -> None:
    emotion = make(tmp_path / "emotion", HARTMANN)
    file = emotion / "tokenizer.json"
    file.write_text(file.read_text().replace('"good"', '"goood"'))
    (reading,) = await analyser(folder, emotion).analyse(["good"])
    assert reading.sentiment_label != "unscored"
    assert (reading.emotion, reading.emotions) == (None, None)


async def test_an_answer_that_is_not_a_number_is_unscored(tmp_path: Path) -> None:
    broken = make(tmp_path / "broken", CARDIFF, logits=[float("nan"), 0, 0])
    (reading,) = await analyser(broken).analyse(["so good"])
    assert (reading.sentiment_label, reading.tier) == ("unscored", "unscored")
    assert reading.reason == "broken answered with something that is not a number"


async def test_a_model_that_knows_no_padding(tmp_path: Path) -> None:
    reads = analyser(make(tmp_path / "gpt2", CARDIFF, kind="gpt2"))
    together = await reads.analyse(TEXTS[:5])
    alone = [(await reads.analyse([text]))[0] for text in TEXTS[:5]]
    assert together == alone


async def test_callers_do_not_disturb_each_other(folder: Path) -> None:
    reads = analyser(folder, batch_size=4)
    expected = [await reads.analyse(TEXTS[i::6]) for i in range(6)]
    assert await asyncio.gather(*(reads.analyse(TEXTS[i::6]) for i in range(6))) == expected


async def test_a_cancelled_call_ends_with_the_pass_under_way(folder: Path) -> None:
    reads = analyser(folder, batch_size=1)
    passes: list[int] = []
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold(*_: object) -> None:
        passes.append(1)
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(10)

    handle = reads._sentiment._model.register_forward_hook(hold)
    task = asyncio.create_task(reads.analyse(TEXTS))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    handle.remove()
    assert len(await reads.analyse(TEXTS[:2])) == 2
    assert len(passes) == 1


async def test_the_model_says_who_speaks(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    downloaded(folder, tmp_path / "hub", "acme/tiny")
    emotion = make(tmp_path / "emotion", HARTMANN)
    alone = TransformersAnalyser("acme/tiny", device="cpu").model
    assert (alone.name, alone.version, alone.tier) == ("acme/tiny", f"{COMMIT[:12]}+{REVISION}", "full")
    first = TransformersAnalyser("acme/tiny", str(emotion), device="cpu").model
    assert first.name == "acme/tiny + emotion"
    assert first.version.startswith(f"{COMMIT[:12]}+")
    make(emotion, HARTMANN, seed=1)
    assert TransformersAnalyser("acme/tiny", str(emotion), device="cpu").model.version != first.version


@pytest.mark.parametrize(
    ("sentiment", "emotion", "stated", "claimed"),
    [
        ("", "", None, None),
        ("language: en", "", None, {"en"}),
        ("language: [en, de, nl]", "language: [en, fr]", None, {"en"}),
        ("", "language: en", None, {"en"}),
        ("language: en", "language: en", ("en", "de"), {"en", "de"}),
    ],
)
def test_languages(
    tmp_path: Path, folder: Path, sentiment: str, emotion: str, stated: Sequence[str] | None, claimed: set[str] | None
) -> None:
    other = make(tmp_path / "emotion", HARTMANN)
    for place, card in ((folder, sentiment), (other, emotion)):
        (place / "README.md").write_text(f"---\n{card}\n---\n")
    assert analyser(folder, other, languages=stated).model.languages == claimed


def test_two_models_without_a_common_language(tmp_path: Path, folder: Path) -> None:
    other = make(tmp_path / "emotion", HARTMANN)
    (folder / "README.md").write_text("---\nlanguage: de\n---\n")
    (other / "README.md").write_text("---\nlanguage: [en, es]\n---\n")
    with pytest.raises(SettingsError, match=r"share no language \(sentiment de, emotion en, es\)"):
        analyser(folder, other)


@pytest.mark.parametrize("device", ["cuda:99", "nonsense"])
def test_a_device_that_is_not_there(device: str, folder: Path) -> None:
    with pytest.raises(SettingsError, match=f"device {device} cannot be used"):
        TransformersAnalyser(str(folder), device=device)


async def test_auto_finds_a_device(folder: Path) -> None:
    auto = TransformersAnalyser(str(folder))
    (found,), (expected,) = await auto.analyse(["so good"]), await analyser(folder).analyse(["so good"])
    assert numbers(found) == pytest.approx(numbers(expected), abs=2e-3)
