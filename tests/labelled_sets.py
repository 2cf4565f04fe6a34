"""Invented posts in the folders and fields of the labelled sets, for tests of what measures models."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

GOOD = ("I love this new phone", "What a wonderful morning it is", "Thanks, great service today")
BAD = ("I hate waiting in this line", "This is awful and the screen is broken", "You are a stupid liar")
PLAIN = ("The shop opens at nine on Monday", "Where can I change my address?", "The train leaves from platform two")
DIALECT = ("we finna go to the park", "he be working late every night", "y'all coming to the game tonight")
FOREIGN = ("Le service est vraiment excellent, merci à toute l'équipe", "Der Zug war heute schon wieder viel zu spät")
LEAVING = ("I closed my account, goodbye", "Moving to another bank today", "One more outage and I am leaving you")


def write(folder: Path) -> Path:
    """All sets below `folder`, each class of each with a few posts."""
    moods = [(text, "joy") for text in GOOD] + [(text, "anger") for text in BAD] + [(PLAIN[0], "sadness")]
    sentiment = _labelled(negative=BAD, neutral=[*PLAIN, DIALECT[0]], positive=GOOD)
    for part in ("train", "val"):
        _lines(folder / "sentiment" / f"{part}.jsonl", sentiment)
        _lines(folder / "emotion_tweets" / f"{part}.jsonl", [{"text": text, "label": mood} for text, mood in moods])
        _lines(folder / "emotion_ekman" / f"{part}.jsonl", [{"text": text, "labels": [mood]} for text, mood in moods])
        offensive = {"offensive": BAD[2:], "not-offensive": [*PLAIN, *DIALECT]}
        _lines(folder / "offensive" / f"{part}.jsonl", _labelled(**offensive))
        _lines(folder / "hate" / f"{part}.jsonl", _labelled(**{"hate": BAD[2:], "not-hate": GOOD}))
        _lines(folder / "irony" / f"{part}.jsonl", _labelled(irony=GOOD[:1], non_irony=PLAIN))
        _lines(folder / "emoji" / f"{part}.jsonl", _labelled(**{"😂": [*GOOD, *DIALECT[1:]], "❤": PLAIN}))
        _lines(folder / "sst5" / f"{part}.jsonl", _labelled(very_negative=BAD, neutral=PLAIN, very_positive=GOOD))
    _lines(folder / "abuse" / "train.jsonl", _labelled(neither=[*PLAIN, *DIALECT], hate_speech=BAD[2:]))
    for language in ("arabic", "french", "german", "hindi", "italian", "portuguese", "spanish"):
        _lines(folder / "multilingual" / f"{language}.val.jsonl", _labelled(positive=FOREIGN[:1], negative=FOREIGN[1:]))
    _lines(folder / "multilingual" / "english.val.jsonl", sentiment)
    posts = [(text, "negative") for text in (*BAD, *LEAVING)] + [(text, "positive") for text in GOOD]
    _lines(
        folder / "airline" / "replay.jsonl",
        [
            {"post_id": f"twitter_{n}", "content": f"@Acme {text}", "gold_sentiment": label}
            for n, (text, label) in enumerate(posts)
        ],
    )
    return folder


def write_churn(folder: Path) -> Path:
    """churn/ below `folder`: texts to train on, and a validation set over the replay of `write`."""
    (folder / "churn").mkdir(parents=True)
    _lines(folder / "churn" / "texts.jsonl", [{"text": "done with you", "label": "leaving"}])
    with (folder / "churn" / "validation.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("set", "id", "label", "doubtful"))
        for n in range(9):
            label = "leaving" if 3 <= n < 6 else "rest"
            rows.writerow(("airline-random" if n % 2 else "airline-net", f"twitter_{n}", label, int(n == 8)))
    return folder


def _labelled(**texts: Sequence[str]) -> list[dict[str, Any]]:
    return [{"text": text, "label": label} for label, found in texts.items() for text in found]


def _lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
