"""Oddities of single clinical columns."""

from collections.abc import Iterator, Mapping

import pandas as pd

from stratify.config.dataset import Column
from stratify.harmonize.findings.endpoints import records_only_events
from stratify.harmonize.findings.finding import Finding, listed
from stratify.harmonize.units import DAYS_PER_YEAR, UNITS, singular, unit_of
from stratify.harmonize.vocabulary import term_for

LONGEST_FOLLOW_UP_YEARS = 60
"""No cohort was followed for longer; a duration beyond it has the wrong unit."""


def check_columns(table: pd.DataFrame, columns: Mapping[str, Column]) -> Iterator[Finding]:
    """Run every check of single columns.

    Parameters
    ----------
    table
        Columns in our names without namespace, one row a sample, indexed by sample.
    columns
        How each was made.

    Yields
    ------
    Finding
    """
    for name, column in columns.items():
        if column.constant is not None:
            continue
        yield from all_missing_column(table[name])
        if not records_only_events(table[name]):
            yield from constant_column(table[name])
        yield from impossible_unit(table[name], column)
        yield from implausible_value(table[name], column)


def all_missing_column(values: pd.Series) -> Iterator[Finding]:
    """Find a column without any value."""
    if values.isna().all():
        yield Finding("all_missing_column", "error", len(values), "no sample has a value", str(values.name))


def is_constant(values: pd.Series) -> bool:
    """Tell whether at least two samples have a value and all values are equal."""
    present = values.dropna()
    return len(present) > 1 and bool((present == present.iloc[0]).all())


def constant_column(values: pd.Series) -> Iterator[Finding]:
    """Find a column in which every sample has the same value: often imputed by the authors."""
    if is_constant(values):
        present = values.dropna()
        detail = (
            f"all {len(present)} values are {_shown(present.iloc[0])}; a fact of the cohort is written as `constant:`; "
            "an imputed value, if accepted, is kept as published and hidden from models"
        )
        yield Finding("constant_column", "error", len(present), detail, str(values.name))


def constant_timepoint(timepoints: pd.Series, column: Column) -> Iterator[Finding]:
    """Find a source that gives every sample the same time point: it may not have looked at each.

    Parameters
    ----------
    timepoints
        In our names, one a sample.
    column
        How it was made; a time point that the dataset file declares itself is not judged.
    """
    if column.source is not None and is_constant(timepoints):
        detail = (
            f"column {column.source!r} calls all {len(timepoints)} samples {timepoints.iloc[0]}: was each looked at?"
        )
        yield Finding("constant_timepoint", "warning", len(timepoints), detail, "timepoint")


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)


def impossible_unit(values: pd.Series, column: Column) -> Iterator[Finding]:
    """Find a duration of more than 60 years, and propose the unit in which it is possible.

    Parameters
    ----------
    values
        Days where the name ends in `_days`; other columns are not judged.
    column
        Its declared unit.

    Yields
    ------
    Finding
    """
    if unit_of(str(values.name)) != "day":
        return
    beyond = values > LONGEST_FOLLOW_UP_YEARS * DAYS_PER_YEAR
    if not beyond.any():
        return
    unit = singular(column.unit or "day")
    longest = values.max() / UNITS[unit].factor
    detail = f"in {unit}s the maximum of {longest:,.6g} would be {values.max() / DAYS_PER_YEAR:,.0f} years"
    if unit != "day" and longest <= LONGEST_FOLLOW_UP_YEARS * DAYS_PER_YEAR:
        detail += f"; perhaps `unit: day`, which makes it {longest / DAYS_PER_YEAR:,.1f} years"
    yield Finding("impossible_unit", "error", int(beyond.sum()), detail, str(values.name))


def implausible_value(values: pd.Series, column: Column) -> Iterator[Finding]:
    """Find numbers outside the range of the dataset file or, without one, of the vocabulary."""
    term = term_for(str(values.name))
    bounds = column.plausible or (term.plausible if term else None)
    if bounds is None or not pd.api.types.is_numeric_dtype(values):
        return
    outside = values[(values < bounds[0]) | (values > bounds[1])]
    if len(outside):
        cases = listed(f"{value:g} ({sample})" for sample, value in outside.items())
        detail = f"outside the plausible {bounds[0]:g} to {bounds[1]:g}: {cases}"
        yield Finding("implausible_value", "error", len(outside), detail, str(values.name))
