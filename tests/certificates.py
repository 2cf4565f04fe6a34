"""Certificates for tests of TLS, made by the `openssl` of this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from fakes import unavailable


class Certificate(NamedTuple):
    """PEM files; it is signed by itself, so that it is its own authority."""

    certificate: Path
    key: Path


def self_signed(folder: Path, name: str, address: str = "127.0.0.1") -> Certificate:
    """For a server at the IP address `address`, valid for two days."""
    if shutil.which("openssl") is None:
        unavailable("openssl makes the certificates")
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:{address}"),
            *("-keyout", str(made.key), "-out", str(made.certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return made
