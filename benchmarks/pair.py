"""The usual hobby set-up: a sentiment pipeline and an emotion pipeline of Hugging Face, post by post.

`python -m benchmarks.pair FOLDER` makes the two checkpoints, of the sizes of distilbert-base and distilroberta-base,
with random weights: how long a matrix product takes does not depend on what is in it, and nothing is downloaded. Both
cut texts with the vocabulary of bert-base-uncased (that of the bundled model), DistilBERT's own; a tweet in RoBERTa's
own pieces is about as long.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sentistream.analysis.card import MODELS

SENTIMENTS = ("NEGATIVE", "POSITIVE")
FEELINGS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
NAMES = ("sentiment", "emotion")


def make(folder: Path) -> None:
    """Write FOLDER/sentiment and FOLDER/emotion."""
    import torch
    import transformers
    from tokenizers import Tokenizer

    words = Tokenizer.from_file(str(MODELS / "full" / "tokenizer.json"))
    words.no_truncation()
    words.no_padding()
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=512, **names)
    padding = {"pad_token_id": tokenizer.pad_token_id}
    configs = (
        transformers.DistilBertConfig(**_labels(SENTIMENTS), **padding),
        transformers.RobertaConfig(
            vocab_size=50_265, num_hidden_layers=6, max_position_embeddings=514, type_vocab_size=1,
            **_labels(FEELINGS), **padding,
        ),
    )  # fmt: skip
    torch.manual_seed(1)
    for name, config in zip(NAMES, configs, strict=True):
        transformers.AutoModelForSequenceClassification.from_config(config).save_pretrained(folder / name)
        tokenizer.save_pretrained(folder / name)


class Pair:
    """Both pipelines, loaded as their documentation shows. batch_size: 1 is post by post."""

    def __init__(self, folder: Path, batch_size: int) -> None:
        from transformers import pipeline

        self._pipelines = [pipeline("text-classification", model=str(folder / name), device="cpu") for name in NAMES]
        self._batch_size = batch_size

    def read(self, texts: Sequence[str]) -> None:
        """Sentiment and emotion of each text."""
        if self._batch_size == 1:
            for text in texts:
                for pipeline in self._pipelines:
                    pipeline(text)
        else:
            for pipeline in self._pipelines:
                pipeline(list(texts), batch_size=self._batch_size)


def weigh(folder: Path) -> int:
    """Bytes that a user would download for the two."""
    return sum(path.stat().st_size for name in NAMES for path in (folder / name).iterdir())


def _labels(names: Sequence[str]) -> dict[str, Any]:
    return {"id2label": dict(enumerate(names)), "label2id": {name: i for i, name in enumerate(names)}}


if __name__ == "__main__":
    make(Path(sys.argv[1]))
