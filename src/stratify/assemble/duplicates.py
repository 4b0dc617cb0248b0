"""Find patients who look like the same person twice."""

import numpy as np
import pandas as pd

SHARED_FEATURES = 5
COMPARED_FEATURES = 50
TOLERANCE = 1e-6


def suspected_duplicates(features: pd.DataFrame) -> pd.DataFrame:
    """List pairs of patients whose measured values all agree.

    Two patients are compared on the numeric features known for both, at least five. Only features with more than two
    values count: a handful of yes/no answers agrees by chance. Of many features the fifty least often missing are
    enough to tell people apart.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        Indexed by patient.

    Returns
    -------
    DataFrame, shape (n_pairs, 2)
        Columns `first`, `second`, in the order of their names: patients whose values agree to a relative 1e-6.
    """
    values = _compared(features)
    pairs = []
    for row in range(len(values) - 1):
        one, others = values.iloc[[row]].to_numpy(), values.iloc[row + 1 :].to_numpy()
        known = ~np.isnan(one) & ~np.isnan(others)
        differs = np.abs(others - one) > TOLERANCE * np.maximum(np.abs(one), np.abs(others))
        same = (known.sum(axis=1) >= SHARED_FEATURES) & ~(known & differs).any(axis=1)
        pairs += [(values.index[row], other) for other in values.index[row + 1 :][same]]
    return pd.DataFrame(pairs, columns=["first", "second"])


def comparable_patients(features: pd.DataFrame) -> int:
    """Count the patients who have enough features to be compared with others.

    Parameters
    ----------
    features : DataFrame, shape (n_patients, n_features)
        As for `suspected_duplicates`.

    Returns
    -------
    int
        Patients with at least five of the compared features.
    """
    return int((_compared(features).notna().sum(axis="columns") >= SHARED_FEATURES).sum())


def _compared(features: pd.DataFrame) -> pd.DataFrame:
    numeric = features.select_dtypes("number").astype("float64").sort_index()
    numeric = numeric.loc[:, numeric.nunique() > 2]
    complete = numeric.notna().sum().sort_values(ascending=False, kind="stable").index[:COMPARED_FEATURES]
    return numeric[complete]
