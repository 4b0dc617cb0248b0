"""Open raw files: what format they are in by their name, and decompressed where needed."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from stratify.errors import StratifyError
from stratify.unpacking import refuse_stream_bomb, refuse_zip_bomb

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zip")
OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".tgz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
FORMATS = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".txt": "delimited",
    ".xlsx": "workbook",
    ".parquet": "parquet",
    ".arff": "arff",
}
BROKEN = (EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error, zipfile.BadZipFile, OSError)


def inner_suffix(path: Path) -> str:
    """Return the ending that tells the format, without that of a compression (`.csv` for `a.csv.gz`)."""
    name = path.with_suffix("") if path.suffix.lower() in COMPRESSIONS else path
    return name.suffix.lower()


def format_of(path: Path) -> str:
    """Tell the format of a table from its file name.

    Raises
    ------
    StratifyError
        No reader knows the ending.
    """
    suffix = inner_suffix(path)
    if suffix not in FORMATS:
        raise StratifyError(
            f"{path}: cannot tell the format from the ending {suffix!r}; known: {', '.join(FORMATS)}, "
            f"each also with {', '.join(COMPRESSIONS)}"
        )
    return FORMATS[suffix]


@contextmanager
def open_binary(path: Path) -> Iterator[IO[bytes]]:
    """Open a raw file for reading bytes, decompressed.

    Parameters
    ----------
    path
        The file; a `.zip` must hold exactly one file.

    Yields
    ------
    file object
        Seekable.

    Raises
    ------
    StratifyError
        The file is missing, empty, or not what its ending says.
    """
    if not path.is_file():
        raise StratifyError(
            f"{path}: the raw file is missing; `stratify fetch` (or `snakemake --forcerun fetch`) brings it again"
        )
    if path.stat().st_size == 0:
        raise StratifyError(f"{path}: the file is empty")
    try:
        with _decompressed(path) as stream:
            yield stream
    except BROKEN as error:
        raise StratifyError(f"{path}: not readable: {error}") from None


@contextmanager
def _decompressed(path: Path) -> Iterator[IO[bytes]]:
    suffix = path.suffix.lower()
    if suffix == ".zip":
        refuse_zip_bomb(path)
        with zipfile.ZipFile(path) as archive, archive.open(_only_member(archive, path)) as stream:
            yield stream
    elif suffix in OPENERS:
        with OPENERS[suffix](path, "rb") as stream:
            refuse_stream_bomb(stream, path.stat().st_size, str(path))
            yield stream
    else:
        with path.open("rb") as stream:
            yield stream


def _only_member(archive: zipfile.ZipFile, path: Path) -> str:
    names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    if len(names) != 1:
        shown = ", ".join(PurePosixPath(name).name for name in names[:3])
        raise StratifyError(f"{path}: expected one file inside, found {len(names)} ({shown})")
    return names[0]
