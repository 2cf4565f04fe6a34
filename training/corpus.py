"""The labelled sets as texts and target vectors. Unknown targets are NaN and cost nothing."""

from __future__ import annotations

import csv
import functools
import hashlib
import json
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sentistream.analysis.text import normalise
from sentistream.domain.analysis import EMOTIONS
from training.tasks import BY_NAME, SENTIMENTS, WIDTH

HERE = Path(__file__).parent
STARS = ("very_negative", "negative", "neutral", "positive", "very_positive")
ABUSE = ("hate_speech", "offensive_language", "neither")
MOODS = ("anger", "joy", "optimism", "sadness")
SETS = ("sentiment", "emotion_ekman", "emotion_tweets", "offensive", "hate", "abuse", "irony", "emoji", "sst5")

_RANT = re.compile("rant|complain|angry|anger", re.IGNORECASE)

SMOOTHED = 0.05
"""Of churn targets (Szegedy et al. 2016): written texts are plainer than posts, so neither 0 nor 1 is to be reached."""

PRESUMED = ("sentiment", "emotion_ekman", "offensive", "emoji")
LEAVING = re.compile(
    r"cancel|switch|leav|left|quit|never again|no longer|done with|goodbye|\bbye\b|unsubscri|delet|uninstall|unfollow"
    r"|custom|loyal|elsewhere|ditch|dump|boycott|last time|mov(e|ing) to|drop|clos(e|ing)|alternativ|competit"
    r"|business|subscri|contract|refund",
    re.IGNORECASE,
)

SHARES = {
    "sentiment": 1.0,
    "emotion_ekman": 1.0,
    "emotion_tweets": 1.0,
    "offensive": 1.0,
    "hate": 0.5,
    "abuse": 0.25,
    "irony": 1.0,
    "emoji": 0.2,
    "sst5": 0.5,
    "churn": 2.0,
}
"""How often a text of each set is seen in an epoch: the sets we are asked about first."""


@dataclass(frozen=True)
class Example:
    """text: normalised. target: WIDTH floats, NaN where unknown."""

    text: str
    set: str
    target: npt.NDArray[np.float32]


def data_folder() -> Path:
    """The labelled sets: SENTISTREAM_TEST_DATA, else ../shared/data beside the checkout."""
    folder = Path(os.environ.get("SENTISTREAM_TEST_DATA", HERE.parent.parent / "shared" / "data"))
    if not (folder / "sentiment").is_dir():
        raise SystemExit(f"no labelled sets in {folder}: set SENTISTREAM_TEST_DATA to their folder")
    return folder


def key(text: str) -> int:
    """64 bits that stand for a normalised text where the text itself may not be kept."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def rows(name: str, part: str) -> list[dict[str, object]]:
    """The rows of one set as they lie on disk; empty where the set has no such part."""
    path = data_folder() / name / f"{part}.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def load(name: str, part: str) -> list[Example]:
    """Examples of one set. Texts that a model must be chosen on (any `val`) never come with `train`."""
    chosen_on = validation_keys() if part == "train" else frozenset()
    icons = emoji_labels() if name == "emoji" else ()
    found = []
    for row in rows(name, part):
        text = normalise(str(row["text"]))
        if text and key(text) not in chosen_on:
            found.append(Example(text, name, _target(name, row, icons)))
            if part == "train" and name in PRESUMED:
                _presume_no_churn(found[-1])
    return found


def load_churn(seed: int, copies: int = 1, ended: int = 8) -> list[Example]:
    """The texts written for churn (churn/*.jsonl), their slots filled with names; `copies` fillings of each.

    Each ending (churn/tails/) is also put to `ended` complaints that leave nobody, so that it alone decides.
    """
    generator = random.Random(seed)
    written = churn_rows()
    pairs = [(str(row["text"]), row["label"] != "rest") for row in written for _ in range(copies)]
    complaints = [str(row["text"]) for row in written if row["label"] == "rest" and _RANT.search(row["kind"])]
    for leaving, file in ((True, "leaving.txt"), (False, "staying.txt")):
        for ending in churn_endings(file):
            pairs.append((ending, leaving))
            for complaint in generator.sample(complaints, ended):
                parts = [beginning(complaint, generator), ending]
                pairs.append((" ".join(parts if generator.random() < 0.85 else parts[::-1]), leaving))
    return [churn_example(filled(text, *two_names(generator)), yes) for text, yes in pairs]


def churn_rows() -> list[dict[str, str]]:
    """The written texts with their slots open: `text`, `label`, `kind`."""
    found = []
    for path in sorted((HERE / "churn").glob("*.jsonl")):
        found += [json.loads(line) for line in path.read_text().splitlines()]
    return found


def churn_endings(file: str) -> list[str]:
    """The endings of churn/tails/`file`, their slots open."""
    return (HERE / "churn" / "tails" / file).read_text().splitlines()


def two_names(generator: random.Random) -> tuple[str, str]:
    """A brand and a rival of one line of business."""
    brand, rival = generator.sample(generator.choice(_lines_of_business()), 2)
    return brand, rival


@functools.cache
def _lines_of_business() -> list[list[str]]:
    return list(json.loads((HERE / "churn" / "names.json").read_text()).values())


def load_read() -> list[Example]:
    """Posts of the sets that were read for churn risk (churn/read.csv): what a first model took for leaving, mostly
    wrongly, and what wide patterns found. Doubtful ones are left out.
    """
    with (HERE / "churn" / "read.csv").open(newline="") as file:
        labels = {int(row["id"], 16): row["label"] for row in csv.DictReader(file) if row["label"] != "doubtful"}
    texts = {normalise(str(row["text"])) for name in SETS for row in rows(name, "train")}
    found = sorted(text for text in texts if key(text) in labels)
    return [churn_example(text, labels[key(text)] != "rest") for text in found]


def unlabelled(text: str, set_name: str) -> Example:
    """A text with no target known, for a teacher to give its opinion of."""
    return Example(text, set_name, np.full(WIDTH, np.nan, np.float32))


def beginning(text: str, generator: random.Random) -> str:
    """All of it, or its first sentences."""
    sentences = re.split(r"(?<=[.!?]) ", text)
    return " ".join(sentences[: generator.randint(1, len(sentences))])


def filled(text: str, brand: str, rival: str) -> str:
    """`text` with names in its slots; behind @ and # without spaces."""
    for slot, name in (("{brand}", brand), ("{rival}", rival)):
        for mark in "@#":
            text = text.replace(mark + slot, mark + re.sub(r"\W", "", name))
        text = text.replace(slot, name)
    return text


def churn_example(text: str, leaving: bool) -> Example:
    """One text with only its churn target known."""
    target = np.full(WIDTH, np.nan, np.float32)
    target[BY_NAME["churn"].columns] = 1 - SMOOTHED if leaving else SMOOTHED
    return Example(normalise(text), "churn", target)


def _presume_no_churn(example: Example) -> None:
    """Weak supervision: of posts without a word of leaving, one in ten counts as `rest`.

    Among posts picked by topic or emoji hardly one in a thousand is about leaving a company; the words
    keep out those that may be.
    """
    if key(example.text) % 10 == 0 and not LEAVING.search(example.text):
        example.target[BY_NAME["churn"].columns] = SMOOTHED


def churn_validation() -> list[tuple[str, str, bool]]:
    """(set, normalised text, leaving or threatening) of churn/validation.csv; the texts are looked up in the sets."""
    texts = {row["post_id"]: str(row["content"]) for row in rows("airline", "replay")}
    for name in ("sentiment", "emoji", "emotion_tweets"):
        for part in ("train", "val"):
            for row in rows(name, part):
                text = str(row["text"])
                texts[hashlib.sha256(text.encode()).hexdigest()[:16]] = text
    with (HERE / "churn" / "validation.csv").open(newline="") as file:
        return [(row["set"], normalise(texts[row["id"]]), row["label"] != "rest") for row in csv.DictReader(file)]


def validation_keys() -> frozenset[int]:
    """Keys of every text of every `val` part and of the churn validation: nothing is trained on these."""
    if not _validation_keys:
        for name in (*SETS, "multilingual"):
            for path in sorted((data_folder() / name).glob("*val.jsonl")):
                for line in path.read_text().splitlines():
                    _validation_keys.add(key(normalise(str(json.loads(line)["text"]))))
        if (HERE / "churn" / "validation.csv").exists():
            _validation_keys.update(key(text) for _, text, _ in churn_validation())
    return frozenset(_validation_keys)


_validation_keys: set[int] = set()


def emoji_labels() -> tuple[str, ...]:
    """The twenty emoji of the emoji set, in a fixed order."""
    return tuple(sorted({str(row["label"]) for row in rows("emoji", "train")}))


def epoch(examples: dict[str, Sequence[Example]], shares: dict[str, float], seed: int) -> list[Example]:
    """One epoch's draw: of each set its share, whole copies first, the rest without repetition."""
    generator = random.Random(seed)
    drawn: list[Example] = []
    for name, found in examples.items():
        whole, part = divmod(shares[name], 1)
        drawn += list(found) * int(whole) + generator.sample(list(found), round(part * len(found)))
    generator.shuffle(drawn)
    return drawn


def batches(examples: Sequence[Example], lengths: Sequence[int], size: int, seed: int) -> Iterator[list[int]]:
    """Indices in batches of texts of like length (so that little is padding), the batches in random order."""
    generator = random.Random(seed)
    order = list(range(len(examples)))
    generator.shuffle(order)
    window = size * 64
    made = []
    for start in range(0, len(order), window):
        part = sorted(order[start : start + window], key=lambda i: lengths[i])
        made += [part[i : i + size] for i in range(0, len(part), size)]
    generator.shuffle(made)
    yield from made


def _target(name: str, row: dict[str, object], icons: Sequence[str]) -> npt.NDArray[np.float32]:
    target = np.full(WIDTH, np.nan, np.float32)
    label = str(row.get("label"))

    def choose(head: str, classes: Sequence[str]) -> None:
        target[BY_NAME[head].columns] = [float(label == one) for one in classes]

    if name == "sentiment":
        choose("sentiment", SENTIMENTS)
    elif name == "emotion_ekman":
        labels = row["labels"]
        assert isinstance(labels, list)
        target[BY_NAME["emotion"].columns] = [float(one in labels) for one in EMOTIONS]
    elif name == "emotion_tweets":
        choose("mood", MOODS)
    elif name == "offensive":
        target[BY_NAME["toxicity"].columns] = float(label == "offensive")
    elif name == "hate":
        target[BY_NAME["hate"].columns] = float(label == "hate")
    elif name == "abuse":
        choose("abuse", ABUSE)
    elif name == "irony":
        target[BY_NAME["irony"].columns] = float(label == "irony")
    elif name == "emoji":
        choose("emoji", icons)
    elif name == "sst5":
        choose("stars", STARS)
    else:
        raise ValueError(f"no target is known for the set {name}")
    return target
