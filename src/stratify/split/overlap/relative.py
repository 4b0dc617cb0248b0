"""Profiles told apart by what is high or low for a cohort, which another laboratory's pipeline does not change."""

import numpy as np
import pandas as pd

FEWEST_PATIENTS = 10
"""In a smaller cohort a patient's rank says too little; strangers do not become alike, but a twin is not seen."""

CORRELATION = 0.8
"""Among 611 strangers of six cohorts the highest correlation is 0.67 over all shared genes, and 0.75 over any 50; of 41
patients in two sources the lowest is 0.94."""

STANDS_OUT = 5.5
"""Standard deviations, on Fisher's scale, above what two strangers give. Where features repeat each other (scores of
overlapping gene sets), strangers reach a correlation of 0.91, and 5.0 of these."""

NORMAL = 1.4826
"""Standard deviations in a median absolute deviation of normal numbers."""


def relative_correlation(first: pd.DataFrame, second: pd.DataFrame) -> np.ndarray:
    r"""Correlate patients of two cohorts by how they stand in their own cohort.

    Each feature becomes the patient's rank among the patients of the same cohort, which takes away what the features'
    levels owe to gene lengths, references and pipelines, and undoes nothing where a file holds z-scores or ranks over
    patients. Pearson's correlation of two patients over the features is then near zero for strangers, and near one for
    a person in both, where the cohorts are of one kind: who is high for one cohort and low for another is not found.
    That is also why cancer types are best taken one by one: the only two sarcomas of two cohorts of lung cancers differ
    from all others in the same way, though they are strangers.

    Parameters
    ----------
    first, second : DataFrame, shape (n_features, n_patients)
        The same features in the same order, all known.

    Returns
    -------
    ndarray, shape (n_first, n_second)
        NaN for a patient whose features are all the same, and throughout where a cohort has fewer than ten patients.
    """
    if min(first.shape[1], second.shape[1]) < FEWEST_PATIENTS:
        return np.full((first.shape[1], second.shape[1]), np.nan)
    sides = []
    for table in (first, second):
        ranks = table.rank(axis="columns").to_numpy("float32")
        ranks = (ranks - (table.shape[1] + 1) / 2) / table.shape[1]
        centred = ranks - ranks.mean(axis=0)
        length = np.sqrt((centred**2).sum(axis=0))
        sides.append(centred / np.where(length > 0, length, np.nan))
    return np.asarray(sides[0].T @ sides[1], dtype="float64")


def stand_out(correlation: np.ndarray) -> np.ndarray:
    r"""Mark the pairs that are too alike for strangers.

    The spread of :math:`\operatorname{artanh} r` over all pairs, nearly all of them strangers, is taken by its median
    absolute deviation; it is wide where features are few or repeat each other.

    Parameters
    ----------
    correlation : ndarray, shape (n_first, n_second)
        As `relative_correlation` gives; NaN is no pair.

    Returns
    -------
    ndarray of bool, shape (n_first, n_second)
        Correlation above 0.8 and 5.5 standard deviations.
    """
    fisher = np.arctanh(correlation.clip(-1 + 1e-9, 1 - 1e-9))
    spread = NORMAL * np.nanmedian(np.abs(fisher - np.nanmedian(fisher))) if np.isfinite(fisher).any() else np.nan
    return (correlation > CORRELATION) & (fisher > STANDS_OUT * spread)
