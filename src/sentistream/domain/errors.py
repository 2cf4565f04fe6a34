"""Every error the platform raises on purpose, in one tree.

SentiStreamError                 500 INTERNAL_ERROR
├── SettingsError                500 INVALID_SETTINGS      a setting is unknown, missing or out of bounds
├── MissingExtra                 501 MISSING_EXTRA         an optional package is not installed
├── InvalidParameter             400 INVALID_PARAMETER     a query parameter has a value nobody can answer
├── ForeignHost                  400 FOREIGN_HOST          the Host header is not one of ours
├── MalformedBody                422 MALFORMED_BODY        a body that is not of the documented shape
├── InvalidEntry                 422 INVALID_ENTRY         one post of a batch cannot be accepted
├── Unauthorised                 401 UNAUTHORISED          no API key, or one we do not know
├── Forbidden                    403 FORBIDDEN             a foreign origin, or a key without the scope
├── NotFound                     404 NOT_FOUND
├── Conflict                     409 CONFLICT
├── TooLarge                     413 TOO_LARGE
├── UnsupportedMediaType         415 UNSUPPORTED_MEDIA_TYPE
├── RateLimited                  429 RATE_LIMITED
├── SourceError                  500 SOURCE_ERROR          a source cannot be read
├── LeaseLost                    409 LEASE_LOST            another process has taken over what this one did
├── PositionLost                 410 POSITION_LOST         the live feed no longer holds that position
└── Unavailable                  503 UNAVAILABLE           come back later; carries Retry-After
    ├── Overloaded               503 OVERLOADED            the stream is full
    ├── DiskFull                 503 DISK_FULL             no room left to accept anything durably
    └── StorageUnavailable       503 STORAGE_UNAVAILABLE   the database does not answer, or is read-only
"""

from __future__ import annotations

from typing import Any, ClassVar


class SentiStreamError(Exception):
    """Base of the tree: a stable `code`, an HTTP `status`, a `message` that says what to do.

    `details` is a JSON-ready mapping shown to the caller; it never holds post text or secrets.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class SettingsError(SentiStreamError):
    code = "INVALID_SETTINGS"


class MissingExtra(SentiStreamError):
    code = "MISSING_EXTRA"
    status = 501


class InvalidParameter(SentiStreamError):
    """`details` holds `parameter`, `provided` and `allowed`."""

    code = "INVALID_PARAMETER"
    status = 400


class ForeignHost(SentiStreamError):
    code = "FOREIGN_HOST"
    status = 400


class MalformedBody(SentiStreamError):
    code = "MALFORMED_BODY"
    status = 422


class InvalidEntry(SentiStreamError):
    code = "INVALID_ENTRY"
    status = 422


class Unauthorised(SentiStreamError):
    code = "UNAUTHORISED"
    status = 401


class Forbidden(SentiStreamError):
    code = "FORBIDDEN"
    status = 403


class NotFound(SentiStreamError):
    code = "NOT_FOUND"
    status = 404


class Conflict(SentiStreamError):
    code = "CONFLICT"
    status = 409


class TooLarge(SentiStreamError):
    code = "TOO_LARGE"
    status = 413


class UnsupportedMediaType(SentiStreamError):
    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class RateLimited(SentiStreamError):
    code = "RATE_LIMITED"
    status = 429


class SourceError(SentiStreamError):
    code = "SOURCE_ERROR"


class LeaseLost(SentiStreamError):
    code = "LEASE_LOST"
    status = 409


class PositionLost(SentiStreamError):
    code = "POSITION_LOST"
    status = 410


class Unavailable(SentiStreamError):
    """`retry_after` is in seconds and becomes the Retry-After header. `lasting`: a person must mend it.

    What works has met a lasting one only because something was changed under it, and goes on trying; what
    starts gives up.
    """

    code = "UNAVAILABLE"
    status = 503

    def __init__(self, message: str, *, retry_after: float = 1.0, lasting: bool = False, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after
        self.lasting = lasting


class Overloaded(Unavailable):
    code = "OVERLOADED"


class DiskFull(Unavailable):
    code = "DISK_FULL"


class StorageUnavailable(Unavailable):
    code = "STORAGE_UNAVAILABLE"
