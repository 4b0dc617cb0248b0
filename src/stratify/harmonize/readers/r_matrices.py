"""Matrices of measurements in R objects: dense, sparse, or as a data frame, with both sets of names."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from rdata.parser import RObjectType
from scipy import sparse

from stratify.errors import StratifyError
from stratify.harmonize.readers.r_objects import ARRAYS, RValue
from stratify.harmonize.readers.r_vectors import columns_of, is_table, numbers_of, row_names


@dataclass(frozen=True)
class Matrix:
    """Measurements, features in rows.

    Parameters
    ----------
    numbers
        float32, features x samples; missing as NaN.
    features, samples
        Names as the matrix itself carries them; ``None`` where it has none.
    """

    numbers: np.ndarray
    features: list[str | None] | None
    samples: list[str | None] | None


def is_matrix(value: RValue) -> bool:
    """Tell whether an object is a numeric matrix, dense or sparse, or a table that may be one."""
    dense = value.kind in ARRAYS and value.shape is not None and len(value.shape) == 2
    return dense or is_table(value) or "Dim" in value.attributes


def matrix_of(value: RValue, where: str) -> Matrix:
    """Read a matrix of measurements.

    Parameters
    ----------
    value
        A matrix, a sparse matrix by columns (`dgCMatrix`), or a data frame of numbers.
    where
        File and object, for messages.

    Returns
    -------
    Matrix

    Raises
    ------
    StratifyError
        It is none of these, or not numeric.
    """
    if is_table(value):
        columns, rows = columns_of(value), row_names(value, where)
        values = np.empty((len(rows), len(columns)), dtype=np.float32, order="F")
        for at, (name, column) in enumerate(columns):
            values[:, at] = numbers_of(column, f"{where}: column {name!r}")
        features: list[str | None] | None = None if isinstance(rows, pd.RangeIndex) else list(rows)
        return Matrix(values, features, [name for name, _ in columns])
    if "Dim" in value.attributes:
        return _sparse(value, where)
    if not is_matrix(value):
        raise StratifyError(f"{where}: expected a matrix of numbers, found {_what(value)}")
    features, samples = _two_names(value.attributes.get("dimnames"))
    return Matrix(numbers_of(value, where), features, samples)


def _what(value: RValue) -> str:
    if value.kind is RObjectType.STR:
        shown = next((text for text in value.strings() or [] if text is not None), None)
        return f"a {value.described()} of text, for example {shown!r}"
    stored_elsewhere = any(word in name for name in value.classes for word in ("Delayed", "HDF5", "TENx"))
    return f"a {value.described()}" + (
        ", whose values are kept in another file; save it in R with as.matrix()" if stored_elsewhere else ""
    )


def _sparse(value: RValue, where: str) -> Matrix:
    slots = value.attributes
    if not {"i", "p", "x"} <= set(slots):
        raise StratifyError(
            f"{where}: {value.described()} matrices are not supported; save it in R as a dgCMatrix or with as.matrix()"
        )
    shape = tuple(int(length) for length in slots["Dim"].raw.value)
    parts = tuple(np.asarray(slots[name].raw.value) for name in ("x", "i", "p"))
    with np.errstate(invalid="ignore"):
        values = sparse.csc_matrix(parts, shape=shape, dtype=np.float32).toarray(order="F")
    features, samples = _two_names(slots.get("Dimnames"))
    return Matrix(values, features, samples)


def _two_names(names: RValue | None) -> tuple[list[str | None] | None, list[str | None] | None]:
    sides = [] if names is None else [element.strings() or None for _, element in names.elements()]
    return (sides[0], sides[1]) if len(sides) == 2 else (None, None)
