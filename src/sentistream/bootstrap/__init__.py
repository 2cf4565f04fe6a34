"""Settings to wired services. The only package that knows adapters."""

from sentistream.bootstrap.analysers import make_analyser, make_reader
from sentistream.bootstrap.folder import prepare_folder
from sentistream.bootstrap.sources import Replay, make_backfill, make_source
from sentistream.bootstrap.system import System, make_layering, open_system, utc_now

__all__ = [
    "Replay",
    "System",
    "make_analyser",
    "make_backfill",
    "make_layering",
    "make_reader",
    "make_source",
    "open_system",
    "prepare_folder",
    "utc_now",
]
