"""The settings of a process, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from sentistream.domain.errors import SettingsError
from sentistream.settings.catalogue import bounds, fields_of, masked, nearest, variable
from sentistream.settings.sections import Settings


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; `overrides` (`data_dir=…`, `api={"port": 0}`) win over everything.

    Raises SettingsError naming the setting, what it allows and what it was given; a password in
    a URL is never repeated.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        messages = [_explain(dict(detail)) for detail in error.errors(include_url=False)]
        raise SettingsError("; ".join(messages), problems=messages) from None


def fields() -> Iterator[tuple[str | None, str, FieldInfo]]:
    """Every setting as (section or None, field, its declaration), in the order of the page."""
    return fields_of(Settings)


def _explain(detail: dict[str, Any]) -> str:
    location = [str(part) for part in detail["loc"]]
    declared = {(section, name): field for section, name, field in fields()}
    section, name = (location[0], location[1]) if len(location) > 1 else (None, location[0])
    field = declared.get((section, name)) or declared.get((None, location[0]))
    shown = ".".join(location[:2])
    if field is None:
        names = [f"{owner}.{inner}" if owner else inner for owner, inner in declared]
        return f"unknown setting {shown}{nearest(shown, names)}"
    label = variable(section, name) if (section, name) in declared else variable(None, location[0])
    allowed = bounds(field)
    value = detail.get("input")
    shown_as_is = isinstance(value, str | int | float | bool) and field.annotation is not SecretStr
    given = masked(repr(value)) if shown_as_is else type(value).__name__
    problem = detail["msg"][0].lower() + detail["msg"][1:]
    return f"{label} ({shown}) {f'must be {allowed}' if allowed else f'is wrong: {problem}'}; it was given {given}"
