"""Every setting, one section per room, each with prose, bounds and a default."""

from sentistream.settings.catalogue import PREFIX, bounds, masked, place, variable
from sentistream.settings.loading import fields, load_settings
from sentistream.settings.origins import ALIASES, REDIS
from sentistream.settings.sections import (
    AlertsSettings,
    AnalysisSettings,
    ApiSettings,
    BlueskySettings,
    CacheSettings,
    DatabaseSettings,
    LiveSettings,
    LlmSettings,
    LogsSettings,
    Settings,
    SourcesSettings,
    StreamSettings,
)

__all__ = [
    "ALIASES",
    "PREFIX",
    "REDIS",
    "AlertsSettings",
    "AnalysisSettings",
    "ApiSettings",
    "BlueskySettings",
    "CacheSettings",
    "DatabaseSettings",
    "LiveSettings",
    "LlmSettings",
    "LogsSettings",
    "Settings",
    "SourcesSettings",
    "StreamSettings",
    "bounds",
    "fields",
    "load_settings",
    "masked",
    "place",
    "variable",
]
