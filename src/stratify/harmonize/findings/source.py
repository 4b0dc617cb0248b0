"""Oddities of the columns of the file that characteristics are made from."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from stratify.config.dataset import Column
from stratify.harmonize.findings.finding import Finding, listed
from stratify.harmonize.readers.grid import WIDEST

FEWEST_ROWS = 20
FEWEST_DISTINCT = 11
"""Columns with fewer common rows or distinct values can be proportional by chance."""

SAME_RATIO = 1e-9


def check_source(raw: pd.DataFrame, columns: Mapping[str, Column]) -> Iterator[Finding]:
    """Run every check of source columns.

    Parameters
    ----------
    raw
        The table as text, one row a sample, indexed by sample, missing as null.
    columns
        How each characteristic is made from it.

    Yields
    ------
    Finding
    """
    for name, column in columns.items():
        if column.source is not None:
            yield from characteristic_missing(raw[column.source].rename(name))
    if raw.shape[1] <= WIDEST:
        yield from proportional_columns(raw, {name: column.source for name, column in columns.items() if column.source})


def characteristic_missing(text: pd.Series) -> Iterator[Finding]:
    """Count the samples whose cell is empty; a value that the dataset file declares missing is no oddity.

    Parameters
    ----------
    text
        The source's column under our name; a column without any value is a finding of its own.
    """
    empty = text.index[text.isna() | (text.str.strip() == "").fillna(value=False)]
    if 0 < len(empty) < len(text):
        detail = f"{len(empty)} of {len(text)} samples have no value: {listed(empty)}"
        yield Finding("characteristic_missing", "info", len(empty), detail, str(text.name))


def corrected_values(raw: pd.DataFrame, columns: Mapping[str, Column]) -> Iterator[Finding]:
    """Count the values that the dataset file gives for single samples in the place of the source's.

    Parameters
    ----------
    raw
        The table as text, one row a sample, indexed by sample.
    columns
        How each characteristic or outcome is made from it.

    Yields
    ------
    Finding
    """
    for name, column in columns.items():
        if column.of_samples and column.source is not None:
            names = (str(sample).rpartition(":")[2] for sample in raw.index)
            held = dict(zip(names, raw[column.source], strict=True))
            cases = listed(f"{sample} {value} for {held.get(sample)}" for sample, value in column.of_samples.items())
            detail = f"{len(column.of_samples)} of {len(raw)} samples have another value than in the file: {cases}"
            yield Finding("corrected_values", "info", len(column.of_samples), detail, name)


def proportional_columns(raw: pd.DataFrame, sources: Mapping[str, str]) -> Iterator[Finding]:
    """Find characteristics that are an exact multiple of another column of the file: one is made from the other.

    Parameters
    ----------
    raw
        The table as text, one row a sample.
    sources
        Our name to the source's column.

    Yields
    ------
    Finding
        One per pair; of two characteristics, the first.
    """
    numbers = raw.apply(lambda text: pd.to_numeric(text.astype(object), errors="coerce").astype("float64"))
    numbers = numbers.loc[:, numbers.nunique() >= FEWEST_DISTINCT]
    seen: set[frozenset[str]] = set()
    for name, source in sources.items():
        if source not in numbers:
            continue
        for other in numbers.columns.drop(source):
            ratio = _ratio(numbers[source], numbers[other])
            if ratio is None or frozenset((source, other)) in seen:
                continue
            seen.add(frozenset((source, other)))
            rows = int(numbers[[source, other]].notna().all(axis="columns").sum())
            detail = f"{source!r} is {ratio:g} times {other!r} in all {rows} rows that have both"
            yield Finding("proportional_columns", "info", rows, detail, name)


def _ratio(values: pd.Series, others: pd.Series) -> float | None:
    """Divide the one by the other; ``None`` where the ratio is not the same in every row that has both."""
    both = (values.notna() & others.notna()).to_numpy()
    first, second = values.to_numpy()[both], others.to_numpy()[both]
    zero = second == 0
    if (~zero).sum() < FEWEST_ROWS or (first[zero] != 0).any():
        return None
    ratios = first[~zero] / second[~zero]
    same = np.ptp(ratios) <= SAME_RATIO * abs(ratios[0])
    return float(ratios[0]) if same and len(np.unique(first)) >= FEWEST_DISTINCT else None
