"""`python -m training STAGE`: each stage resumes where it was broken off and ends in files that can be committed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


def _stage(name: str, module: str, text: str) -> None:
    # Imported when asked for: each stage takes a few seconds to load its libraries.
    @app.command(name=name, help=text)
    def command() -> None:
        importlib.import_module(f"training.{module}").main()


_stage("baseline", "baseline", "The small encoder on the labels alone: a first usable full tier.")
_stage("teacher", "teacher", "The large encoder on the labels; its weights stay in training/work.")
_stage("churn_teacher", "churn_teacher", "The large encoder goes on with churn risk alone.")
_stage("label", "label", "The large encoders' logits for every text, kept in training/labels.")
_stage("student", "student", "The small encoder, taught by those logits and the labels: models/full.")
_stage("finish", "finish", "Its last epoch, with texts spliced for churn risk: models/full anew.")
_stage("fast", "fast", "Token embeddings and a small head, taught by the full tier: models/fast.")
_stage("calibrate", "calibrate", "Temperatures, biases and lifts of both, on the validation sets.")
_stage("quantisation", "quantisation", "What the full tier lost by becoming int8, into its card.json.")
_stage("card", "card", "Figures of both, through the real runtime, into their card.json.")


@app.command()
def correct(
    corrections: Annotated[Path, typer.Option("--corrections", help="What `sentistream corrections export` wrote.")],
) -> None:
    """The full tier goes on with what people corrected; refused if it forgets more than a point elsewhere."""
    importlib.import_module("training.correct").main(corrections)


if __name__ == "__main__":
    app()
