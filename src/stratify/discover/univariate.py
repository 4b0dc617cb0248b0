"""Each feature's association with the endpoint, cohort by cohort, with its false discovery rate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from stratify.artifacts.discover import UNIVARIATE
from stratify.discover.associations import associations

Floats = NDArray[np.float64]


def univariate(table: pd.DataFrame, features: Sequence[str], *, study_id: str) -> pd.DataFrame:
    """Test each feature by itself in each cohort.

    Features are tested one at a time, unadjusted for each other. Every patient of the cohort is used: the result is
    a description of these patients, not of a model's performance, and no model may be judged on them after using it
    to choose features.

    Parameters
    ----------
    table : DataFrame
        The study table: numbers as float64, categories as text.
    features
        Features to test.
    study_id
        Name of the study.

    Returns
    -------
    DataFrame
        The `univariate` contract, cohorts in the order of their names, features in the order given. A category has a
        row for each level against all others; of two levels, only the rarer. `q_value` adjusts all tests of a cohort
        (Benjamini and Hochberg, doi:10.1111/j.2517-6161.1995.tb02031.x). No feature is left out: one that cannot be
        tested has a row with a note.
    """
    parts = [_cohort(rows, features).assign(cohort=name) for name, rows in table.groupby("cohort", sort=True)]
    return pd.concat(parts, ignore_index=True).assign(study=study_id)[list(UNIVARIATE.columns)]


@dataclass(frozen=True)
class _Variable:
    """A number, or the presence of one level of a category."""

    feature: str
    level: str | None
    x: Floats


def _cohort(table: pd.DataFrame, features: Sequence[str]) -> pd.DataFrame:
    variables = [variable for feature in features for variable in _variables(table[feature], feature)]
    result = associations(
        table["y"].to_numpy(dtype=np.int64),
        np.vstack([variable.x for variable in variables]),
        standardise=np.array([variable.level is None for variable in variables]),
    )
    result["feature"] = [variable.feature for variable in variables]
    result["level"] = pd.Series([variable.level for variable in variables], dtype="str")
    result["q_value"] = _false_discovery_rate(result["p_value"].to_numpy())
    return result


def _variables(column: pd.Series, feature: str) -> Iterator[_Variable]:
    if pd.api.types.is_numeric_dtype(column):
        yield _Variable(feature, None, column.to_numpy(dtype=float))
        return
    known = column.notna().to_numpy()
    levels = column.value_counts().sort_index().sort_values(ascending=False, kind="stable").index
    tested = sorted(levels) if len(levels) != 2 else levels[1:]
    for level in tested:
        yield _Variable(feature, str(level), np.where(known, (column == level).to_numpy(dtype=float), np.nan))
    if not len(levels):
        yield _Variable(feature, None, np.full(len(column), np.nan))


def _false_discovery_rate(p_values: Floats) -> Floats:
    """Adjust the p-values that exist."""
    tested = np.isfinite(p_values)
    q_values = np.full(p_values.size, np.nan)
    if tested.any():
        q_values[tested] = false_discovery_control(p_values[tested])
    return q_values
