"""Tables of read counts: genes in rows, the first column names them, samples in columns."""

import csv
import io
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.config.dataset import Clinical, Modality
from stratify.errors import StratifyError
from stratify.harmonize.readers import delimited
from stratify.harmonize.readers.grid import grid_to_frame
from stratify.harmonize.readers.r_vectors import unique_names
from stratify.harmonize.readers.table import numbers_from_text
from stratify.wording import counted

SUMMARY_ROWS = frozenset(
    {"__no_feature", "__ambiguous", "__too_low_aQual", "__not_aligned", "__alignment_not_unique"}
    | {"N_unmapped", "N_multimapping", "N_noFeature", "N_ambiguous"}
)
"""What HTSeq and STAR write among the genes: reads that belong to none. Left out."""


class CountsTableReader:
    """Reads text tables of counts, compressed or not, whatever the file's ending."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Refuse: a table of counts says nothing of patients."""
        raise StratifyError(f"{path}: `reader: {layout.reader}` reads measurements, no clinical table")

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Read counts.

        Parameters
        ----------
        path
            The raw file.
        layout
            How it is laid out; `id` names the column of genes, the first one where not given, with a header or
            without; `columns` picks the samples where other columns describe the genes.

        Returns
        -------
        pandas.DataFrame
            float32, genes x samples, without the summary rows of HTSeq and STAR.

        Raises
        ------
        StratifyError
            The table is empty, ragged, or holds text; a count is negative; a sample's name repeats.
        """
        if layout.orientation != "features_by_samples":
            raise StratifyError(f"{path}: a table of counts has genes in rows: `orientation: features_by_samples`")
        layout = _with_label(path, layout)
        frame = delimited.read_numbers(path, layout, layout.id, layout.columns)
        if frame is None:
            text = grid_to_frame(delimited.read_grid(path, layout), layout, str(path), labels=layout.id, dtype="object")
            frame = numbers_from_text(text, path, layout)
        unique_names(list(frame.columns), "sample", str(path))
        summary = frame.index.isin(SUMMARY_ROWS)
        frame = frame[~summary] if summary.any() else frame
        _refuse_negative(frame, path)
        return frame


def _with_label(path: Path, layout: Modality) -> Modality:
    """Name the column of genes, or say that it has no header."""
    if layout.id is not None:
        return layout.model_copy(update={"index_column": False})
    header, first = _first_rows(path, layout)
    nameless = header[0].strip() == "" or len(header) == len(first) - 1
    return layout.model_copy(update={"index_column": nameless, "id": None if nameless else header[0].strip()})


def _first_rows(path: Path, layout: Modality) -> tuple[list[str], list[str]]:
    with delimited.open_text(path, layout.encoding) as stream:
        try:
            with io.TextIOWrapper(stream, encoding=layout.encoding, newline="") as text:
                lines = delimited.content_lines(text, layout)
                rows = list(islice(csv.reader(lines, delimiter=delimited.separator_of(path, layout)), 2))
        except (UnicodeDecodeError, LookupError, csv.Error) as error:
            raise StratifyError(f"{path}: not readable as a text table: {error}") from None
    if len(rows) < 2:
        raise StratifyError(f"{path}: the table is empty: {counted(len(rows), 'row')} including the header")
    return rows[0], rows[1]


def _refuse_negative(frame: pd.DataFrame, path: Path) -> None:
    values = frame.to_numpy()
    below = values < 0
    if below.any():
        negative = np.argwhere(below)
        gene, sample = negative[0]
        raise StratifyError(
            f"{path}: {counted(len(negative), 'negative count')}, the first {float(values[gene, sample]):g} for "
            f"{frame.index[gene]!s} in {frame.columns[sample]!s}; counts are zero or more: "
            "values on a logarithmic scale are read by `reader: table` with their own `unit`"
        )
