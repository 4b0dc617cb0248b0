"""Text tables: csv, tsv, txt."""

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from stratify.config.dataset import TableFile
from stratify.errors import StratifyError
from stratify.harmonize.readers.files import inner_suffix, open_binary
from stratify.harmonize.readers.grid import Grid, picked_columns

ROW_NAMES = ""
"""Header of a first column that has none."""

FAST_ENCODINGS = {"utf-8", "utf-8-sig", "utf8", "ascii"}

BLOCK_BYTES = 4 << 20
"""Text parsed at once by a thread; the library's own megabyte is a few hundred rows of a wide table, and slower."""

SCANNED_BYTES = 1 << 20

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
WIDE_ENCODINGS = ("utf-16", "utf16", "utf-32", "utf32")
WEB_PAGE = (b"<!doctype html", b"<html")


def separator_of(path: Path, layout: TableFile) -> str:
    """Return the column separator: as declared, else comma for `.csv` and tab for everything else."""
    return separator_for(path, layout.separator)


def separator_for(path: Path, declared: str | None) -> str:
    """Return the separator: as declared, else by the file's ending."""
    return declared or ("," if inner_suffix(path) == ".csv" else "\t")


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[IO[bytes]]:
    """Open a text table for reading bytes, decompressed.

    Parameters
    ----------
    path
        The file, compressed or not.
    encoding
        Its declared encoding.

    Yields
    ------
    file object
        Seekable, at its start.

    Raises
    ------
    StratifyError
        The file is missing, damaged, or plainly no text table of that encoding.
    """
    with open_binary(path) as stream:
        start = stream.read(1024)
        stream.seek(0)
        declared = encoding.lower().replace("_", "-")
        if not declared.startswith(WIDE_ENCODINGS):
            if start.startswith(UTF_16):
                raise StratifyError(f"{path}: utf-16 text, not {encoding}; write `encoding: utf-16`")
            if start.startswith(codecs.BOM_UTF8) and not declared.startswith(("utf-8", "utf8")):
                raise StratifyError(f"{path}: utf-8 text, not {encoding}; leave `encoding:` out")
            if b"\0" in start:
                raise StratifyError(
                    f"{path}: not a text table: it holds bytes that no text has, unless it is UTF-16 without a mark: "
                    "then write `encoding: utf-16-le`"
                )
        if start.lstrip().lower().startswith(WEB_PAGE):
            raise StratifyError(
                f"{path}: a web page, not a table: the server answered the download with a page (a form to sign in, or "
                "an error); open the file, and correct its `url` in the source file"
            )
        yield stream


def read_grid(path: Path, layout: TableFile) -> Grid:
    """Read every field of a text table as text.

    Parameters
    ----------
    path
        The file, compressed or not.
    layout
        Separator, encoding, lines above the header, comment character.

    Returns
    -------
    list of list of str
        Header first; blank lines and comments left out; rows as long as they are in the file.

    Raises
    ------
    StratifyError
        The text cannot be decoded or its quotes do not match.
    """
    with open_text(path, layout.encoding) as stream:
        try:
            with io.TextIOWrapper(stream, encoding=layout.encoding, newline="") as text:
                lines = csv.reader(content_lines(text, layout), delimiter=separator_of(path, layout), strict=True)
                return [row for row in lines if row]
        except UnicodeDecodeError as error:
            raise StratifyError(
                f"{path}: not {layout.encoding} text ({error.reason} at byte {error.start}); "
                "declare its `encoding:`, for example latin-1"
            ) from None
        except csv.Error as error:
            raise StratifyError(
                f"{path}: not readable as a text table: {error}, line {lines.line_num} from the header; is a "
                "quotation mark never closed?"
            ) from None
        except (LookupError, UnicodeError) as error:
            raise StratifyError(f"{path}: not readable as a text table: {error}") from None


def content_lines(text: IO[str], layout: TableFile) -> Iterator[str]:
    """Yield the lines from the header on, without blank lines and comments."""
    for number, line in enumerate(text):
        if number < layout.skip_rows or not line.strip("\r\n"):
            continue
        if layout.comment is None or not line.startswith(layout.comment):
            yield line


def read_numbers(path: Path, layout: TableFile, label: str | None, pattern: str | None) -> pd.DataFrame | None:
    """Read a plain numeric text table fast, straight to float32.

    Parameters
    ----------
    path
        The file, compressed or not.
    layout
        How it is laid out.
    label
        Column of row labels; the nameless first column where `layout.index_column`; none for numbered rows.
    pattern
        Regular expression that picks the measured columns.

    Returns
    -------
    pandas.DataFrame or None
        Rows and columns as in the file; ``None`` where anything is not plain, so that the slower reading of the
        text can say what, or cope with it.
    """
    if layout.comment is not None or layout.encoding.lower() not in FAST_ENCODINGS:
        return None
    with open_text(path, layout.encoding) as stream:
        header = _header(stream, path, layout)
        if header is None:
            return None
        if layout.index_column:
            header = [ROW_NAMES, *(header[1:] if header[0] == "" else header)]
            label = label or ROW_NAMES
        picked = picked_columns(header, label, pattern, str(path))
        position = header.index(label) if label is not None else None
        table = _parse(stream, path, layout, len(header), picked, position=position)
    if table is None or table.num_rows == 0:
        return None
    return _to_frame(table, [header[at] for at in picked], position)


def _header(stream: IO[bytes], path: Path, layout: TableFile) -> list[str] | None:
    """Read the header and leave the stream at the first row; ``None`` where it is not a simple line."""
    for _ in range(layout.skip_rows):
        stream.readline()
    line = stream.readline()
    while line and not line.strip(b"\r\n"):
        line = stream.readline()
    try:
        rows = list(csv.reader([line.decode("utf-8-sig")], delimiter=separator_of(path, layout), strict=True))
    except (csv.Error, UnicodeDecodeError):
        return None
    return [name.strip() for name in rows[0]] if rows and rows[0] else None


def _parse(
    stream: IO[bytes], path: Path, layout: TableFile, width: int, picked: list[int], *, position: int | None
) -> pa.Table | None:
    types = {str(at): pa.float32() for at in picked}
    if position is not None:
        types[str(position)] = pa.string()
    source, quoted = _quickest(stream, path)
    try:
        return pyarrow.csv.read_csv(
            source,
            read_options=pyarrow.csv.ReadOptions(column_names=[str(at) for at in range(width)], block_size=BLOCK_BYTES),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator_of(path, layout), quote_char='"' if quoted else False
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=["", *layout.missing],
                decimal_point=layout.decimal,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError):
        return None


def _quickest(stream: IO[bytes], path: Path) -> tuple[IO[bytes] | pa.NativeFile, bool]:
    """Let the library read a plain file by itself, and tell whether it has to look for quotes."""
    if not isinstance(stream, io.BufferedReader):
        return stream, True
    start = stream.tell()
    quoted = any(b'"' in block for block in iter(lambda: stream.read(SCANNED_BYTES), b""))
    source = pa.memory_map(str(path))
    source.seek(start)
    return source, quoted


def _to_frame(table: pa.Table, names: list[str], position: int | None) -> pd.DataFrame:
    index = None if position is None else pd.Index(table.column(str(position)).to_pylist(), dtype="str")
    frame = (table if position is None else table.drop_columns(str(position))).to_pandas()
    if index is not None:
        frame.index = index
    return frame.set_axis(pd.Index(names, dtype="str"), axis="columns")
