"""Read patients to score from a file, and write their scores: csv, tsv, txt, parquet, xlsx."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from stratify.artifacts.atomic import atomic
from stratify.errors import StratifyError, nearest
from stratify.score.values import first_nested
from stratify.score.workbook import read_cells
from stratify.spreadsheet import without_formulas
from stratify.unpacking import refuse_parquet_bomb
from stratify.wording import counted

TEXT_FORMATS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
FORMATS = [*TEXT_FORMATS, ".parquet", ".xlsx"]
CONTENTS = {
    b"PK\x03\x04": (".xlsx", "an Excel file"),
    b"PAR1": (".parquet", "a parquet file"),
    b"\xd0\xcf\x11\xe0": (".xls", "an old or password-protected Excel file"),
}
"""What a file is by its first four bytes: its ending, and what to call it."""

HEADER_SHOWN = 60
LONGEST_CELL = 131_072
"""Characters; a longer one is a quotation mark that is never closed, or no table of patients."""

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
SHOWN = 3


def read_patients(path: Path, id_column: str = "patient_id") -> pd.DataFrame:
    """Read one row a patient.

    Parameters
    ----------
    path
        File with a header; format by its ending. Text files are comma-separated (``.csv``; semicolons where the
        header has no comma) or tab-separated (``.tsv``, ``.txt``), UTF-8. Of a workbook, the first sheet.
    id_column
        Column with the patients' identifiers, which are taken as text, as they stand.

    Returns
    -------
    DataFrame
        Indexed by identifier; values as in the file (text, where the file is text).

    Raises
    ------
    StratifyError
        The file is missing, a folder, of an unknown or another format, unreadable or empty; the identifier column
        is missing, or an identifier is empty or stands twice.
    """
    check_format(path)
    if not path.is_file():
        raise StratifyError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise StratifyError(f"{path}: the file is empty; expected a header with {id_column!r} and one row a patient")
    _check_content(path)
    try:
        table = _read(path)
    except StratifyError:
        raise
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise StratifyError(
            f"{path}, line {line}: not UTF-8 text (byte {error.start + 1}); save the file as UTF-8"
        ) from error
    except Exception as error:
        raise StratifyError(f"{path}: not a readable {path.suffix} file: {_one_line(error)}") from error
    return _by_patient(table, id_column, str(path))


def check_format(path: Path) -> None:
    """Raise an error where a path is a folder, or its ending is not one of the formats.

    Raises
    ------
    StratifyError
        Names the ending and the valid ones.
    """
    if path.is_dir():
        raise StratifyError(f"{path}: is a folder; name a file, one of {', '.join(FORMATS)}")
    if path.suffix.lower() not in FORMATS:
        raise StratifyError(f"{path}: unknown format {path.suffix!r}; expected one of {', '.join(FORMATS)}")


def _check_content(path: Path) -> None:
    """Raise an error where a file plainly is of another format than its ending says."""
    with path.open("rb") as file:
        ending, kind = CONTENTS.get(file.read(4), ("", ""))
    suffix = path.suffix.lower()
    if kind and ending != suffix:
        advice = f"rename it to {path.stem}{ending}" if ending in FORMATS else "save it as .xlsx, without a password"
        raise StratifyError(f"{path}: not a {suffix} file but {kind}; {advice}")
    if suffix == ".xlsx" and not kind:
        raise StratifyError(f"{path}: not an Excel file; is it csv? then rename it to {path.stem}.csv")


def _read(path: Path) -> pd.DataFrame:
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        with pq.ParquetFile(path) as file:  # half the time of pandas' way for 100,000 columns
            refuse_parquet_bomb(file.metadata, path.stat().st_size, str(path))
            table = file.read(use_threads=False).to_pandas()
        return table if table.index.names == [None] else table.reset_index()
    if suffix == ".xlsx":
        return _with_header(read_cells(path), str(path))
    content = path.read_text(encoding="utf-8-sig")
    if "\0" in content:
        line = content[: content.index("\0")].count("\n") + 1
        raise StratifyError(f"{path}, line {line}: a NUL character, not text; expected UTF-8 (is it UTF-16?)")
    return _read_text(content, TEXT_FORMATS[suffix], str(path))


def _read_text(content: str, separator: str, where: str) -> pd.DataFrame:
    header = content.split("\n", 1)[0]
    if separator == "," and "," not in header and ";" in header:
        separator = ";"
    rows = _rows(content, separator, where)
    width = len(rows[0][1]) if rows else 0
    for line, row in rows:
        if len(row) != width:
            start = separator.join(rows[0][1])[:HEADER_SHOWN]
            raise StratifyError(
                f"{where}, line {line}: {counted(len(row), 'cell')}, the header has {width} (it starts {start!r})"
            )
    return _with_header(pd.DataFrame([row for _, row in rows], dtype=object), where)


def _rows(content: str, separator: str, where: str) -> list[tuple[int, list[str]]]:
    """List the rows that are not blank, each with the number of its last line."""
    before = csv.field_size_limit(LONGEST_CELL)  # of the process; some libraries lift it
    lines = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    try:
        return [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise StratifyError(
            f"{where}, line {lines.line_num}: {error}; is a quotation mark never closed? Write one inside a cell twice"
        ) from None
    finally:
        csv.field_size_limit(before)


def _with_header(cells: pd.DataFrame, where: str) -> pd.DataFrame:
    """Make the first row the column names; two columns of one name stay two."""
    if cells.empty:
        raise StratifyError(f"{where}: the file is empty; expected a header and one row a patient")
    names = [_header_text(cell) for cell in cells.iloc[0]]
    table = cells.iloc[1:].set_axis(names, axis=1).reset_index(drop=True)
    nameless = np.array([name == "" for name in names])
    empty = nameless & (table.isna() | (table == "")).all().to_numpy()
    stray = np.flatnonzero(nameless & ~empty)
    if any(stray > 0):  # the first may be row numbers, which pandas and R write without a name
        raise StratifyError(
            f"{where}: column {stray[stray > 0][0] + 1} has values but no name in the header; "
            "expected one row of names, no merged cells"
        )
    return table.loc[:, ~empty].dropna(how="all")


def _header_text(cell: object) -> str:
    return "" if cell is None or cell != cell else str(cell).strip()  # noqa: PLR0124 - a null differs from itself


def _by_patient(table: pd.DataFrame, id_column: str, where: str) -> pd.DataFrame:
    found = [str(column) for column in table.columns]
    table = table.set_axis(found, axis=1)
    if id_column not in found:
        raise StratifyError(_without_identifiers(id_column, [name for name in found if name], where))
    if found.count(id_column) > 1:
        raise StratifyError(f"{where}: column {id_column!r} stands twice; keep one of them")
    if table.empty:
        raise StratifyError(f"{where}: a header but no patients; expected one row a patient")
    _check_single(table[id_column], id_column, where)
    index = identifiers(table[id_column])
    check_identifiers(index, id_column, where)
    return table.drop(columns=id_column).set_index(index)


def _without_identifiers(id_column: str, found: list[str], where: str) -> str:
    start = f"{where}: no column {id_column!r} with the patients' identifiers; "
    if len(found) == 1:
        separated = next((name for sign, name in SEPARATORS.items() if sign in found[0]), None)
        advice = f", it seems to be separated by {separated}; expected commas in csv, tabs in tsv" if separated else ""
        return f"{start}found one column only, {found[0][:HEADER_SHOWN]!r}{advice}"
    return f"{start}{nearest(id_column, [name[:HEADER_SHOWN] for name in found])}; name another with --id"


def identifiers(column: pd.Series) -> pd.Index:
    """Read a column as identifiers: text without surrounding blanks, whole numbers without a decimal point.

    Parameters
    ----------
    column
        Any values.

    Returns
    -------
    Index of str
        Named `patient_id`; a missing identifier is the empty text.
    """
    return pd.Index([_identifier(value) for value in column], name="patient_id", dtype="str")


def _identifier(value: object) -> str:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - a null differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _check_single(column: pd.Series, id_column: str, where: str) -> None:
    """Raise an error where a cell of a parquet file holds a list or a mapping."""
    nested = first_nested(column)
    if nested is not None:
        raise StratifyError(f"{where}: column {id_column!r}: expected one identifier a cell, found {nested}")


def check_identifiers(identifiers: pd.Index, id_column: str, where: str) -> None:
    """Raise an error where an identifier is empty or stands twice.

    Parameters
    ----------
    identifiers
        As `identifiers` gives them.
    id_column
        Name of their column, for the message.
    where
        File or place, for the message.

    Raises
    ------
    StratifyError
        Counts the cases and shows the first.
    """
    empty = int((identifiers == "").sum())
    if empty:
        first = int((identifiers == "").argmax()) + 1
        number = counted(empty, "patient has", "patients have")
        raise StratifyError(f"{where}: {number} an empty {id_column!r}, the first in row {first}")
    repeated = identifiers[identifiers.duplicated()].unique()
    if len(repeated):
        shown = ", ".join(map(repr, repeated[:SHOWN])) + (", …" if len(repeated) > SHOWN else "")
        verb = "stands" if len(repeated) == 1 else "stand"
        raise StratifyError(
            f"{where}: {counted(len(repeated), 'identifier')} in {id_column!r} {verb} more than once: {shown}; "
            "keep one row each"
        )


def write_rows(frame: pd.DataFrame, path: Path) -> None:
    """Write a table, whole or not at all; the format is that of the file's ending.

    In csv, tsv, txt and xlsx, text that a spreadsheet would run as a formula is preceded by an apostrophe,
    in cells and in column names.

    Parameters
    ----------
    frame
        Rows to write, with the index as first column.
    path
        Target file.

    Raises
    ------
    StratifyError
        The ending is unknown.
    """
    check_format(path)
    table = frame.reset_index()
    suffix = path.suffix.lower()
    with atomic(path) as temporary:
        if suffix == ".parquet":
            table.to_parquet(temporary, index=False)
        elif suffix == ".xlsx":
            without_formulas(table).to_excel(temporary, index=False)
        else:
            without_formulas(table).to_csv(temporary, index=False, sep=TEXT_FORMATS[suffix], lineterminator="\n")


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
