"""What encryption can fail with, for people."""

from __future__ import annotations

import ssl


def tls_problem(error: BaseException | None) -> str | None:
    """Why the server's certificate is refused; None if `error` comes from something else."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate is refused ({error.verify_message})"
        error = error.__cause__ or error.__context__
    return None
