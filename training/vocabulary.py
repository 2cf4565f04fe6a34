"""Emoji in the tokenizer: the encoders' vocabulary has none, so a word that touches one is lost with it.

The vocabulary of bert-base-uncased, which both encoders use, holds about a thousand [unused] entries:
common emoji take their places, so the embedding table does not grow. A new entry starts as the mean of
the embeddings of the words of its Unicode name.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

from training import corpus

SEEN_AT_LEAST = 3

FACES = (range(0x1F600, 0x1F650), range(0x1F90C, 0x1F930), range(0x1F970, 0x1F97B), range(0x1FAE0, 0x1FAE9))
"""Blocks of faces, hearts and gestures: they get entries even where the texts are older than they are."""


def common_emoji(texts: Iterable[str], limit: int) -> list[str]:
    """Single symbols of Unicode category So, by frequency; the labels of the emoji set first."""
    counts: Counter[str] = Counter()
    for text in texts:
        if not text.isascii():
            counts.update(symbol for symbol in text if unicodedata.category(symbol) == "So")
    known = [symbol for symbol in corpus.emoji_labels() if len(symbol) == 1]
    often = [symbol for symbol, count in counts.most_common() if count >= SEEN_AT_LEAST]
    faces = [chr(code) for block in FACES for code in block]
    found = dict.fromkeys(symbol for symbol in (*known, *often, *faces) if _named(symbol))
    return list(found)[:limit]


def _named(symbol: str) -> bool:
    name = unicodedata.name(symbol, "")
    return bool(name) and not name.startswith("BRAILLE")


def extended(path: Path, emoji: list[str], max_length: int) -> tuple[Tokenizer, dict[int, list[int]]]:
    """The tokenizer at `path` with the emoji in it, and for each new id the ids of its name's words."""
    plain = Tokenizer.from_file(str(path))
    plain.no_padding()
    plain.no_truncation()
    described = {e: plain.encode(unicodedata.name(e).lower(), add_special_tokens=False).ids for e in emoji}
    content = json.loads(path.read_text())
    vocabulary = content["model"]["vocab"]
    free = sorted((i, token) for token, i in vocabulary.items() if token.startswith("[unused"))
    if len(free) < len(emoji):
        raise ValueError(f"{len(emoji)} emoji, but only {len(free)} unused entries")
    starts: dict[int, list[int]] = {}
    for symbol, (i, token) in zip(emoji, free, strict=False):
        del vocabulary[token]
        vocabulary[symbol] = i
        starts[i] = described[symbol]
    tokenizer = Tokenizer.from_str(json.dumps(content))
    # Skin tones, joiners and variation selectors carry no mood; left in, they would spoil the word they touch.
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex("[\\x{1F3FB}-\\x{1F3FF}\\x{200D}\\x{FE0F}]"), ""), tokenizer.normalizer]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [tokenizer.pre_tokenizer, pre_tokenizers.Split(Regex("\\p{So}"), "isolated")]
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length)
    return tokenizer, starts


def start_embeddings(table: torch.Tensor, starts: dict[int, list[int]]) -> None:
    """Give each new entry the mean of its name's words, in place."""
    with torch.no_grad():
        for i, words in starts.items():
            if words:
                table[i] = table[words].mean(0)
