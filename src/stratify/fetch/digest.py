"""Digests of files."""

import hashlib
from pathlib import Path

from stratify.errors import StratifyError


def sha256_of(path: Path) -> str:
    """Compute the SHA-256 digest of a file without loading it whole.

    Parameters
    ----------
    path
        File to read.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(path: Path, expected: str, file: str, source: str, origin: str) -> None:
    """Check that a file is the one the source names.

    Parameters
    ----------
    path
        The bytes as obtained.
    expected
        SHA-256 digest from the source file.
    file, source, origin
        Name of the file, name of its source, and where the bytes came from, for the message.

    Raises
    ------
    StratifyError
        The digest differs.
    """
    found = sha256_of(path)
    if found != expected:
        raise StratifyError(
            f"{file} of source {source!r}: wrong bytes from {origin}: expected sha256 {expected}, found {found}. "
            f"The publisher may have changed the file. Nothing was kept; look at the new file before changing "
            f"the digest in config/sources/{source}.yaml"
        )
