"""The general table reader: csv, tsv, txt, xlsx, parquet and arff, compressed or not.

Clinical tables are read as text, so that identifiers keep leading zeros and codes stay exact; numbers are parsed later,
explicitly. Measurements are read as float32, the plain case without going through text.
"""

from pathlib import Path

import pandas as pd

from stratify.config.dataset import Clinical, Modality, TableFile
from stratify.harmonize.numbers import parse_numbers
from stratify.harmonize.readers import arff, columnar, delimited, workbook
from stratify.harmonize.readers.files import format_of
from stratify.harmonize.readers.grid import Grid, column_of, grid_to_frame, picked_columns


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
        return grid_to_frame(_read_grid(path, layout), layout, str(path), transpose=transpose)

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
        frame = None
        kind = format_of(path)
        if kind == "delimited":
            frame = delimited.read_numbers(path, layout, layout.id, layout.columns)
        elif kind == "parquet" and not layout.index_column:
            frame = columnar.read_numbers(path, layout.id, layout.columns)
        if frame is None:
            text = grid_to_frame(_read_grid(path, layout), layout, str(path), labels=layout.id)
            frame = numbers_from_text(text, path, layout)
        if layout.id is None and not layout.index_column:
            frame.index = pd.RangeIndex(1, len(frame) + 1)
        return frame


def _read_grid(path: Path, layout: TableFile) -> Grid:
    match format_of(path):
        case "delimited":
            return delimited.read_grid(path, layout)
        case "workbook":
            return workbook.read_grid(path, layout)
        case "parquet":
            return columnar.read_grid(path)
        case _:
            return arff.read_grid(path, layout)


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
    labels = text.index if layout.id is None else pd.Index(column_of(text, layout.id, str(path)), name=None)
    picked = picked_columns(list(text.columns), layout.id, layout.columns, str(path))
    columns = [
        parse_numbers(
            text.iloc[:, at].set_axis(labels),
            f"{path}: column {text.columns[at]!r}",
            decimal=layout.decimal,
            infinite=True,
        ).astype("float32")
        for at in picked
    ]
    names = pd.Index([text.columns[at] for at in picked], dtype="str")
    return pd.concat(columns, axis="columns").set_axis(names, axis="columns").set_axis(labels, axis="index")
