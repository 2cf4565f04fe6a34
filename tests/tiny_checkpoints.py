"""Real checkpoints of a few kilobytes, made here: tests have no hub, and need none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fakes import unavailable

try:
    import huggingface_hub.constants
    import tokenizers
    import torch
    import transformers
except ModuleNotFoundError as error:
    MISSING = error.name
else:
    MISSING = None

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
WORDS = [
    "i", "this", "that", "flight", "service", "was", "is", "so", "very", "not", "good", "great", "love", "bad", "awful",
    "hate", "late", "cold", "and", "but", "!", "?", ".", "@", "#",
]  # fmt: skip


def needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra there is no test; with it there is no network, whatever is asked for."""
    if MISSING:
        unavailable(f'{MISSING} is not installed: pip install "sentistream[transformers]" to run this')
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


def make(
    folder: Path,
    labels: Sequence[str],
    *,
    kind: str = "roberta",
    logits: Sequence[float] | None = None,
    seed: int = 0,
    dtype: str = "float32",
    max_length: int | None = None,
    **settings: Any,
) -> Path:
    """A checkpoint whose weights are drawn by `seed`, or that answers `logits` to everything; 64 positions."""
    torch.manual_seed(seed)
    config = _CONFIGS[kind](labels, settings)
    model = transformers.AutoModelForSequenceClassification.from_config(config)
    with torch.no_grad():
        for weights in model.parameters():
            # Wide, so that different texts get clearly different answers.
            weights.mul_(25 if weights.dim() > 1 else 1)
        if logits is not None:
            head = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]
            head.weight.zero_()
            head.bias.copy_(torch.tensor(logits))
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    tokenizer(kind, max_length).save_pretrained(folder)
    return folder


def tokenizer(kind: str = "roberta", max_length: int | None = None) -> Any:
    """Words and `##s`; without max_length it knows no limit, as those of cardiffnlp do not."""
    vocabulary = {word: i for i, word in enumerate([*SPECIAL, *WORDS, "##s"])}
    words = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="<unk>"))
    words.normalizer = tokenizers.normalizers.Lowercase()
    words.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    if kind != "gpt2":
        words.post_processor = tokenizers.processors.TemplateProcessing(
            single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
    names = {"cls_token": "<s>", "sep_token": "</s>", "unk_token": "<unk>"}
    if kind != "gpt2":
        names["pad_token"] = "<pad>"
    limit = {} if max_length is None else {"model_max_length": max_length}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=words, **names, **limit)


def downloaded(folder: Path, cache: Path, name: str, commit: str = COMMIT) -> Path:
    """`folder` as the hub's client would have left it in its cache under `name`; its snapshot there."""
    home = cache / f"models--{name.replace('/', '--')}"
    (home / "refs").mkdir(parents=True, exist_ok=True)
    (home / "refs" / "main").write_text(commit)
    return Path(shutil.copytree(folder, home / "snapshots" / commit))


def _shape(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "vocab_size": len(SPECIAL) + len(WORDS) + 1,
        "pad_token_id": 1,
        "id2label": dict(enumerate(labels)),
        "label2id": {label: i for i, label in enumerate(labels)},
    }


def _wide(labels: Sequence[str]) -> dict[str, Any]:
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    return _shape(labels) | sizes


_CONFIGS: dict[str, Any] = {
    "bert": lambda labels, more: transformers.BertConfig(**_wide(labels), max_position_embeddings=64, **more),
    # Two positions are lost: RoBERTa begins to count behind its padding.
    "roberta": lambda labels, more: transformers.RobertaConfig(**_wide(labels), max_position_embeddings=66, **more),
    "distilbert": lambda labels, more: transformers.DistilBertConfig(
        **_shape(labels), dim=16, n_layers=1, n_heads=2, hidden_dim=16, max_position_embeddings=64, **more
    ),
    "gpt2": lambda labels, more: transformers.GPT2Config(
        **_shape(labels) | {"pad_token_id": None, "eos_token_id": 2, "bos_token_id": 0},
        n_embd=16, n_layer=1, n_head=2, n_positions=64, **more,
    ),
}  # fmt: skip
