"""Why an LLM gave no answer, in words that hold neither post nor key, and how long to wait before asking again.

Refusal
├── OverBudget   the day's budget is spent; nothing was sent
├── Malformed    an answer of another form than was asked for
├── Rejected     the provider will not have this post
├── Busy         429, 5xx or no connection: worth another try
├── Late         no answer in time: not asked again, it would take as long
└── Down         a key, model or account that the provider does not take: no post will fare better
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import ValidationError

from sentistream.analysis.judgement import Emotions, Judgement, Sentiments

PATIENCE = 60.0
"""Seconds: a longer Retry-After is not waited for."""

_KEYS = frozenset({*Judgement.model_fields, *Sentiments.model_fields, *Emotions.model_fields, "toxicity", "churn_risk"})


class Refusal(Exception):
    """`kind` is for metrics, the message for people."""

    kind: ClassVar[str]


class OverBudget(Refusal):
    kind = "budget"


class Malformed(Refusal):
    kind = "malformed"


class Rejected(Refusal):
    kind = "rejected"


class Busy(Refusal):
    """`retry_after` is what the provider asks to wait, in seconds."""

    kind = "busy"

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Late(Refusal):
    kind = "timeout"


class Down(Refusal):
    kind = "down"


def wait(error: Exception) -> bool | float:
    """Whether to ask again: False, True for the usual wait, or the seconds that the provider asked for."""
    if not isinstance(error, Busy):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= PATIENCE else False


def explained(error: Exception, model: str, timeout: float) -> Refusal:
    """What the libraries raised for a request, as a Refusal; what is none of theirs is raised as it is."""
    from pydantic_ai import exceptions as ai

    status = f" (status {error.status_code})" if isinstance(error, ai.ModelHTTPError) else ""
    match error:
        case ai.ModelTimeoutError() | ai.ModelRequestTimeout():
            return Late(f"{model} did not answer within {timeout:g} seconds")
        case ai.ModelAuthenticationError():
            return Down(f"the provider of {model} does not take the key{status}: check LLM_API_KEY")
        case ai.ModelNotFoundError():
            return Down(f"there is no {model}{status}: check SENTISTREAM_LLM_MODEL and SENTISTREAM_LLM_BASE_URL")
        case ai.ModelQuotaExceededError():
            return Down(f"the account at the provider of {model} is out of credit{status}")
        case ai.ModelRateLimitError():
            return Busy(f"{model} is asked too often{status}", error.retry_after)
        case ai.ModelConnectionError():
            return Busy(f"the server of {model} cannot be reached", error.retry_after)
        case ai.ModelUnavailableError() | ai.ModelServerError():
            return Busy(f"the server of {model} fails{status}", error.retry_after)
        case ai.ModelAPIError():
            return Rejected(f"the provider of {model} rejects this post{status}")
        case ai.ContentFilterError():
            return Rejected(f"the provider of {model} holds this post back as unsafe")
        case ai.UnexpectedModelBehavior():
            return Malformed(_wrong(error))
    raise error


def _wrong(error: BaseException) -> str:
    """What of the answer was wrong, by the names of our own keys only: its content is not to be repeated."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ValidationError):
            keys = {".".join(str(part) for part in found["loc"] if part in _KEYS) for found in cause.errors()}
            named = ", ".join(sorted(key for key in keys if key))
            return f"wrong or missing: {named}" if named else "it contradicted itself or was no JSON object"
        cause = cause.__cause__ or cause.__context__
    return "it was not of the form asked for"
