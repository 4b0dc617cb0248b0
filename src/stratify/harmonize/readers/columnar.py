"""Parquet files."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stratify.errors import StratifyError
from stratify.harmonize.readers.files import open_binary
from stratify.harmonize.readers.grid import Grid, picked_columns
from stratify.harmonize.readers.workbook import cell_text
from stratify.unpacking import refuse_parquet_bomb


def read_grid(path: Path) -> Grid:
    """Read a parquet file's cells as text, column names first."""
    table = _load(path)
    columns = [[cell_text(value) for value in column.to_pylist()] for column in table.columns]
    return [list(table.column_names), *(list(row) for row in zip(*columns, strict=True))]


def read_numbers(path: Path, label: str | None, pattern: str | None) -> pd.DataFrame | None:
    """Read numeric columns straight to float32; ``None`` where a picked column does not hold numbers.

    Parameters
    ----------
    path
        The file.
    label
        Column of row labels; none for numbered rows.
    pattern
        Regular expression that picks the measured columns.

    Returns
    -------
    pandas.DataFrame or None
    """
    table = _load(path)
    names = table.column_names
    picked = picked_columns(names, label, pattern, str(path))
    types = [table.schema.types[at] for at in picked]
    if not all(pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in types):
        return None
    frame = table.select(picked).to_pandas().astype("float32")
    if label is not None:
        labels = [cell_text(value) for value in table.column(label).to_pylist()]
        frame.index = pd.Index(labels, dtype="str")
    return frame


def _load(path: Path) -> pa.Table:
    with open_binary(path) as stream:
        try:
            content = stream.read()
            refuse_parquet_bomb(pq.read_metadata(pa.BufferReader(content)), len(content), str(path))
            return pq.read_table(pa.BufferReader(content))
        except (pa.ArrowInvalid, OSError) as error:
            raise StratifyError(f"{path}: not a readable parquet file: {error}") from None
