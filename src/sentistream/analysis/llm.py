"""A large language model as an Analyser: one request a post, structured answers, a budget.

What is asked is in judgement.py, who is asked in providers.py, what it may cost in spending.py. Its probabilities
are the model's own claims: nobody here calibrated them.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import structlog

from sentistream.analysis.judgement import CORRECTION, Judgement, instructions, message, reading, schema
from sentistream.analysis.providers import Connector, model_settings, name_of, output_type, prices, require_libraries
from sentistream.analysis.refusals import Down, Late, Malformed, OverBudget, Refusal, Rejected, explained, wait
from sentistream.analysis.spending import Reservation, Spending
from sentistream.domain.analysis import ModelInfo, Reading, unscored
from sentistream.domain.errors import Unavailable
from sentistream.settings import LlmSettings
from sentistream.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from pydantic_ai import Agent
    from pydantic_ai.models import Model
    from pydantic_ai.usage import RunUsage

ATTEMPTS = 4
"""Of one request: the first, and those after 1, 2 and 4 seconds, or after what Retry-After says."""

OVERHEAD = 1_000
"""Tokens that a provider may add to a request on its own (wrapping of tools and schemas)."""

_log = structlog.get_logger(__name__)


class _Course:
    """How a call of `analyse` goes: whether the rest of its posts is still worth asking for."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._failed_in_row = 0
        self.answered = False
        self.failure: Refusal | None = None
        self.stopped = False

    def answer(self) -> None:
        """The provider said something, if only that it will not have this post."""
        self.answered = True
        self._failed_in_row = 0

    def fail(self, refusal: Refusal) -> None:
        """The provider gave no answer; when as many in a row fail as are asked at once, it is down."""
        self._failed_in_row += 1
        self.failure = refusal
        self.stopped |= isinstance(refusal, Down) or self._failed_in_row >= self._patience


class _Outcome(NamedTuple):
    """Of one text: what the model judged, or why it did not."""

    judgement: Judgement | None
    refusal: Refusal | None


class LlmAnalyser:
    """Connects when first asked. Texts are expected normalised; the same text in one call is asked for once.

    A post that the model will not or cannot judge, and one past the budget, is `unscored` with the reason; its
    neighbours are not touched. A malformed answer is asked for once more. When the provider itself fails (no
    connection, 429 or 5xx after all retries, a key it does not take) the rest of the call is not asked for.

    spending: the sum of the day; without it there is no cap.
    Raises MissingExtra without the libraries, SettingsError for a key, address or price that is missing; `analyse`
    raises Unavailable when the provider answered nothing at all.
    """

    def __init__(
        self, settings: LlmSettings, *, spending: Spending | None = None, metrics: Metrics | None = None
    ) -> None:
        require_libraries()
        from pydantic_ai import Agent

        self._settings = settings
        self._spending = spending
        self._metrics = metrics
        self._prices = prices(settings)
        self._instructions = instructions(settings.toxicity, settings.churn_risk)
        form = schema(settings.toxicity, settings.churn_risk)
        asked = f"{self._instructions}\0{json.dumps(form.model_json_schema())}\0{settings.temperature:g}"
        self._fixed_tokens = len(asked.encode()) + len(CORRECTION) + OVERHEAD
        self._connector = Connector(settings)
        self._agent: Agent[None, Judgement] = Agent(
            output_type=output_type(settings, form),
            # Its own repair would quote the answer, which may quote the post, outside the data.
            retries=0,
            model_settings=model_settings(settings),
        )
        self._model = ModelInfo(
            name=f"{settings.provider}/{name_of(settings)}",
            version=hashlib.blake2b(asked.encode(), digest_size=4).hexdigest(),
            tier="llm",
            languages=frozenset(settings.languages) or None,
        )
        # A semaphore belongs to one event loop; an analyser may be made before there is any.
        self._slots: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    @property
    def model(self) -> ModelInfo:
        """`version` changes with what is asked; what a provider does behind a model's name it does not tell."""
        return self._model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order."""
        if not texts:
            return []
        slots = self._slots.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._settings.concurrency))
        course = _Course(self._settings.concurrency)
        asked = list(dict.fromkeys(texts))
        # Connections are kept for the length of a call: the next may come on another event loop.
        async with self._connector.open() as model, asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._outcome(model, text, slots, course)) for text in asked]
        outcomes = dict(zip(asked, (task.result() for task in tasks), strict=True))
        if course.failure is not None and not course.answered:
            raise Unavailable(str(course.failure))
        self._report([outcomes[text].refusal for text in texts])
        return [self._reading(outcomes[text]) for text in texts]

    async def _outcome(self, model: Model, text: str, slots: asyncio.Semaphore, course: _Course) -> _Outcome:
        async with slots:
            if course.stopped:
                return _Outcome(None, course.failure)
            try:
                judgement = await self._judged(model, text)
            except Refusal as refusal:
                if isinstance(refusal, Malformed | Rejected):
                    course.answer()
                elif not isinstance(refusal, OverBudget):
                    course.fail(refusal)
                return _Outcome(None, refusal)
            course.answer()
            return _Outcome(judgement, None)

    async def _judged(self, model: Model, text: str) -> Judgement:
        """Asked once more where the answer is malformed."""
        try:
            return await self._asked(model, text, self._instructions)
        except Malformed as malformed:
            return await self._asked(model, text, self._instructions + CORRECTION % malformed)

    async def _asked(self, model: Model, text: str, rules: str) -> Judgement:
        """One request within the budget, repeated while the provider is busy."""
        from pydantic_ai.usage import RunUsage
        from stamina import retry_context

        asked = message(text)
        most = self._fixed_tokens + len(asked.encode())
        usage = RunUsage()
        reservation: Reservation | None = None
        if self._spending is not None:
            reservation = await self._spending.reserve(self._prices.cost(most, self._settings.max_output_tokens))
            if reservation is None:
                raise OverBudget(
                    f"the budget of {self._spending.limit:g} dollars a day is spent: {self._model.name} reads again"
                    " after midnight UTC"
                )
        try:
            async for attempt in retry_context(
                on=wait, attempts=ATTEMPTS, timeout=None, wait_initial=1, wait_exp_base=2, wait_max=4, wait_jitter=0
            ):
                with attempt:
                    return await self._request(model, asked, rules, usage)
            raise AssertionError("the last attempt returns or raises")
        except (Late, asyncio.CancelledError):
            # It may be billed, and nobody will tell for how much.
            usage.input_tokens, usage.output_tokens = most, self._settings.max_output_tokens
            raise
        finally:
            cost = self._count(usage, most)
            if self._spending is not None and reservation is not None:
                await asyncio.shield(self._spending.settle(reservation, cost))

    async def _request(self, model: Model, asked: str, rules: str, usage: RunUsage) -> Judgement:
        began = time.perf_counter()
        outcome = "answered"
        try:
            result = await self._agent.run(asked, model=model, instructions=rules, usage=usage)
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        except Exception as error:  # noqa: BLE001 - every kind becomes a Refusal, or goes on as it is
            # What the libraries raise may quote the post or the key: only what is known of it goes on.
            refusal = explained(error, self._model.name, self._settings.timeout_seconds)
            outcome = refusal.kind
            raise refusal from None
        finally:
            if self._metrics is not None:
                self._metrics.llm_requests.labels(self._model.name, outcome).inc()
                self._metrics.llm_request_seconds.labels(self._model.name).observe(time.perf_counter() - began)
        return result.output

    def _count(self, usage: RunUsage, most: int) -> float:
        """Tokens and dollars to the metrics; returns the dollars. An answer whose tokens nobody told costs the most."""
        sent, answered = usage.input_tokens, usage.output_tokens
        if usage.requests and not (sent or answered):
            sent, answered = most, self._settings.max_output_tokens
        cost = self._prices.cost(sent, answered)
        if self._metrics is not None:
            self._metrics.llm_tokens.labels(self._model.name, "input").inc(sent)
            self._metrics.llm_tokens.labels(self._model.name, "output").inc(answered)
            self._metrics.llm_cost.labels(self._model.name).inc(cost)
        return cost

    def _reading(self, outcome: _Outcome) -> Reading:
        if outcome.judgement is None:
            return unscored(self._model, str(outcome.refusal))
        return reading(outcome.judgement, self._model)

    def _report(self, refusals: Sequence[Refusal | None]) -> None:
        """Posts left unscored, by kind: one line for each, and the metric."""
        reasons: dict[str, list[Refusal]] = {}
        for refusal in refusals:
            if refusal is not None:
                reasons.setdefault(refusal.kind, []).append(refusal)
        for kind, found in reasons.items():
            _log.warning("posts not read", model=self._model.name, kind=kind, reason=str(found[0]), unscored=len(found))
            if self._metrics is not None:
                self._metrics.analysis_failures.labels(self._model.name, kind).inc(len(found))
