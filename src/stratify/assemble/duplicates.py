"""Find patients who look like the same person twice."""

import itertools

import numpy as np
import pandas as pd

SHARED_FEATURES = 5
DIGITS = 6


def suspected_duplicates(features: pd.DataFrame) -> pd.DataFrame:
    """List pairs of patients whose measured values all agree.

    Only numeric features with more than two values count: a handful of yes/no answers agrees by chance. Patients are
    compared on at least five such features known for both.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Indexed by patient.

    Returns
    -------
    DataFrame, shape (n_pairs, 2)
        Columns `first`, `second`: patients whose values agree to six significant digits.
    """
    numeric = features.select_dtypes("number")
    numeric = numeric.loc[:, numeric.nunique() > 2]
    pairs: list[tuple[str, str]] = []
    for _, group in _by_missingness(numeric):
        if group.shape[1] >= SHARED_FEATURES:
            pairs += _equal_rows(group)
    return pd.DataFrame(sorted(pairs), columns=["first", "second"])


def _by_missingness(numeric: pd.DataFrame) -> list[tuple[bytes, pd.DataFrame]]:
    """Group patients by which features they have; the same person in the same file misses the same values."""
    present = numeric.notna()
    keys = [row.tobytes() for row in present.to_numpy()]
    groups = numeric.groupby(pd.Series(keys, index=numeric.index), sort=True)
    return [(key, group.dropna(axis="columns")) for key, group in groups]


def _equal_rows(values: pd.DataFrame) -> list[tuple[str, str]]:
    rounded = [" ".join(np.format_float_scientific(value, DIGITS) for value in row) for row in values.to_numpy()]
    same = values.index.to_series().groupby(rounded).agg(list)
    return [pair for people in same for pair in itertools.combinations(sorted(people), 2)]
