"""What `sentistream analyze --explain` adds: which words made the reading, for programs and for people."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sentistream.cli.output import shown
from sentistream.domain.analysis import Reading

if TYPE_CHECKING:
    from sentistream.analysis.explain import Explainer

NOTICEABLE = 0.02
"""Contributions that people are shown: less is in the JSON."""

TITLES = {"sentiment": "sentiment", "toxicity": "toxicity", "churn_risk": "churn risk"}


def explanation(runner: asyncio.Runner, explainer: Explainer, text: str, reading: Reading) -> dict[str, Any] | None:
    """Of the shape of the API's WordScores; None where there is nothing to take apart."""
    import msgspec

    from sentistream.analysis.explain import Unexplained
    from sentistream.api.explanations import worded

    name, version = reading.model_name, reading.model_version
    if reading.sentiment_label == "unscored" or not explainer.knows(name, version):
        return None
    found = runner.run(explainer.explain(text, name, version))
    if isinstance(found, Unexplained):
        return None
    built: dict[str, Any] = msgspec.to_builtins(worded(text, found))
    return {"model_name": name, "model_version": version, **built}


def pictured(text: str, answer: dict[str, Any]) -> Text:
    """The text, once for each score that was read, with what its words add behind them: blue more, red less."""
    found = answer["explanation"]
    if found is None:
        why = answer.get("reason") or f"{answer['model_name']} tells no reasons"
        return Text(f"{shown(text)}\n  {answer['sentiment_label']}: {shown(str(why))}\n")
    picture = Text()
    for name, title in TITLES.items():
        if found["scores"][name] is None:
            continue
        picture.append(f"{title} {found['scores'][name]:+.2f} = {found['base'][name]:+.2f} of no words, and\n  ")
        at = 0
        for word in found["words"]:
            picture.append(shown(text[at : word["start"]]))
            adds = word[name]
            if abs(adds) < NOTICEABLE:
                picture.append(shown(word["text"]))
            else:
                picture.append(f"{shown(word['text'])}({adds:+.2f})", style="bold blue" if adds > 0 else "bold red")
            at = word["end"]
        picture.append(f"{shown(text[at:])}\n")
    return picture
