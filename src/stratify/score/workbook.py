"""Cells of a workbook of patients (xlsx), as spreadsheets show them."""

from itertools import zip_longest
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from stratify.errors import StratifyError
from stratify.unpacking import refuse_workbook_bomb

MOST_CELLS = 20_000_000
"""A workbook can claim more cells than it holds; 100,000 columns of 200 patients are as many."""


def read_cells(path: Path) -> pd.DataFrame:
    """Read the first sheet, header included; empty rows are left out.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    DataFrame of object
        Empty cells as None.

    Raises
    ------
    StratifyError
        The sheet is no table, has too many cells, or a formula has no saved value.
    """
    refuse_workbook_bomb(path)
    books = [load_workbook(path, read_only=True, data_only=data_only) for data_only in (True, False)]
    sheets = [book[book.sheetnames[0]] for book in books]
    if not all(hasattr(sheet, "reset_dimensions") for sheet in sheets):
        raise StratifyError(
            f"{path}: the first sheet, {sheets[0].title!r}, is no table but a chart; put patients first"
        )
    for sheet in sheets:
        sheet.reset_dimensions()  # what the file says of its size may be anything
    rows: list[tuple[object, ...]] = []
    width = 0
    pairs = zip(*(sheet.iter_rows(values_only=True) for sheet in sheets), strict=True)
    for number, (values, formulas) in enumerate(pairs, start=1):
        _check_formulas(values, formulas, f"{path}, sheet {sheets[0].title!r}, row {number}")
        if any(value is not None and value != "" for value in values):
            rows.append(values)
            width = max(width, len(values))
        if width * len(rows) > MOST_CELLS:
            raise StratifyError(f"{path}: more than {MOST_CELLS:,} cells; is there a stray value far from the table?")
    for book in books:
        book.close()
    return pd.DataFrame([(*row, *[None] * (width - len(row))) for row in rows], dtype=object)


def _check_formulas(values: tuple[object, ...], formulas: tuple[object, ...], where: str) -> None:
    """Raise an error where a program wrote a formula but not its value: the cell would silently be missing."""
    for at, (value, formula) in enumerate(zip_longest(values, formulas), start=1):
        if value is None and formula is not None and formula != "":
            raise StratifyError(
                f"{where}, column {get_column_letter(at)}: a formula without a saved value, {str(formula)[:40]!r}; "
                "open and save the workbook in a spreadsheet program, or write values"
            )
