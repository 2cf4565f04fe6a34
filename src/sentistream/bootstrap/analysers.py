"""What reads texts: the models, what guards them, and which of them reads what."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import structlog

from sentistream.analysis.base import Analyser
from sentistream.analysis.reader import TieredReader
from sentistream.bootstrap.folder import prepare_folder
from sentistream.settings import Settings, variable
from sentistream.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from sentistream.analysis.explain import Explainer
    from sentistream.analysis.languages import LanguageDetector

_log = structlog.get_logger(__name__)

TIER_SECONDS = 10.0
"""What a call of a tier may take where another can take over."""

MODEL_SECONDS = 30.0
CHECKPOINT_SECONDS = 300.0
"""What a call of the model may take: without a GPU a large checkpoint reads some 20 posts a second, 1,000 a call."""


def make_analyser(settings: Settings, metrics: Metrics | None = None) -> Analyser:
    """What reads a text where time does not matter: the best that the settings have. Loads models.

    Raises SettingsError for a model that cannot be loaded, MissingExtra where its packages are not installed.
    """
    return make_reader(settings, metrics).best


def make_reader(settings: Settings, metrics: Metrics | None = None, explainer: Explainer | None = None) -> TieredReader:
    """The analyser that `analysis.analyser` names, as a worker reads with it. Loads models; raises like the above.

    explainer: is given those that can be asked for free, bare: a part of a text must not be taken for foreign.
    """
    from sentistream.analysis.languages import LanguageDetector

    detector = LanguageDetector()
    wanted = settings.analysis
    if wanted.analyser != "auto":
        model = _make_llm(settings, metrics) if wanted.analyser == "llm" else _make_model(settings)
        if explainer is not None and wanted.analyser != "llm":
            explainer.add(model)
        alone = _guarded(model, settings, detector, _call_seconds(settings), metrics)
        return TieredReader(alone, metrics=metrics)
    from sentistream.analysis.fallback import Fallback
    from sentistream.analysis.fast import FastAnalyser
    from sentistream.analysis.tiers import Policy

    tiers = [_make_model(settings), FastAnalyser()]
    if explainer is not None:
        for tier in tiers:
            explainer.add(tier)
    members = [_guarded(tier, settings, detector, TIER_SECONDS, metrics) for tier in tiers]
    fast = members[1]
    if wanted.llm_fallback:
        members.append(_guarded(_make_llm(settings, metrics), settings, detector, _llm_seconds(settings), metrics))
    policy = Policy(lag_seconds=wanted.lag_seconds, calm_seconds=wanted.calm_seconds)
    return TieredReader(Fallback(members, metrics=metrics), fast, policy, metrics=metrics)


def _guarded(
    model: Analyser, settings: Settings, detector: LanguageDetector, seconds: float, metrics: Metrics | None
) -> Analyser:
    """`model` on normalised text of a language it knows; whatever it does, every text gets an answer."""
    from sentistream.analysis.guarded import Guarded
    from sentistream.analysis.languages import LanguageGate
    from sentistream.analysis.text import Normalised

    gate = LanguageGate(model, detector, settings.analysis.language_threshold)
    return Guarded(Normalised(gate), seconds, metrics=metrics)


def _llm_seconds(settings: Settings) -> float:
    # Each of its requests has a time-out of its own; to cut a call short would pay for its answers in vain.
    rounds = math.ceil(settings.analysis.batch_size / settings.llm.concurrency)
    return 2 * rounds * settings.llm.timeout_seconds + CHECKPOINT_SECONDS


def _call_seconds(settings: Settings) -> float:
    """What a call of the model may take."""
    if settings.analysis.analyser == "llm":
        return _llm_seconds(settings)
    return CHECKPOINT_SECONDS if settings.analysis.analyser == "transformers" else MODEL_SECONDS


def _make_llm(settings: Settings, metrics: Metrics | None) -> Analyser:
    from sentistream.analysis.llm import LlmAnalyser
    from sentistream.analysis.spending import Spending

    spending = None
    if settings.llm.daily_budget:
        prepare_folder(settings.data_dir)
        spending = Spending(settings.data_dir / "llm.db", settings.llm.daily_budget)
    return LlmAnalyser(settings.llm, spending=spending, metrics=metrics)


def _make_model(whole: Settings) -> Analyser:
    settings = whole.analysis
    if settings.analyser == "transformers":
        from sentistream.analysis.transformers import TransformersAnalyser

        emotion = settings.emotion_model or None
        return TransformersAnalyser(settings.huggingface_model, emotion, device=settings.device)
    for name in sorted(settings.model_fields_set & {"huggingface_model", "emotion_model", "device"}):
        # Existing deployments have set these names for years, so they alone choose no analyser.
        hint = f"{variable('analysis', 'analyser')}=transformers makes use of it"
        _log.warning("setting without effect", setting=name, analyser=settings.analyser, hint=hint)
    unused = set() if settings.analyser == "auto" and settings.llm_fallback else {"provider", "api_key", "model"}
    for name in sorted(whole.llm.model_fields_set & unused):
        hint = f"{variable('analysis', 'analyser')}=llm makes use of it"
        _log.warning("setting without effect", setting=f"llm.{name}", analyser=settings.analyser, hint=hint)
    if settings.analyser == "lexicon":
        from sentistream.analysis.lexicon import LexiconAnalyser

        return LexiconAnalyser()
    if settings.analyser == "fast":
        from sentistream.analysis.fast import FastAnalyser

        return FastAnalyser()
    from sentistream.analysis.onnx import OnnxAnalyser

    return OnnxAnalyser(threads=settings.threads)
