"""Oddities of how a characteristic's values are spread: cut off at a ceiling, or given in classes."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from stratify.config.dataset import Column
from stratify.harmonize.findings.finding import Finding, listed
from stratify.harmonize.units import unit_of
from stratify.harmonize.vocabulary import term_for

FEWEST_DISTINCT = 11
"""Below this many distinct values a column is a score or a code, whose values pile up anyway."""

FEWEST_AT_CEILING = 5
ROUNDING = 1e-6
CEILING_RATIO = 5
"""The highest value is a ceiling where this many samples have it, and this many times as many as the next value."""


def check_spread(table: pd.DataFrame, columns: Mapping[str, Column]) -> Iterator[Finding]:
    """Run every check of how values are spread.

    Parameters
    ----------
    table
        Characteristics in our names without namespace, one row a sample.
    columns
        How each was made.

    Yields
    ------
    Finding
    """
    for name, column in columns.items():
        if column.constant is None and pd.api.types.is_numeric_dtype(table[name]):
            yield from values_at_ceiling(table[name], column)
            yield from coarse_values(table[name])
            yield from whole_numbers_per_megabase(table[name])
            yield from fractions_in_a_count(table[name])


def values_at_ceiling(values: pd.Series, column: Column) -> Iterator[Finding]:
    """Find values that someone cut off at a maximum; the end of a scale (100 percent) is none.

    Parameters
    ----------
    values
        Numbers in our unit; missing as NaN.
    column
        How it was made; its own plausible range goes before the vocabulary's.

    Yields
    ------
    Finding
    """
    counts = values.value_counts().sort_index(ascending=False)
    if len(counts) < FEWEST_DISTINCT:
        return
    term = term_for(str(values.name))
    bounds = column.plausible or (term.plausible if term else None)
    highest, n = float(counts.index[0]), int(counts.iloc[0])
    if bounds is not None and highest >= bounds[1]:
        return
    if n >= FEWEST_AT_CEILING and n >= CEILING_RATIO * counts.iloc[1]:
        detail = (
            f"{n} of {counts.sum()} values are exactly {highest:g}, the highest, and {counts.iloc[1]} "
            f"the next, {counts.index[1]:g}: probably cut off there"
        )
        yield Finding("values_at_ceiling", "warning", n, detail, str(values.name))


def whole_numbers_per_megabase(values: pd.Series) -> Iterator[Finding]:
    """Find mutations per megabase that are all whole numbers: probably a plain count, another unit.

    Parameters
    ----------
    values
        Numbers in our unit; judged where the name ends in `_per_mb`.

    Yields
    ------
    Finding
    """
    present = values.dropna()
    if unit_of(str(values.name)) != "per_mb" or present.nunique() < FEWEST_DISTINCT:
        return
    if (present == present.round()).all():
        detail = (
            f"all {len(present)} values are whole numbers, {present.min():g} to {present.max():g}: per megabase, or a "
            "count (`mutation_count`)?"
        )
        yield Finding("whole_numbers_per_megabase", "warning", len(present), detail, str(values.name))


def fractions_in_a_count(values: pd.Series) -> Iterator[Finding]:
    """Find counts that are not whole numbers: probably mutations per megabase, another unit.

    Parameters
    ----------
    values
        Numbers in our unit; judged where the name ends in `_count`.

    Yields
    ------
    Finding
    """
    present = values.dropna()
    if not str(values.name).endswith("_count"):
        return
    broken = present[(present - present.round()).abs() > ROUNDING]
    if len(broken):
        cases = listed(f"{value:g} ({sample})" for sample, value in broken.items())
        detail = f"{len(broken)} of {len(present)} counts are not whole numbers: {cases}: a rate, such as per megabase?"
        yield Finding("fractions_in_a_count", "warning", len(broken), detail, str(values.name))


def coarse_values(values: pd.Series) -> Iterator[Finding]:
    """Find values further apart than they are measured: classes (five years of age) instead of values.

    Parameters
    ----------
    values
        Numbers in our unit; judged where the vocabulary knows how finely it is measured.

    Yields
    ------
    Finding
    """
    term = term_for(str(values.name))
    distinct = np.sort(values.dropna().unique())
    if term is None or term.step is None or len(distinct) < FEWEST_DISTINCT:
        return
    closest = float(np.diff(distinct).min())
    if closest > term.step:
        detail = (
            f"{len(distinct)} distinct values, at least {closest:g} apart: classes, each with one value for all its "
            f"patients ({', '.join(f'{value:g}' for value in distinct[:3])}, …)"
        )
        yield Finding("coarse_values", "warning", int(values.notna().sum()), detail, str(values.name))
