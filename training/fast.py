"""Stage: the fast tier, distilled from the full one over every text that may be trained on.

Embeddings start from what the full model's encoder makes of each word alone, reduced to DIMENSIONS by
principal components; then embeddings and layers are trained to give the full model's logits, on the
texts and on pieces of them (a post in two halves, its sentences), which cost no labels.
"""

from __future__ import annotations

import copy
import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from sentistream.analysis import words
from sentistream.analysis.card import MODELS
from training import bundle, corpus, label, loop, losses, measure, spliced
from training.tasks import BY_NAME, SHIPPED_WIDTH, WIDTH

DIMENSIONS = 96
WINDOW = 5
"""Words seen at a time: `never flying with you again` needs all five."""
HALF = WINDOW // 2
CHANNELS = 192
HIDDEN = 128
SEEN_AT_LEAST = 2
VOCABULARY = 45_000
LONGEST = 96
EPOCHS = 4
FORGOTTEN = 0.12
"""Of the words of a text, each time it is seen."""
SPLICED = 150_000
BATCH = 256
RATE = 2e-3
WARMING = 1_500
"""Steps at the start with a smaller rate."""
CHOSEN_BY = ("sentiment_recall", "ekman_f1", "offensive_f1", "churn_auc")
"""Their sum on the validation sets decides which epoch is kept."""
WEIGHTS = losses.SHIPPED | {"churn": 6.0}
"""Of what is learnt from the full tier: in most texts churn risk is plain, and its loss next to nothing."""
FOLDER = MODELS / "fast"


class Network(nn.Module):
    """As sentistream.analysis.fast computes it; the last row of the table is the empty space."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.table = nn.Embedding(size + 1, DIMENSIONS, padding_idx=size)
        self.window = nn.Linear(WINDOW * DIMENSIONS, CHANNELS)
        self.hidden = nn.Linear(2 * CHANNELS, HIDDEN)
        self.head = nn.Linear(2 * CHANNELS + HIDDEN, WIDTH)
        self.dropout = nn.Dropout(0.3)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """(batch, length) with HALF spaces before and behind each text -> (batch, WIDTH)."""
        space = self.table.padding_idx
        rows = self.table(ids)
        inside = (ids[:, HALF:-HALF] != space).unsqueeze(-1)
        neighbours = [rows[:, i : ids.shape[1] - 2 * HALF + i] for i in range(WINDOW)]
        states = torch.relu(self.window(torch.cat(neighbours, -1)))
        # After the rectifier nothing is below 0, so a 0 outside the text changes no maximum.
        states = states * inside
        mean = states.sum(1) / inside.sum(1).clamp(min=1)
        seen = self.dropout(torch.cat([states.amax(1), mean], -1))
        return self.head(torch.cat([seen, torch.relu(self.hidden(seen))], -1))


def vocabulary(texts: Sequence[str]) -> list[str]:
    """The commonest words; those of mentions and links are there as any other."""
    counts = Counter(token for text in texts for token in words.tokens(text))
    return [token for token, count in counts.most_common(VOCABULARY) if count >= SEEN_AT_LEAST]


def pieces(texts: Sequence[str], seed: int) -> list[str]:
    """Of each text of eight words or more, a part cut out at random."""
    generator = random.Random(seed)
    found = []
    for text in texts:
        parts = text.split()
        if len(parts) >= 8:
            length = generator.randint(3, len(parts) - 2)
            start = generator.randint(0, len(parts) - length)
            found.append(" ".join(parts[start : start + length]))
    return found


def churn_texts() -> list[corpus.Example]:
    """The written texts once more, in more forms than the full tier saw; their labels are not used."""
    return corpus.load_churn(seed=3, copies=4, ended=24) + corpus.load_read()


def training_texts() -> tuple[list[str], list[str]]:
    """The texts as they are, whose words make the vocabulary; and with pieces and texts spliced for churn risk."""
    sets = {name: corpus.load(name, "train") for name in corpus.SETS} | {"churn": churn_texts()}
    plain = list(dict.fromkeys(example.text for found in sets.values() for example in found))
    return plain, list(dict.fromkeys(plain + pieces(plain, seed=1) + spliced.churn(seed=6, count=SPLICED)))


def _taught(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """The full tier's logits, kept in work/ for as long as texts and model are the same."""
    path = loop.WORK / "fast.taught.npz"
    asked = hashlib.sha256((MODELS / "full" / "model.onnx").read_bytes() + "\n".join(texts).encode()).hexdigest()
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["asked"]) == asked:
                logits: npt.NDArray[np.float32] = kept["logits"]
                return logits
    logits = label.full_logits(texts)
    np.savez(path, asked=np.array(asked), logits=logits)
    return logits


def _prefer_churn_teacher(texts: Sequence[str], taught: npt.NDArray[np.float32]) -> None:
    """Where the large encoder has read a text for churn risk, its opinion takes the full tier's place."""
    column, kept = BY_NAME["churn"].start, label.load_kept()
    for row, text in zip(taught, texts, strict=True):
        said = kept.get(corpus.key(text))
        if said is not None and not np.isnan(said[column]):
            row[column] = said[column]


def start(network: Network, listed: Sequence[str]) -> None:
    """Embeddings from the full model's view of each word alone."""
    states = label.pooled(listed)
    states -= states.mean(0)
    _, _, components = np.linalg.svd(states[: 20 * DIMENSIONS], full_matrices=False)
    reduced = states @ components[:DIMENSIONS].T
    with torch.no_grad():
        table = network.table.weight
        table.normal_(std=0.02)
        table[: len(listed)] = torch.from_numpy(reduced / reduced.std() * 0.1)
        table[network.table.padding_idx] = 0


def main() -> None:
    """Writes models/fast, its card not yet calibrated."""
    torch.manual_seed(1)
    plain, texts = training_texts()
    taught = _taught(texts)
    _prefer_churn_teacher(texts, taught)
    listed = vocabulary(plain)
    reader = words.Words(listed)
    network = Network(reader.size)
    start(network, listed)
    numbers = [reader.numbers(text, LONGEST) for text in texts]
    _write(_trained(network, numbers, taught, reader), listed)


def _trained(
    network: Network, numbers: list[list[int]], taught: npt.NDArray[np.float32], reader: words.Words
) -> Network:
    """The moving average of the network's weights, as it was after the best epoch.

    The rate stays high: let down to nothing, the network learns its spliced texts by heart, and its churn risk of
    real posts gets worse from the third epoch on.
    """
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.9995))
    best, kept = 0.0, average.module.state_dict()
    space = reader.size
    usable = [i for i, found in enumerate(numbers) if found]
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4)
    warming = torch.optim.lr_scheduler.LinearLR(optimiser, 0.04, total_iters=WARMING)
    generator = random.Random(1)
    began = time.monotonic()
    for epoch in range(EPOCHS):
        network.train()
        generator.shuffle(usable)
        order = [part for i in range(0, len(usable), BATCH * 64) for part in _like(usable[i : i + BATCH * 64], numbers)]
        generator.shuffle(order)
        total = 0.0
        for batch in order:
            ids = _padded([numbers[i] for i in batch], space)
            # Words forgotten at random: a text's mood should not hang on one of them.
            ids[(torch.rand(ids.shape) < FORGOTTEN) & (ids != space)] = space
            loss = losses.distilled(network(ids), torch.from_numpy(taught[batch]), weights=WEIGHTS)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            warming.step()
            average.update_parameters(network)
            total += loss.item() * len(batch)
        said = _scores(average.module, reader)
        print(
            json.dumps({"epoch": epoch + 1, "loss": total / len(usable), "seconds": time.monotonic() - began, **said})
        )
        if (good := sum(said[name] for name in CHOSEN_BY)) > best:
            best, kept = good, copy.deepcopy(average.module.state_dict())
    network.load_state_dict(kept)
    return network


def _like(part: list[int], numbers: list[list[int]]) -> list[list[int]]:
    ordered = sorted(part, key=lambda i: len(numbers[i]))
    return [ordered[i : i + BATCH] for i in range(0, len(ordered), BATCH)]


def _padded(rows: list[list[int]], space: int) -> torch.Tensor:
    longest = max(map(len, rows))
    return torch.tensor([[*[space] * HALF, *row, *[space] * (longest - len(row) + HALF)] for row in rows])


def _scores(network: Network, reader: words.Words) -> dict[str, float]:
    network.eval()

    def predict(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            found = [network(_padded([reader.numbers(text, LONGEST)], reader.size)) for text in texts]
        return torch.cat(found).numpy()

    return measure.validate(predict)


def _write(network: Network, listed: Sequence[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    weights = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    table = weights["table.weight"][:-1]
    scales = np.abs(table).max(1) / 127
    scales[scales == 0] = 1
    np.savez_compressed(
        FOLDER / "weights.npz",
        embeddings=np.round(table / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float32),
        window=weights["window.weight"].T.astype(np.float16),
        window_bias=weights["window.bias"].astype(np.float32),
        hidden=weights["hidden.weight"].T.astype(np.float16),
        hidden_bias=weights["hidden.bias"].astype(np.float32),
        head=weights["head.weight"][:SHIPPED_WIDTH].T.astype(np.float32),
        head_bias=weights["head.bias"][:SHIPPED_WIDTH].astype(np.float32),
    )
    (FOLDER / "vocabulary.txt").write_text("\n".join(listed))
    bundle.write_card(FOLDER, name="sentistream-fast", tier="fast", max_length=LONGEST)
