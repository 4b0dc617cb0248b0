"""No feature is an outcome under another name."""

from collections.abc import Iterable

import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.errors import StratifyError

FEWEST = 20
"""With fewer samples that have both, two columns can be alike by chance."""

OUTCOME = "endpoint."
MEASURED = "gene."
"""Columns that are not compared: thousands, none of which anybody fills in by hand."""


def refuse_outcomes(cohort: Cohort, values: pd.DataFrame, used: Iterable[str]) -> None:
    """Refuse features that order a cohort's samples exactly as one of its outcomes does, forwards or backwards.

    A time in months, a label as 1 and 2 or a code of the response are found like this; a feature that knows the
    outcome less exactly is not.

    Parameters
    ----------
    cohort
        The cohort, with its outcomes.
    values : DataFrame, shape (n_samples, n_features)
        Its features, indexed by sample.
    used
        Features that models read.

    Raises
    ------
    StratifyError
        Names the feature and the outcome.
    """
    clinical = cohort.clinical.set_index("sample_id")
    named = {str(name).removeprefix(OUTCOME): name for name in clinical if str(name).startswith(OUTCOME)}
    outcomes = {outcome: _codes(clinical[name]) for outcome, name in named.items()}
    for feature in (name for name in used if name in values and not name.startswith(MEASURED)):
        known = _codes(values[feature].reindex(clinical.index))
        for name, outcome in outcomes.items():
            both = known.notna() & outcome.notna()
            if both.sum() >= FEWEST and _alike(known[both], outcome[both]):
                raise StratifyError(
                    f"feature {feature!r} of cohort {cohort.name!r} is its outcome {name!r}: they order "
                    f"all {both.sum()} samples that have both alike; nothing known only after treatment may be a "
                    "feature: correct the column in the dataset file, or take it out of the study's features"
                )


def _codes(column: pd.Series) -> pd.Series:
    """Take numbers as they are, and of texts the places of their sorted levels."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("float64")
    levels = sorted(column.dropna().astype(str).unique())
    return column.astype("object").map({level: float(place) for place, level in enumerate(levels)}).astype("float64")


def _alike(feature: pd.Series, outcome: pd.Series) -> bool:
    if feature.nunique() < 2 or outcome.nunique() < 2:
        return False
    first, second = feature.rank(), outcome.rank()
    return bool(first.eq(second).all() or first.eq(len(second) + 1 - second).all())
