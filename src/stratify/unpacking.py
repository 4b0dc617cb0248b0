"""How much a compressed file may unpack to: a small one can unpack to any size."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from stratify.errors import StratifyError

if TYPE_CHECKING:
    from pyarrow.parquet import FileMetaData

HARMLESS = 128 * 1024**2
"""Bytes that any file may unpack to."""

MOST_TIMES = 200
"""Times its own size that a larger file may unpack to; tables of text come to about ten, those of zeros to more."""

MAX_UNPACKED = 16 * 1024**3
"""Most bytes that a file of any size may unpack to."""

_CHUNK = 1 << 20


def most_unpacked(packed: int) -> int:
    """Say how many bytes a file may unpack to.

    Parameters
    ----------
    packed
        Its own size in bytes.

    Examples
    --------
    >>> most_unpacked(1000) == HARMLESS, most_unpacked(10 * 1024**2) == 10 * 1024**2 * MOST_TIMES
    (True, True)
    """
    return min(MAX_UNPACKED, max(HARMLESS, MOST_TIMES * packed))


def refuse_bomb(size: int, packed: int, where: str, unit: str = "bytes") -> None:
    """Raise an error where a file unpacks to more than a table has.

    Parameters
    ----------
    size
        What it unpacks to, or says it does.
    packed
        Its own size in bytes.
    where
        The file, for the message.
    unit
        What `size` counts.

    Raises
    ------
    StratifyError
        Gives the size found and the largest accepted.
    """
    most = most_unpacked(packed)
    if size > most:
        raise StratifyError(
            f"{where}: {packed:,} bytes that unpack to {size:,} {unit} or more, expected at most {most:,} of a file of "
            "that size; is it an attack? Unpack it and look at it before you use it"
        )


def refuse_stream_bomb(stream: IO[bytes], packed: int, where: str) -> None:
    """Read a stream that is unpacked while it is read, keep nothing, and raise an error where it goes on for too long.

    So nothing is made of a bomb that would fill the memory before the limit is reached.

    Parameters
    ----------
    stream
        Gives the unpacked bytes; at its start, and there again afterwards.
    packed
        Size of the packed file in bytes.
    where
        The file, for the message.

    Raises
    ------
    StratifyError
        As `refuse_bomb`.
    """
    size = 0
    while part := stream.read(_CHUNK):
        size += len(part)
        refuse_bomb(size, packed, where)
    stream.seek(0)


def refuse_zip_bomb(path: Path) -> None:
    """Raise an error where a zip file, as workbooks are, says that it unpacks to more than a table has.

    Raises
    ------
    StratifyError
        As `refuse_bomb`. The library never reads more of a part than the file says.
    """
    with zipfile.ZipFile(path) as archive:
        refuse_bomb(sum(info.file_size for info in archive.infolist()), path.stat().st_size, str(path))


def refuse_workbook_bomb(path: Path) -> None:
    """Raise an error where a workbook unpacks to more than a table has, or its parts define texts of their own.

    A definition can stand for far more text than it is, or for a file of this machine. Workbooks have none; libraries
    for XML differ in what they make of them.

    Raises
    ------
    StratifyError
        As `refuse_zip_bomb`, or names the part.
    """
    refuse_zip_bomb(path)
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            with archive.open(part) as stream:
                start = stream.read(_CHUNK).replace(b"\0", b"")
            if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                raise StratifyError(f"{path}: its part {part!r} defines texts of its own (DOCTYPE); no workbook does")


def refuse_parquet_bomb(metadata: "FileMetaData", packed: int, where: str) -> None:
    """Raise an error where a parquet file says that it holds more than a table of its size does.

    A column of one value takes some bytes, whatever the number of its rows.

    Raises
    ------
    StratifyError
        As `refuse_bomb`, for the bytes of its pages and for its cells.
    """
    pages = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    refuse_bomb(pages, packed, where)
    refuse_bomb(metadata.num_rows * metadata.num_columns, packed, where, "cells")


def unpack(content: bytes, opener: Callable[[IO[bytes]], IO[bytes]], where: str) -> bytes:
    """Unpack what is in memory, as far as it may go.

    Parameters
    ----------
    content
        The packed bytes.
    opener
        Opens a stream of them, such as `gzip.open`.
    where
        The file, for the message.

    Raises
    ------
    StratifyError
        As `refuse_bomb`.
    """
    with opener(io.BytesIO(content)) as stream:
        refuse_stream_bomb(stream, len(content), where)
        return stream.read()


def gunzip(content: bytes, where: str) -> bytes:
    """Unpack gzip; see `unpack`."""
    return unpack(content, gzip.open, where)  # type: ignore[arg-type]
