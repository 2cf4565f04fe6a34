"""What there is to set: names, variables, bounds, and how a value is shown without its password."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Literal, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

PREFIX = "SENTISTREAM_"


def fields_of(settings: type[BaseModel]) -> Iterator[tuple[str | None, str, FieldInfo]]:
    """Every setting as (section or None, field, its declaration); a field that is itself a model is a section."""
    for name, field in settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            for inner, declaration in section.model_fields.items():
                yield name, inner, declaration
        else:
            yield None, name, field


def variable(section: str | None, field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + (f"{section}_{field}" if section else field).upper()


def bounds(field: FieldInfo) -> str:
    """What a setting allows, for people: `1 or more`, `0 to 1`, `debug, info or error`. Empty if anything goes."""
    if get_origin(field.annotation) is Literal:
        *most, last = [str(choice) for choice in field.annotation.__args__]  # type: ignore[union-attr]
        return f"{', '.join(most)} or {last}" if most else last
    limits = {
        name: getattr(rule, name)
        for rule in field.metadata
        for name in ("ge", "gt", "le", "lt", "min_length")
        if getattr(rule, name, None) is not None
    }
    parts = []
    if "ge" in limits and "le" in limits:
        return f"{limits['ge']:,} to {limits['le']:,}"
    if "ge" in limits:
        parts.append(f"{limits['ge']:,} or more")
    if "gt" in limits:
        parts.append(f"above {limits['gt']:,}")
    if "le" in limits:
        parts.append(f"at most {limits['le']:,}")
    if "lt" in limits:
        parts.append(f"below {limits['lt']:,}")
    if limits.get("min_length") == 1:
        parts.append("not empty")
    return ", ".join(parts)


def masked(text: str) -> str:
    """`text` with the passwords of every URL in it replaced by `***`."""
    return _PARAMETER.sub(r"\1***", _USERINFO.sub(r"\1:***@", text))


def place(url: str) -> str:
    """What `url` points to, without login and parameters."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


_PARAMETER = re.compile(r"([?&][a-z_]{0,32}password=)[^&\s'\"]+", re.IGNORECASE)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{0,31}://[^\s:/@]{0,256}):[^\s/]{1,1024}@", re.IGNORECASE)


def nearest(name: str, names: list[str]) -> str:
    """The end of a sentence that names the one of `names` that `name` was probably meant to be."""
    by_tail = {known.removeprefix(PREFIX): known for known in names}
    close = difflib.get_close_matches(name.removeprefix(PREFIX), by_tail, n=1, cutoff=0.6)
    return f"; did you mean {by_tail[close[0]]}?" if close else "; docs/settings.md lists them all"
