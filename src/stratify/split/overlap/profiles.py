"""Patients whose omics profiles are one profile."""

import numpy as np
import pandas as pd

FEATURES = 500
FEWEST = 50
"""Fewer shared features are not compared: short profiles of strangers can be ordered alike."""

CORRELATION = 0.99
APART = 10
"""A twin is this many times nearer than the typical other patient; where all profiles are alike, none is a twin."""


def match_profiles(first: pd.DataFrame, second: pd.DataFrame, *, within: bool = False) -> pd.DataFrame | None:
    r"""Find patients of two cohorts whose profiles are identical to within noise.

    Profiles are compared by Spearman's correlation :math:`\rho` over the shared features, which no monotone change of
    scale moves; of many features the 500 whose ranks vary most between patients, which tell people apart best. A pair
    is listed where :math:`\rho > 0.99` and :math:`1 - \rho` is at most a tenth of the median of the same number over
    all patients of the first cohort. The median, and not the second nearest, is the yardstick, because a person can be
    in a cohort more than once.

    Misleads where values were made relative to a cohort feature by feature (z-scores, ranks over patients): one
    person's profile then differs between two cohorts, and is not found.

    Parameters
    ----------
    first, second : DataFrame, shape (n_features, n_patients)
        Measurements, features in the index, patients in the columns.
    within
        Whether both are the same cohort: pairs of different patients are compared, once each.

    Returns
    -------
    DataFrame or None
        Columns `first`, `second`, `fields`, `deviation` (:math:`1 - \rho`), `detail`; ``None`` where fewer than 50
        features are known for everyone in both cohorts.
    """
    first, second = first.sort_index(axis="columns"), second.sort_index(axis="columns")
    shared = first.dropna().index.intersection(second.dropna().index).sort_values()
    if len(shared) < FEWEST or first.empty or second.empty:
        return None
    chosen = _most_variable(first.loc[shared], second.loc[shared])
    distance = 1 - _spearman(first.loc[chosen].to_numpy(), second.loc[chosen].to_numpy())
    if within:
        np.fill_diagonal(distance, np.nan)
    # Strangers only: a cohort of one has nobody to compare with but the twin.
    typical = np.nanmedian(np.where(np.isfinite(distance), distance, 1.0), axis=0) if distance.shape[0] > 1 else 1.0
    twins = (distance < 1 - CORRELATION) & (distance <= np.asarray(typical) / APART)
    rows, columns = np.nonzero(np.triu(twins | twins.T, 1) if within else twins)
    near = distance[rows, columns].clip(min=0)
    return pd.DataFrame(
        {
            "first": first.columns[rows].astype("str"),
            "second": second.columns[columns].astype("str"),
            "fields": f"{len(chosen)} features",
            "deviation": near,
            "detail": [f"rank correlation {1 - value:.4f} over {len(chosen)} features" for value in near],
        }
    )


def _most_variable(first: pd.DataFrame, second: pd.DataFrame) -> pd.Index:
    ranks = pd.concat([first.rank(), second.rank()], axis="columns")
    spread = ranks.std(axis="columns").sort_values(ascending=False, kind="stable")
    return spread.index[:FEATURES]


def _spearman(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlate ranks of columns with columns; NaN where a profile is flat."""
    standard = []
    for values in (first, second):
        ranks = pd.DataFrame(values).rank().to_numpy("float64")
        centred = ranks - ranks.mean(axis=0)
        length = np.sqrt((centred**2).sum(axis=0))
        standard.append(centred / np.where(length > 0, length, np.nan))
    return standard[0].T @ standard[1]
