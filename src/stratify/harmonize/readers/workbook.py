"""Excel workbooks (xlsx)."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from stratify.config.dataset import TableFile
from stratify.errors import StratifyError, nearest
from stratify.harmonize.findings.finding import Finding
from stratify.harmonize.readers.files import open_binary
from stratify.harmonize.readers.grid import Grid
from stratify.harmonize.readers.sheet_source import hidden_values
from stratify.unpacking import refuse_workbook_bomb

OLE = b"\xd0\xcf\x11\xe0"
"""First bytes of an old workbook, and of one with a password."""


def read_grid(path: Path, layout: TableFile) -> tuple[Grid, list[Finding]]:
    """Read one sheet as text.

    Parameters
    ----------
    path
        The workbook.
    layout
        Sheet and lines above the header.

    Returns
    -------
    Grid
        Header first; empty rows left out, rows cut or filled to the width of the widest.
    list of Finding
        Cells that read as empty although a person sees a value in them.

    Raises
    ------
    StratifyError
        The file is no workbook or has no such sheet.
    """
    with open_binary(path) as stream:
        try:
            if path.suffix.lower() == ".xlsx":  # else it is packed once more, and that is bounded
                refuse_workbook_bomb(path)
            rows, findings = _rows(stream, path, layout)
        except StratifyError:
            raise
        except (InvalidFileException, KeyError, ValueError, ParseError, zipfile.BadZipFile) as error:
            stream.seek(0)
            reason = "an old or password-protected Excel file" if stream.read(4) == OLE else error
            raise StratifyError(f"{path}: not a readable xlsx workbook: {reason}") from None
    return _rectangular(rows[layout.skip_rows :]), findings


def _rows(stream: IO[bytes], path: Path, layout: TableFile) -> tuple[Grid, list[Finding]]:
    book = load_workbook(stream, read_only=True, data_only=True)
    name = layout.sheet or book.sheetnames[0]
    if name not in book.sheetnames:
        raise StratifyError(f"{path}: no sheet {name!r}; {nearest(name, book.sheetnames)}")
    sheet = book[name]
    if not hasattr(sheet, "reset_dimensions"):
        raise StratifyError(f"{path}: sheet {name!r} is a chart; expected a table")
    sheet.reset_dimensions()  # a stray value in the last column would fill every row up to it
    rows = [[cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    findings = list(hidden_values(stream, sheet._worksheet_path, layout.skip_rows))
    book.close()
    return rows, findings


def _rectangular(rows: Grid) -> Grid:
    width = max((at + 1 for row in rows for at, cell in enumerate(row) if cell), default=0)
    return [[*row[:width], *[""] * (width - len(row))] for row in rows if any(row)]


def cell_text(value: Any) -> str:
    """Write a cell as the text a person reads in it.

    Parameters
    ----------
    value
        Content of a workbook's or parquet file's cell.

    Returns
    -------
    str
        Whole numbers without decimals (spreadsheets keep every number as a fraction), truth values as `true` and
        `false`, dates in ISO 8601, nothing as the empty text.

    Examples
    --------
    >>> [cell_text(value) for value in (3.0, 2.5, True, None, "007")]
    ['3', '2.5', 'true', '', '007']
    """
    if value is None or value != value:  # noqa: PLR0124 - only a NaN differs from itself
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
