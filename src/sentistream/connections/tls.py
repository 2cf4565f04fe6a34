"""What encryption can fail with, for people."""

from __future__ import annotations

import ssl


def tls_problem(error: BaseException | None) -> str | None:
    """Why client and server do not agree on TLS; None if `error` comes from something else.

    A connection that breaks while it is being encrypted is something else: the server may be stopping.
    """
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is refused ({error.verify_message})"
        if isinstance(error, ssl.SSLError) and error.reason in _NO_TLS:
            return "it does not speak TLS"
        error = error.__cause__ or error.__context__
    return None


_NO_TLS = {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"}
