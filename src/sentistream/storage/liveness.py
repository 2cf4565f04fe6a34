"""Which processes on the same files still run: known at once, however one ended."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from sentistream.domain.errors import StorageUnavailable


class Liveness:
    """Each process locks a file of its own beside `path`; the kernel unlocks it when the process is gone.

    Unlike a process id the lock is never another's, and it is seen from other containers too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own: tuple[str, int] | None = None

    def own(self) -> str:
        """The name under which others can ask for us; makes the file."""
        while self._own is None:
            name = secrets.token_hex(8)
            file = self._file(name)
            try:
                descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                # Who asked in between found it unlocked, and has removed it.
                if not file.exists():
                    os.close(descriptor)
                    continue
            except OSError as error:
                raise StorageUnavailable(f"cannot make {file} ({error.strerror}): make its folder writable") from error
            self._own = name, descriptor
        return self._own[0]

    def gone(self, name: str) -> bool:
        """Whether the process of that name has ended; what it left is removed."""
        file = self._file(name)
        try:
            descriptor = os.open(file, os.O_RDWR)
        except FileNotFoundError:
            return True
        except OSError:  # another user's: only time can tell
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.unlink(missing_ok=True)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def close(self) -> None:
        """Be gone, and leave nothing behind."""
        if self._own is not None:
            name, descriptor = self._own
            self._own = None
            self._file(name).unlink(missing_ok=True)
            os.close(descriptor)

    def _file(self, name: str) -> Path:
        return self._path.with_name(f"{self._path.name}-alive-{name}")
