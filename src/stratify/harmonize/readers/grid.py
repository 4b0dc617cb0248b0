"""From the raw cells of a table to a frame with a header, row names and the samples in rows."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import pandas as pd

from stratify.config.dataset import TableFile
from stratify.errors import StratifyError, nearest
from stratify.wording import counted

Grid = list[list[str]]
"""Cells of a table as text, header first; an empty text is a missing cell."""

WIDEST = 1000
"""In a table of more columns, measurements stand beside the characteristics."""

SEPARATORS = {",": "','", ";": "';'", "\t": "'\\t'", "|": "'|'", " ": "' '"}


def grid_to_frame(
    grid: Grid,
    layout: TableFile,
    where: str,
    *,
    transpose: bool = False,
    labels: str | None = None,
    named: Iterable[str] = (),
    dtype: Literal["str", "object"] = "str",
) -> pd.DataFrame:
    """Give a grid its header and row names.

    Parameters
    ----------
    grid
        Cells as read, header first.
    layout
        Whether the first column holds row names; texts that mean missing.
    where
        The file, for messages.
    transpose
        Swap rows and columns before the header is taken.
    labels
        A column of names in which the texts that mean missing are taken as they are (a gene may be called `NA`).
    named
        Columns that are asked for: of a table of more than `WIDEST` columns, no other is kept.
    dtype
        `object` holds the texts in one piece, where every column is about to become numbers.

    Returns
    -------
    pandas.DataFrame
        Columns of text, stripped of surrounding whitespace in their names only, missing as null. The index holds the
        row names (str), or counts from 1.

    Raises
    ------
    StratifyError
        There is no data, a row is longer or shorter than the header, row names were expected and are not there, or a
        wide table lacks a column that is asked for.
    """
    if len(grid) < 2 or not any(any(row) for row in grid):
        raise StratifyError(f"{where}: the table is empty: {counted(len(grid), 'row')} including the header")
    grid = _with_row_names(grid, where) if layout.index_column else grid
    _check_widths(grid, where, layout.index_column)
    if transpose:
        grid = [list(column) for column in zip(*grid, strict=True)]
    header = [name.strip() for name in grid[0]]
    kept = _kept(header, list(named), layout, where)
    missing = {name: {""} if name == labels else {"", *layout.missing} for name in {header[at] for at in kept}}
    absent = [missing[header[at]] for at in kept]
    cells = [[None if row[at] in none else row[at] for at, none in zip(kept, absent, strict=True)] for row in grid[1:]]
    index = pd.Index([row[0] for row in grid[1:]], dtype="str") if layout.index_column else pd.RangeIndex(1, len(grid))
    return pd.DataFrame(cells, columns=pd.Index([header[at] for at in kept], dtype="str"), index=index, dtype=dtype)


def _kept(header: Sequence[str], named: Sequence[str], layout: TableFile, where: str) -> list[int]:
    """Choose columns by position: a frame of text takes seconds for tens of thousands that nobody asks for."""
    every = list(range(int(layout.index_column), len(header)))
    if len(header) <= WIDEST or not named:
        return every
    for name in named:
        if not layout.more_files:  # of several files, one may lack a column
            check_name(header, name, where)
    wanted = set(named)
    return [at for at in every if header[at] in wanted]


def _with_row_names(grid: Grid, where: str) -> Grid:
    header, first = grid[0], grid[1]
    if len(header) == len(first) - 1:
        return [["", *header], *grid[1:]]
    if len(header) == len(first) and header[0].strip() == "":
        return grid
    if len(header) == len(first):
        raise StratifyError(
            f"{where}: `index_column` says that the first column has no header, but it is called {header[0]!r}; "
            f"leave `index_column` out and write `id: {header[0]}`"
        )
    return grid


def _check_widths(grid: Grid, where: str, index_column: bool) -> None:
    width = len(grid[0])
    odd = [(number, len(row)) for number, row in enumerate(grid[1:], start=1) if len(row) != width]
    if not odd:
        return
    if not index_column and len(odd) == len(grid) - 1 and all(found == width + 1 for _, found in odd):
        raise StratifyError(
            f"{where}: every row has one field more than the header ({width + 1} against {width}); "
            "if the first column holds row names, write `index_column: true`"
        )
    shown = ", ".join(f"row {number} has {found}" for number, found in odd[:3])
    raise StratifyError(
        f"{where}: ragged table: the header has {width} fields, {len(odd)} of {counted(len(grid) - 1, 'row')} differ: "
        f"{shown}; check `separator`, `comment` and `skip_rows`"
    )


def column_of(frame: pd.DataFrame, name: str, where: str) -> pd.Series:
    """Take one column by name.

    Parameters
    ----------
    frame
        As from `grid_to_frame`.
    name
        Column in the file.
    where
        The file, for messages.

    Returns
    -------
    pandas.Series
        str, missing as null.

    Raises
    ------
    StratifyError
        The column is missing (says the nearest names) or its name occurs more than once.
    """
    check_name(list(frame.columns), name, where)
    return frame[name]


def picked_columns(names: Sequence[str], label: str | None, pattern: str | None, where: str) -> list[int]:
    """Pick the measured columns of a table.

    Parameters
    ----------
    names
        The header.
    label
        Name of the column of row labels, never picked; none for numbered rows.
    pattern
        Regular expression, matched from the start of each name; everything where ``None``.
    where
        The file, for messages.

    Returns
    -------
    list of int
        Positions in `names`; never that of a nameless first column, which holds row names.

    Raises
    ------
    StratifyError
        The label is missing or twice there, or nothing matches.
    """
    if label is not None:
        check_name(names, label, where)
    picked = [
        at
        for at, name in enumerate(names)
        if name != label and (name or at) and (not pattern or re.match(pattern, name))
    ]
    if not picked:
        shown = ", ".join(list(names)[:5])
        reason = f"no column matches the pattern {pattern!r}" if pattern else "no column of measurements"
        raise StratifyError(f"{where}: {reason}; {_separator_hint(names) or f'the first columns are: {shown}'}")
    return picked


def check_name(names: Sequence[str], name: str, where: str) -> None:
    """Check that a table has one column of a name.

    Parameters
    ----------
    names
        The header.
    name
        Column in the file.
    where
        The file, for messages.

    Raises
    ------
    StratifyError
        The column is missing (says the nearest names) or its name occurs more than once.
    """
    count = list(names).count(name)
    if count == 1:
        return
    if count > 1:
        at = ", ".join(str(number) for number, other in enumerate(names, start=1) if other == name)
        raise StratifyError(
            f"{where}: {count} columns are called {name!r} (numbers {at}); which is meant cannot be known"
        )
    raise StratifyError(f"{where}: no column {name!r}; {_remedy(names, name)}")


def _separator_hint(names: Sequence[str]) -> str | None:
    found = [shown for sign, shown in SEPARATORS.items() if sign in names[0]] if len(names) == 1 else []
    return f"the file seems to have one column only; write its `separator:`, perhaps {found[0]}" if found else None


def _remedy(names: Sequence[str], name: str) -> str:
    if hint := _separator_hint(names):
        return hint
    nameless = [at for at, other in enumerate(names, start=1) if at > 1 and other == ""]
    if nameless:
        return (
            f"column {nameless[0]} has no name: are cells of the header merged, or does it stand further down "
            f"(`skip_rows`)? {nearest(name, filter(None, names))}"
        )
    if names and names[0] == "":
        return f"the first column has no name: `index_column: true` makes it the row names; {nearest(name, names[1:])}"
    return nearest(name, names)
