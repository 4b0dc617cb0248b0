"""Bioconductor containers and plain R tables, in `.rds` and `.rda`, without R.

Reads SummarizedExperiment and what derives from it, MultiAssayExperiment, ExpressionSet, data frames and matrices.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stratify.config.dataset import Clinical, Modality, TableFile
from stratify.errors import StratifyError, nearest
from stratify.harmonize.readers.grid import column_of, picked_columns
from stratify.harmonize.readers.r_containers import Container, container_of, is_container
from stratify.harmonize.readers.r_matrices import Matrix, is_matrix, matrix_of
from stratify.harmonize.readers.r_objects import RValue, load_r_objects
from stratify.harmonize.readers.r_vectors import (
    columns_of,
    is_table,
    numbers_of,
    row_names,
    table_of,
    texts_of,
    unique_names,
)


class SummarizedExperimentReader:
    """Reads R data files."""

    def read_clinical(self, path: Path, layout: Clinical) -> pd.DataFrame:
        """Read the table of samples (colData, pData, or a data frame), every cell as text.

        Parameters
        ----------
        path
            The raw file.
        layout
            Which object of the file, and which experiment of a MultiAssayExperiment. With an experiment there is one
            row a sample of it, with the patient's columns and the identifier `primary`; without, one row a patient.

        Returns
        -------
        pandas.DataFrame
            Columns of str, missing as null; sample names in the index.

        Raises
        ------
        StratifyError
            The file is not R data, or holds no such object, or the object is no table of samples.
        """
        value, where = chosen(path, layout)
        if is_table(value):
            table = table_of(value, where)
        elif is_container(value):
            table = container_of(value, layout.experiment, where).sample_table()
        else:
            raise StratifyError(f"{where}: a {value.described()} has no table of samples; {_expected()}")
        if layout.orientation == "features_by_samples":
            raise StratifyError(f"{where}: the rows of an R table of samples are samples; leave `orientation` out")
        if table.empty:
            raise StratifyError(f"{where}: the table is empty: {len(table)} rows, {table.shape[1]} columns")
        return table.mask(table.isin([*layout.missing, ""]))

    def read_modality(self, path: Path, layout: Modality) -> pd.DataFrame:
        """Read one assay, or a data frame or matrix of measurements.

        Parameters
        ----------
        path
            The raw file.
        layout
            Which object, experiment and assay; `id` names a column of rowData (or of the data frame) that labels the
            rows, the row names where not given.

        Returns
        -------
        pandas.DataFrame
            float32, in the object's own orientation, labelled by str on both sides.

        Raises
        ------
        StratifyError
            As for the clinical table; or the measurements are not numbers, or their names contradict the container's.
        """
        value, where = chosen(path, layout)
        if is_container(value):
            if layout.orientation != "features_by_samples":
                raise StratifyError(f"{where}: a {value.described()} has features in rows: `features_by_samples`")
            return _assay(container_of(value, layout.experiment, where), layout)
        if layout.assay is not None:
            raise StratifyError(f"{where}: a {value.described()} has no assays; leave `assay` out")
        if is_table(value):
            return _measured_columns(value, layout, where)
        if is_matrix(value):
            return _plain_matrix(matrix_of(value, where), layout, where)
        raise StratifyError(f"{where}: a {value.described()} holds no measurements; {_expected()}")


def chosen(path: Path, layout: TableFile) -> tuple[RValue, str]:
    """Find the object a layout means; say where it is, for messages."""
    objects = load_r_objects(path)
    held = ", ".join(f"{name or 'one object'} ({value.described()})" for name, value in list(objects.items())[:8])
    if layout.object is not None:
        if layout.object not in objects:
            raise StratifyError(
                f"{path}: no object {layout.object!r}; the file holds {held}; "
                f"{nearest(layout.object, filter(None, objects))}"
            )
        return objects[layout.object], f"{path}: {layout.object}"
    readable = {name: value for name, value in objects.items() if is_container(value) or is_matrix(value)}
    if len(readable) > 1:
        raise StratifyError(f"{path}: holds several tables: {held}; choose one with `object:`")
    if not readable:
        raise StratifyError(f"{path}: nothing to read: the file holds {held or 'no object'}; {_expected()}")
    name, value = next(iter(readable.items()))
    return value, f"{path}: {name}" if name else str(path)


def _expected() -> str:
    return "expected a SummarizedExperiment, MultiAssayExperiment, ExpressionSet, data.frame or matrix"


def _assay(container: Container, layout: Modality) -> pd.DataFrame:
    matrix, where = container.assay(layout.assay)
    names = container.feature_names() if container.feature_names() is not None else matrix.features
    samples = container.sample_names() if container.sample_names() is not None else matrix.samples
    _agree(matrix.features, names, "features", where)
    _agree(matrix.samples, samples, "samples", where)
    if layout.id is not None:
        names = list(column_of(container.feature_table(), layout.id, f"{where}: table of features"))
    return _labelled(Matrix(matrix.numbers, names, samples), where)


def _agree(own: list[str | None] | None, outer: list[str | None] | None, what: str, where: str) -> None:
    if own is not None and outer is not None and own != outer:
        odd = next((f"{a!r} against {b!r}" for a, b in zip(own, outer, strict=False) if a != b), "their number differs")
        raise StratifyError(f"{where}: the assay names other {what} than the container around it: {odd}")


def _plain_matrix(matrix: Matrix, layout: Modality, where: str) -> pd.DataFrame:
    if layout.id is not None:
        raise StratifyError(f"{where}: a matrix has row names, no column {layout.id!r}; leave `id` out")
    frame = _labelled(matrix, where, samples_in_rows=layout.orientation == "samples_by_features")
    return frame.iloc[:, picked_columns(list(frame.columns), None, layout.columns, where)]


def _measured_columns(table: RValue, layout: Modality, where: str) -> pd.DataFrame:
    """Read only the picked columns of a data frame."""
    columns = columns_of(table)
    names = [name.strip() for name, _ in columns]
    rows = row_names(table, where)
    picked = picked_columns(names, layout.id, layout.columns, where)
    values = np.empty((len(rows), len(picked)), dtype=np.float32, order="F")
    for at, column in enumerate(picked):
        values[:, at] = numbers_of(columns[column][1], f"{where}: column {names[column]!r}")
    labels = list(rows.astype("str")) if layout.id is None else texts_of(columns[names.index(layout.id)][1])
    by_sample = layout.orientation == "samples_by_features"
    return _labelled(Matrix(values, labels, [names[at] for at in picked]), where, samples_in_rows=by_sample)


def _labelled(matrix: Matrix, where: str, *, samples_in_rows: bool = False) -> pd.DataFrame:
    sides = {"row": matrix.features, "column": matrix.samples}
    for side, names in sides.items():
        if names is None:
            raise StratifyError(f"{where}: the {side}s have no names")
    if 0 in matrix.numbers.shape:
        raise StratifyError(f"{where}: no data: {matrix.numbers.shape[0]} rows, {matrix.numbers.shape[1]} columns")
    samples = sides["row" if samples_in_rows else "column"]
    unique_names(list(samples or []), "sample", where)
    index, columns = (pd.Index(list(names or []), dtype="str") for names in sides.values())
    return pd.DataFrame(matrix.numbers, index=index, columns=columns, copy=False)
