"""Where values come from: the environment, files that it names, and the settings file.

From the environment as `SENTISTREAM_<SECTION>_<FIELD>` (for example `SENTISTREAM_STREAM_MAX_LENGTH`),
from `sentistream.toml` in the working directory (one table per section), and by the names that
existing deployments use (`DATABASE_URL`, `POSTS_PER_MINUTE`, …). `NAME_FILE` names a file that holds
the value of `NAME`, so that a secret need not be in the environment. An unknown name is refused with the
nearest valid one.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_origin
from urllib.parse import quote

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

from sentistream.domain.errors import SettingsError
from sentistream.settings.catalogue import PREFIX, fields_of, nearest, variable

FILE = "_FILE"

ALIASES: dict[str, tuple[str, str]] = {
    "DATABASE_URL": ("database", "url"),
    "DATABASE_READ_URL": ("database", "read_url"),
    "POSTGRES_USER": ("database", "user"),
    "POSTGRES_PASSWORD": ("database", "password"),
    "POSTGRES_DB": ("database", "name"),
    "POSTS_PER_MINUTE": ("sources", "posts_per_minute"),
    "ALERT_NEGATIVE_RATIO_THRESHOLD": ("alerts", "negative_ratio"),
    "HUGGINGFACE_MODEL": ("analysis", "huggingface_model"),
    "EMOTION_MODEL": ("analysis", "emotion_model"),
    "LLM_PROVIDER": ("llm", "provider"),
    "LLM_API_KEY": ("llm", "api_key"),
}
"""Names that existing deployments set; our own name wins where both are set."""

RESERVED = frozenset({"SENTISTREAM_CONFIG", "SENTISTREAM_SKIP_DASHBOARD", "SENTISTREAM_URL"})
"""Ours, yet no settings: the path of the TOML file, a switch of the build, a client's URL."""

FOR_TESTS = "SENTISTREAM_TEST_"
"""What begins so tells the tests about data and servers; a process that runs beside them leaves it alone."""

REDIS = ("REDIS_HOST", "REDIS_PORT", "REDIS_PASSWORD")
"""Another way to say `stream.url`, `live.url` and `cache.url`, all at once; the URLs win where they are set."""


class Environment(PydanticBaseSettingsSource):
    """`SENTISTREAM_<SECTION>_<FIELD>` and the aliases; refuses what it does not know."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError("values are read all at once")

    def __call__(self) -> dict[str, Any]:
        every = fields_of(self.settings_cls)
        known = {variable(section, name): (section, name, field) for section, name, field in every}
        values: dict[str, Any] = {}
        if url := _redis_url():
            values |= {"stream": {"url": url}, "live": {"url": url}, "cache": {"url": url}}
        for alias, (section, name) in ALIASES.items():
            if text := _given(alias):
                values.setdefault(section, {})[name] = text
        for key in os.environ:
            if not key.startswith(PREFIX) or key in RESERVED or key.startswith(FOR_TESTS):
                continue
            if key not in known and key.removesuffix(FILE) not in known:
                raise SettingsError(f"unknown setting {key}{nearest(key, [*known, *RESERVED])}", setting=key)
        for key, (owner, name, field) in known.items():
            text = _given(key)
            if not text:  # what an unset ${VARIABLE} of a compose file leaves behind
                continue
            value = _items(text) if get_origin(field.annotation) is list else text
            if owner is None:
                values[name] = value
            else:
                values.setdefault(owner, {})[name] = value
        return values


class TomlFile(PydanticBaseSettingsSource):
    """`sentistream.toml` in the working directory, or the file SENTISTREAM_CONFIG names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError("values are read all at once")

    def __call__(self) -> dict[str, Any]:
        named = os.environ.get("SENTISTREAM_CONFIG")
        path = Path(named or "sentistream.toml")
        if not named and not path.exists():
            return {}
        try:
            with path.open("rb") as file:
                values = tomllib.load(file)
        except OSError as error:
            raise SettingsError(f"the settings file {path} cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"the settings file {path} is not valid TOML: {error}") from error
        self._refuse_unknown(path, values)
        return values

    def _refuse_unknown(self, path: Path, values: Mapping[str, Any]) -> None:
        every = [(section, name) for section, name, _ in fields_of(self.settings_cls)]
        known = [f"{section}.{name}" if section else name for section, name in every]
        sections = {section for section, _ in every if section}
        for key, value in values.items():
            if key in sections and isinstance(value, dict):
                given = [f"{key}.{inner}" for inner in value]
            elif key in sections:
                raise SettingsError(f"{path}: [{key}] must be a table", setting=key)
            else:
                given = [key]
            for name in given:
                if name not in known:
                    hint = nearest(name, [*known, *sections])
                    raise SettingsError(f"{path}: unknown setting {name}{hint}", setting=name)


def _given(name: str) -> str:
    """The value of a variable, or what the file holds that `NAME_FILE` names; empty where neither is set."""
    text, path = os.environ.get(name, ""), os.environ.get(name + FILE, "")
    if not path:
        return text
    if text:
        raise SettingsError(f"{name} and {name}{FILE} are both set: keep one of them", setting=name)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}{FILE}: {path} cannot be read: {error.strerror}", setting=name) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name}{FILE}: {path} is not text", setting=name) from error


def _redis_url() -> str:
    host, port, password = (_given(name) for name in REDIS)
    if not host:
        return ""
    # Kubernetes writes tcp://HOST:PORT into that variable for a service of that name.
    port = (port or "6379").rpartition(":")[2]
    login = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{login}{host}:{port}/0"


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
