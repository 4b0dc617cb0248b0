"""Digests of files."""

import hashlib
from collections.abc import Collection
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


def verify_present(path: Path, expected: str, file: str, source: str) -> None:
    """Check a raw file before it is read: that it is there, and still the one that was fetched.

    Parameters
    ----------
    path
        The file in the source's raw folder.
    expected
        SHA-256 digest from the source file.
    file, source
        Name of the file and of its source, for the message.

    Raises
    ------
    StratifyError
        The file is missing, or its digest differs.
    """
    again = f"run `stratify fetch --source config/sources/{source}.yaml`"
    if not path.is_file():
        raise StratifyError(f"{file} of source {source!r}: no such file: {path}; {again}, which brings it")
    found = sha256_of(path)
    if found != expected:
        raise StratifyError(
            f"{file} of source {source!r}: wrong bytes in {path}: expected sha256 {expected}, found {found}. "
            f"The file was changed or damaged after it was fetched, and is not read; {again}, which brings it again"
        )


def refuse_unlisted(folder: Path, listed: Collection[str], source: str) -> None:
    """Check that a folder which is read as a whole holds nothing but files whose digest was verified.

    Parameters
    ----------
    folder
        In the source's raw folder.
    listed
        Names of the verified files, relative to it.
    source
        Name of the source, for the message.

    Raises
    ------
    StratifyError
        There is another file.
    """
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    strange = sorted(set(found) - set(listed))
    if strange:
        raise StratifyError(
            f"{folder}: holds {', '.join(strange[:3])}, which source {source!r} does not list; the folder is read as a "
            f"whole, so remove it, or list it with its digest in config/sources/{source}.yaml"
        )
