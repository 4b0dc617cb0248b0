"""Patients whose omics profiles are those of one sample."""

import numpy as np
import pandas as pd

from stratify.split.overlap.relative import relative_correlation, stand_out
from stratify.split.overlap.strata import members

FEATURES = 500
FEWEST = 50
"""Fewer shared features are not compared: short profiles of strangers can be ordered alike."""

CORRELATION = 0.99
APART = 10
"""A twin is this many times nearer than the typical other patient; where all profiles are alike, none is a twin."""


def match_profiles(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    types: tuple[pd.Series, pd.Series] | None = None,
    within: bool = False,
) -> pd.DataFrame | None:
    r"""Find patients of two cohorts whose profiles are those of one sample.

    Profiles are compared in two ways; a pair that either finds is listed.

    *As they are*, by Spearman's correlation :math:`\rho` over the shared features, which no monotone change of scale
    moves; of many features the 500 whose ranks vary most between patients, which tell people apart best. A pair is
    listed where :math:`\rho > 0.99` and :math:`1 - \rho` is at most a tenth of the median of the same number over all
    patients of the first cohort. The median, and not the second nearest, is the yardstick, because a person can be in a
    cohort more than once. This finds copies, also in a cohort of one; not a sample that two laboratories worked up with
    different references, nor values made relative to a cohort feature by feature (z-scores, ranks over patients).

    *Relative to their cohorts*, among patients of one cancer type and over all shared features, which finds those too
    (see `stratify.split.overlap.relative`).

    Two biopsies of one person are two samples: they are alike, but seldom so much, and are mostly not found.

    Parameters
    ----------
    first, second : DataFrame, shape (n_features, n_patients)
        Measurements, features in the index, patients in the columns.
    types : tuple of Series of int, optional
        Cancer types, as `stratify.split.overlap.strata.strata` gives; without them everyone is taken for one type.
    within
        Whether both are the same cohort: pairs of different patients are compared, once each.

    Returns
    -------
    DataFrame or None
        Columns `first`, `second`, `fields`, `deviation` (one minus the correlation), `detail`; ``None`` where fewer
        than 50 features are known for everyone in both cohorts.
    """
    first, second = first.sort_index(axis="columns"), second.sort_index(axis="columns")
    shared = first.dropna().index.intersection(second.dropna().index).sort_values()
    if len(shared) < FEWEST or first.empty or second.empty:
        return None
    first, second = first.loc[shared], second.loc[shared]
    found = [_copies(first, second, within=within)]
    for rows, columns in members(first.columns, second.columns, types):
        found.append(_alike_in_their_cohorts(first.iloc[:, rows], second.iloc[:, columns], within=within))
    pairs = pd.concat([frame for frame in found if len(frame)] or found[:1], ignore_index=True)
    return pairs.drop_duplicates(["first", "second"]).sort_values(["first", "second"], ignore_index=True)


def _copies(first: pd.DataFrame, second: pd.DataFrame, *, within: bool) -> pd.DataFrame:
    chosen = _most_variable(first, second)
    distance = 1 - _spearman(first.loc[chosen].to_numpy(), second.loc[chosen].to_numpy())
    if within:
        np.fill_diagonal(distance, np.nan)
    # Strangers only: a cohort of one has nobody to compare with but the twin.
    typical = np.nanmedian(np.where(np.isfinite(distance), distance, 1.0), axis=0) if distance.shape[0] > 1 else 1.0
    twins = (distance < 1 - CORRELATION) & (distance <= np.asarray(typical) / APART)
    twins = np.triu(twins | twins.T, 1) if within else twins
    return _describe(first, second, np.where(twins, distance, np.nan), f"{len(chosen)} features", "rank correlation")


def _alike_in_their_cohorts(first: pd.DataFrame, second: pd.DataFrame, *, within: bool) -> pd.DataFrame:
    correlation = relative_correlation(first, second)
    if within:
        np.fill_diagonal(correlation, np.nan)
    twins = np.triu(stand_out(correlation), 1) if within else stand_out(correlation)
    fields = f"{len(first)} features relative to each cohort"
    return _describe(first, second, np.where(twins, 1 - correlation, np.nan), fields, "correlation")


def _describe(first: pd.DataFrame, second: pd.DataFrame, near: np.ndarray, fields: str, what: str) -> pd.DataFrame:
    """Word the pairs: `near` is their distance, NaN for all others."""
    rows, columns = np.nonzero(np.isfinite(near))
    apart = near[rows, columns].clip(min=0)
    return pd.DataFrame(
        {
            "first": first.columns[rows].astype("str"),
            "second": second.columns[columns].astype("str"),
            "fields": fields,
            "deviation": apart,
            "detail": [f"{what} {1 - value:.4f} over {fields}" for value in apart],
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
