"""The general table reader: csv, tsv, txt, xlsx, parquet and arff, compressed or not.

Clinical tables are read as text, so that identifiers keep leading zeros and codes stay exact; numbers are parsed later,
explicitly. Measurements are read as float32, the plain case without going through text.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stratify.config.dataset import Clinical, Modality, TableFile
from stratify.errors import StratifyError
from stratify.harmonize.findings.finding import Finding
from stratify.harmonize.numbers import parse_numbers
from stratify.harmonize.readers import arff, columnar, delimited, workbook
from stratify.harmonize.readers.files import format_of
from stratify.harmonize.readers.grid import Grid, column_of, grid_to_frame, picked_columns
from stratify.harmonize.readers.noticed import with_findings

BLOCK = 500
"""Columns of text turned into numbers at once: one by one, 100,000 take minutes."""


class TableReader:
    """Reads rectangular files."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Read a clinical table, every cell as text.

        Parameters
        ----------
        path
            The raw file.
        layout
            How it is laid out.

        Returns
        -------
        pandas.DataFrame
            One row a sample; columns of str as named in the file, missing as null; row names in the index.

        Raises
        ------
        StratifyError
            The file is missing, empty, not readable as declared, or ragged.
        """
        transpose = layout.orientation == "features_by_samples"
        grid, findings = _read_grid(path, layout)
        frame = grid_to_frame(grid, layout, str(path), transpose=transpose, named=layout.named)
        return with_findings(frame, findings)

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Read a table of measurements.

        Parameters
        ----------
        path
            The raw file.
        layout
            How it is laid out, which column labels the rows, and which columns hold measurements.

        Returns
        -------
        pandas.DataFrame
            float32, rows and columns as in the file, labelled by str; numbered from 1 where rows have no label.

        Raises
        ------
        StratifyError
            The file is missing, empty, not readable as declared, ragged, or holds text where numbers belong.
        """
        frame, findings = None, list[Finding]()
        kind = format_of(path)
        if kind == "delimited":
            frame = delimited.read_numbers(path, layout, layout.id, layout.columns)
        elif kind == "parquet" and not layout.index_column:
            frame = columnar.read_numbers(path, layout.id, layout.columns)
        if frame is None:
            grid, findings = _read_grid(path, layout)
            text = grid_to_frame(grid, layout, str(path), labels=layout.id, dtype="object")
            frame = numbers_from_text(text, path, layout)
        if layout.id is None and not layout.index_column:
            frame.index = pd.RangeIndex(1, len(frame) + 1)
        return with_findings(frame, findings)


def _read_grid(path: Path, layout: TableFile) -> tuple[Grid, list[Finding]]:
    match format_of(path):
        case "delimited":
            return delimited.read_grid(path, layout), []
        case "workbook":
            return workbook.read_grid(path, layout)
        case "parquet":
            return columnar.read_grid(path), []
        case _:
            return arff.read_grid(path, layout), []


def numbers_from_text(text: pd.DataFrame, path: Path, layout: Modality) -> pd.DataFrame:
    """Turn the picked columns of a table of text into float32, labelled as `layout` says.

    Parameters
    ----------
    text
        As from `grid_to_frame`.
    path
        The file, for messages.
    layout
        Which column labels the rows, which are measured.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    StratifyError
        A column is missing or holds text.
    """
    labels = text.index
    if layout.id is not None:
        labels = pd.Index(column_of(text, layout.id, str(path)), name=None, dtype="str")
    picked = picked_columns(list(text.columns), layout.id, layout.columns, str(path))
    values = np.empty((len(text), len(picked)), dtype=np.float32, order="F")
    for first in range(0, len(picked), BLOCK):
        block = text.iloc[:, picked[first : first + BLOCK]].set_axis(labels, axis="index")
        with np.errstate(over="ignore"):  # beyond float32 is infinite, which is a finding
            values[:, first : first + BLOCK] = _block_of_numbers(block, str(path), layout.decimal)
    names = pd.Index([text.columns[at] for at in picked], dtype="str")
    return pd.DataFrame(values, index=labels, columns=names, copy=False)


def _block_of_numbers(block: pd.DataFrame, where: str, decimal: str) -> np.ndarray:
    """Parse columns at once, and one by one where that fails, to name the first that is wrong."""
    every = pd.Series(block.to_numpy(dtype=object).ravel(), dtype="str")
    try:
        numbers = parse_numbers(every, where, decimal=decimal, infinite=True)
    except StratifyError:
        for at, name in enumerate(block.columns):
            column = block.iloc[:, at].astype("str")
            parse_numbers(column, f"{where}: column {name!r}", decimal=decimal, infinite=True)
        raise
    return numbers.to_numpy().reshape(block.shape)
