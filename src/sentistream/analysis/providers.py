"""The LLM providers: where each is, how it is asked for structured answers, what its models cost.

All through pydantic-ai, which speaks OpenAI's, Anthropic's and Groq's protocols; Ollama and most other servers
speak OpenAI's.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from sentistream.analysis.judgement import Judgement
from sentistream.domain.errors import MissingExtra, SettingsError
from sentistream.settings import LlmSettings

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.settings import ModelSettings

NEEDED = ("pydantic_ai", "openai", "anthropic", "groq", "genai_prices", "httpx", "httpx2", "stamina")


class Provider(NamedTuple):
    """keyed: it serves nobody without a key. native: answers are bound to a JSON schema, else given as a tool call.
    http: the module of the HTTP client that its library is made for."""

    base_url: str
    model: str
    keyed: bool
    native: bool
    http: Callable[[], Any]
    connect: Callable[[str, str, str, Any], Model]


class Prices(NamedTuple):
    """Dollars for a million tokens."""

    input: float
    output: float

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Dollars."""
        return (input_tokens * self.input + output_tokens * self.output) / 1_000_000


def _httpx() -> Any:
    import httpx

    return httpx


def _httpx2() -> Any:
    import httpx2

    return httpx2


def _openai(name: str, base_url: str, api_key: str, http: Any) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    return OpenAIChatModel(
        name, provider=OpenAIProvider(base_url=base_url, api_key=api_key or "none", http_client=http)
    )


def _ollama(name: str, base_url: str, api_key: str, http: Any) -> Model:
    from pydantic_ai.models.ollama import OllamaModel
    from pydantic_ai.providers.ollama import OllamaProvider

    return OllamaModel(name, provider=OllamaProvider(base_url=base_url, api_key=api_key or "none", http_client=http))


def _anthropic(name: str, base_url: str, api_key: str, http: Any) -> Model:
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    return AnthropicModel(
        name, provider=AnthropicProvider(base_url=base_url, api_key=api_key or "none", http_client=http)
    )


def _groq(name: str, base_url: str, api_key: str, http: Any) -> Model:
    from pydantic_ai.models.groq import GroqModel
    from pydantic_ai.providers.groq import GroqProvider

    return GroqModel(name, provider=GroqProvider(base_url=base_url, api_key=api_key or "none", http_client=http))


# The default models are small ones: a post is short, and there are many of them.
PROVIDERS: dict[str, Provider] = {
    "openai": Provider("https://api.openai.com/v1", "gpt-6-luna", True, True, _httpx2, _openai),
    "anthropic": Provider("https://api.anthropic.com", "claude-haiku-4-5", True, False, _httpx2, _anthropic),
    "groq": Provider("https://api.groq.com", "openai/gpt-oss-20b", True, False, _httpx, _groq),
    "ollama": Provider("http://127.0.0.1:11434/v1", "llama3.2", False, True, _httpx2, _ollama),
}


def require_libraries() -> None:
    """Import what the extra brings, which takes seconds; MissingExtra where it is not installed."""
    for name in NEEDED:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            raise MissingExtra(
                f'the llm analyser needs {error.name}: pip install "sentistream[llm]"', extra="llm"
            ) from None


class Connector:
    """The model that the settings name. SettingsError where the key or the address is wrong; nothing is sent yet."""

    def __init__(self, settings: LlmSettings) -> None:
        self._name = name_of(settings)
        self._provider = PROVIDERS[settings.provider]
        self._base_url, self._key = _address(settings)
        self._http = self._provider.http()
        # It takes 20 ms to make, too long for the event loop, and serves any number of connections.
        self._tls = self._http.create_ssl_context()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Model]:
        """The model, and connections for as long as this is open. They belong to the event loop they are made on."""
        limits = self._http.Limits(max_connections=None)
        async with self._http.AsyncClient(verify=self._tls, limits=limits) as http:
            yield self._provider.connect(self._name, self._base_url, self._key, http)


def _address(settings: LlmSettings) -> tuple[str, str]:
    """Where to ask, and with which key."""
    provider = PROVIDERS[settings.provider]
    key = settings.api_key.get_secret_value().strip()
    if provider.keyed and not key and not settings.base_url:
        raise SettingsError(
            f"{settings.provider} serves nobody without a key: set LLM_API_KEY, or SENTISTREAM_LLM_BASE_URL for a"
            " server of your own",
            setting="SENTISTREAM_LLM_API_KEY",
        )
    base_url = settings.base_url or provider.base_url
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError("SENTISTREAM_LLM_BASE_URL must be an http or https address", setting="llm.base_url")
    if not key.isascii():
        # It travels in a header; and an error of the library would quote it.
        raise SettingsError("LLM_API_KEY holds characters that no key has", setting="SENTISTREAM_LLM_API_KEY")
    return base_url, key


def model_settings(settings: LlmSettings) -> ModelSettings:
    """What goes with every request. Retries are ours, and thinking is off where a model lets it be."""
    from pydantic_ai.settings import ModelSettings

    asked = ModelSettings(
        temperature=settings.temperature,
        max_tokens=settings.max_output_tokens,
        timeout=settings.timeout_seconds,
        request_timeout=settings.timeout_seconds,
        max_retries=0,
        thinking=False,
    )
    if settings.provider == "ollama":
        # It ignores OpenAI's newer name for this, and would write on (github.com/ollama/ollama/issues/7125).
        asked["extra_body"] = {"max_tokens": settings.max_output_tokens}
    return asked


def name_of(settings: LlmSettings) -> str:
    """The model's name as the provider knows it."""
    return settings.model or PROVIDERS[settings.provider].model


def output_type(settings: LlmSettings, schema: type[Judgement]) -> Any:
    """How `schema` is asked for."""
    from pydantic_ai import NativeOutput, ToolOutput

    # Tool calls are what Anthropic and Groq offer with every model; a schema is what small local models keep to,
    # and many of them know no tools. A -cloud model of Ollama takes a schema and does not keep to it.
    if PROVIDERS[settings.provider].native and not name_of(settings).endswith("-cloud"):
        return NativeOutput(schema, name="judgement", description="What the post says.")
    return ToolOutput(schema, name="judgement", description="Hand in what the post says.")


def prices(settings: LlmSettings) -> Prices:
    """Those of the settings, else the published ones; a server of one's own costs nothing.

    SettingsError where there is a budget and no price is known.
    """
    if settings.price_input or settings.price_output:
        return Prices(settings.price_input, settings.price_output)
    if settings.base_url or not PROVIDERS[settings.provider].keyed:
        return Prices(0.0, 0.0)
    from genai_prices import Usage, calc_price

    name = name_of(settings)
    try:
        found = calc_price(Usage(input_tokens=1_000, output_tokens=1_000), name, provider_id=settings.provider)
    except LookupError as error:
        if settings.daily_budget:
            raise SettingsError(
                f"the price of {name} is not known, so the budget cannot be kept: set SENTISTREAM_LLM_PRICE_INPUT and"
                " SENTISTREAM_LLM_PRICE_OUTPUT, or SENTISTREAM_LLM_DAILY_BUDGET=0 for no cap",
                setting="SENTISTREAM_LLM_PRICE_INPUT",
            ) from error
        return Prices(0.0, 0.0)
    return Prices(float(found.input_price) * 1_000, float(found.output_price) * 1_000)
