"""Options that several commands share, and how they become settings."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sentistream.settings import Settings, load_settings
from sentistream.telemetry.logs import configure_logging

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the databases.", show_default="sentistream-data")
]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port", min=0, max=65535, help="Serve /metrics and health on this port too.", show_default=False
    ),
]


class Tier(StrEnum):
    """The bundled models."""

    FULL = "full"
    FAST = "fast"


class AnalyserName(StrEnum):
    """Every analyser."""

    AUTO = "auto"
    FULL = "full"
    FAST = "fast"
    LEXICON = "lexicon"
    TRANSFORMERS = "transformers"
    LLM = "llm"


TierOption = Annotated[Tier | None, typer.Option("--tier", help="The bundled model that reads.", show_default=False)]
AnalyserOption = Annotated[
    AnalyserName | None,
    typer.Option("--analyser", help="The analyser that reads.", show_default="SENTISTREAM_ANALYSIS_ANALYSER"),
]


def asked_for(tier: Tier | None, analyser: AnalyserName | None) -> str | None:
    """The analyser that the two options name, None where neither was given. BadParameter where they name two."""
    if tier is not None and analyser is not None and tier.value != analyser.value:
        raise typer.BadParameter(f"--tier {tier} and --analyser {analyser} contradict each other: give one of them")
    name = analyser or tier
    return name.value if name else None


def settled(data_dir: Path | None = None, **sections: dict[str, Any]) -> Settings:
    """The settings of this process with the options that were given on top; logs go by them from here on.

    `sections` maps a section to its fields; fields that are None were not given.
    """
    overrides: dict[str, Any] = {}
    for section, fields in sections.items():
        if given := {name: value for name, value in fields.items() if value is not None}:
            overrides[section] = given
    if data_dir is not None:
        overrides["data_dir"] = data_dir
    settings = load_settings(**overrides)
    configure_logging(settings.logs)
    return settings
