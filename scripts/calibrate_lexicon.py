"""Fit the map from VADER's compound value to probabilities, and write the model's card.

    python scripts/calibrate_lexicon.py DATA

DATA is a folder with `sentiment/train.jsonl` and `sentiment/val.jsonl` (`{"text", "label"}`), the
SemEval 2013 to 2016 tweets of TweetEval. Fits on train, reports on val. Newton's method on the
penalised likelihood of a multinomial logistic regression; compound values repeat, so that grouping
by them leaves a few thousand rows and plain Python is enough.
"""

from __future__ import annotations

import importlib.metadata
import json
import math
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

from sentistream.analysis.lexicon import LABELS, Calibration, _Scorer
from sentistream.analysis.text import normalise

CARD = Path(__file__).parents[1] / "src/sentistream/analysis/models/vader/card.json"
REVISION = 1
PENALTY = 1e-3
STEPS = 15
BINS = 15

Sample = tuple[float, int]


def read(path: Path, scorer: _Scorer) -> list[Sample]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(scorer.compound(normalise(row["text"])), LABELS.index(row["label"])) for row in rows]


def features(compound: float) -> tuple[float, ...]:
    return (1.0, compound, compound**2, compound**3, 1.0 if compound == 0 else 0.0)


def solve(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """Gauss-Jordan with partial pivoting."""
    size = len(vector)
    rows = [[*row, value] for row, value in zip(matrix, vector, strict=True)]
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(size):
            if r != i and (factor := rows[r][i] / rows[i][i]):
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i], strict=True)]
    return [rows[i][size] / rows[i][i] for i in range(size)]


def fit(samples: list[Sample]) -> Calibration:
    counts: dict[float, list[int]] = defaultdict(lambda: [0, 0, 0])
    for compound, label in samples:
        counts[compound][label] += 1
    width = len(features(0.0))
    weights = [0.0] * (2 * width)
    for _ in range(STEPS):
        gradient = [-PENALTY * w for w in weights]
        hessian = [[PENALTY if i == j else 0.0 for j in range(2 * width)] for i in range(2 * width)]
        for compound, (negative, neutral, positive) in counts.items():
            x = features(compound)
            scores = [math.exp(sum(w * f for w, f in zip(weights[k * width :], x, strict=False))) for k in (0, 1)]
            share = [score / (1.0 + sum(scores)) for score in scores]
            total = negative + neutral + positive
            for k, seen in ((0, negative), (1, positive)):
                for i in range(width):
                    gradient[k * width + i] += (seen - total * share[k]) * x[i]
                for m in (0, 1):
                    curve = total * share[k] * ((k == m) - share[m])
                    for i in range(width):
                        for j in range(width):
                            hessian[k * width + i][m * width + j] += curve * x[i] * x[j]
        weights = [w + step for w, step in zip(weights, solve(hessian, gradient), strict=True)]
    shares = Counter(label for _, label in samples)
    rounded = [round(w, 6) for w in weights]
    return Calibration(
        revision=REVISION,
        negative=tuple(rounded[:width]),  # type: ignore[arg-type]
        positive=tuple(rounded[width:]),  # type: ignore[arg-type]
        prior=tuple(round(shares[k] / len(samples), 6) for k in range(3)),  # type: ignore[arg-type]
    )


def macro_recall(predicted: list[int], samples: list[Sample]) -> float:
    total = Counter(label for _, label in samples)
    hits = Counter(label for guess, (_, label) in zip(predicted, samples, strict=True) if guess == label)
    return sum(hits[k] / total[k] for k in total) / len(total)


def calibration_error(predicted: list[int], confidence: list[float], samples: list[Sample]) -> float:
    """Expected calibration error over equal-width bins (Guo et al. 2017)."""
    bins = [[0.0, 0.0] for _ in range(BINS)]
    for guess, sure, (_, label) in zip(predicted, confidence, samples, strict=True):
        cell = bins[min(BINS - 1, int(sure * BINS))]
        cell[0] += sure
        cell[1] += guess == label
    return sum(abs(sure - right) for sure, right in bins) / len(samples)


def report(calibration: Calibration, samples: list[Sample]) -> dict[str, dict[str, float]]:
    """Three ways to choose the label, by the same probabilities."""
    probabilities = [calibration.probabilities(compound) for compound, _ in samples]
    ways = {
        "lift": [LABELS.index(calibration.label(p)) for p in probabilities],
        "argmax": [p.index(max(p)) for p in probabilities],
        "thresholds_0.05": [2 if c >= 0.05 else 0 if c <= -0.05 else 1 for c, _ in samples],
    }
    figures = {}
    for name, predicted in ways.items():
        confidence = [p[k] for p, k in zip(probabilities, predicted, strict=True)]
        figures[name] = {
            "macro_recall": round(macro_recall(predicted, samples), 4),
            "expected_calibration_error": round(calibration_error(predicted, confidence, samples), 4),
            "accuracy": round(sum(p == k for p, (_, k) in zip(predicted, samples, strict=True)) / len(samples), 4),
        }
    return figures


def main(data: Path) -> None:
    scorer = _Scorer()
    train, val = read(data / "sentiment/train.jsonl", scorer), read(data / "sentiment/val.jsonl", scorer)
    calibration = fit(train)
    figures = report(calibration, val)
    card = {
        "name": "vader",
        "lexicon": f"vaderSentiment {importlib.metadata.version('vaderSentiment')}, Hutto & Gilbert 2014, MIT licence",
        "calibration": {
            "revision": calibration.revision,
            "negative": calibration.negative,
            "positive": calibration.positive,
            "prior": calibration.prior,
        },
        "fitted_on": f"SemEval 2013-2016 task 'Sentiment analysis in Twitter' (Rosenthal et al. 2017), training pool of"
        f" TweetEval (Barbieri et al. 2020), {len(train):,} tweets",
        "evaluated_on": f"its validation part, {len(val):,} tweets",
        "label": "lift: argmax of P(label) / prior(label)",
        "figures": figures,
        "fitted_at": f"{datetime.now(UTC):%Y-%m-%d}",
        "script": "scripts/calibrate_lexicon.py",
    }
    CARD.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
