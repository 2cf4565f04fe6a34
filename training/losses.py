"""What the heads are asked to minimise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch.nn import functional

from training.corpus import Example
from training.tasks import HEADS, WIDTH

SHIPPED = {head.name: head.weight for head in HEADS if head.shipped}


def class_weights(examples: Iterable[Example]) -> torch.Tensor:
    """(WIDTH,): prior^-power of each class of a softmax head, their mean over the texts being 1."""
    targets = np.stack([example.target for example in examples])
    weights = np.ones(WIDTH, np.float32)
    for head in HEADS:
        if head.prior_power:
            prior = np.nanmean(targets[:, head.columns], axis=0)
            # A class that nobody has seen has no loss to be weighted.
            raw = np.where(prior > 0, np.maximum(prior, 1e-9) ** -head.prior_power, 0.0)
            weights[head.columns] = raw / (prior * raw).sum()
    return torch.from_numpy(weights)


def supervised(logits: torch.Tensor, targets: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Mean over the batch of the weighted losses of the known heads; targets are NaN where unknown."""
    total = logits.new_zeros(())
    for head in HEADS:
        wanted = targets[:, head.columns]
        rows = ~torch.isnan(wanted[:, 0])
        if not rows.any():
            continue
        said, wanted = logits[rows][:, head.columns], wanted[rows]
        if head.kind == "softmax":
            loss = -(weights[head.columns] * wanted * functional.log_softmax(said, -1)).sum()
        else:
            loss = functional.binary_cross_entropy_with_logits(said, wanted, reduction="none").mean(1).sum()
        total = total + head.weight * loss
    return total / len(logits)


def distilled(
    logits: torch.Tensor, taught: torch.Tensor, temperature: float = 1.0, weights: Mapping[str, float] = SHIPPED
) -> torch.Tensor:
    """Cross entropy with a teacher's heads, by name; `taught` is (batch, SHIPPED_WIDTH) logits, NaN where unknown.

    Hinton, Vinyals & Dean 2015, with the square of the temperature that keeps the gradients' size. A mean over the
    batch, unknown ones counting nothing.
    """
    total = logits.new_zeros(())
    for head in HEADS:
        if head.name not in weights:
            continue
        known = ~torch.isnan(taught[:, head.start])
        if not known.any():
            continue
        said, wanted = logits[known][:, head.columns] / temperature, taught[known][:, head.columns] / temperature
        if head.kind == "softmax":
            loss = -(functional.softmax(wanted, -1) * functional.log_softmax(said, -1)).sum()
        else:
            loss = (
                functional.binary_cross_entropy_with_logits(said, torch.sigmoid(wanted), reduction="none").mean(1).sum()
            )
        total = total + weights[head.name] * loss
    return total * temperature**2 / len(logits)
