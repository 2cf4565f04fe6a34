"""The data folder."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from sentistream.domain.errors import DiskFull, SettingsError, StorageUnavailable


def prepare_folder(folder: Path) -> None:
    """Make the data folder, readable by its owner only, and try to write in it.

    The try comes first because SQLite would say of a read-only folder no more than "unable to open".
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise SettingsError(f"the data folder {folder} is a file: choose another with --data-dir") from error
    except OSError as error:
        raise _unusable(folder, "made", error) from error
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise _unusable(folder, "written to", error) from error


def _unusable(folder: Path, verb: str, error: OSError) -> DiskFull | StorageUnavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"no room left in the data folder {folder}: free some disk space", retry_after=5)
    hint = "choose another with --data-dir, or make it writable"
    return StorageUnavailable(f"the data folder {folder} cannot be {verb} ({error.strerror}): {hint}")
