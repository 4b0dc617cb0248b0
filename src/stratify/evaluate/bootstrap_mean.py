"""A mean over cohorts, with a bootstrap over the patients within each cohort."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bootstrap_mean(cohorts: Sequence[Floats], weights: Sequence[float] | None = None) -> Floats:
    """Average a statistic over cohorts, draw by draw: patients are drawn anew within each cohort, the cohorts stay.

    The interval is for these very cohorts. A draw in which a cohort's statistic is undefined (one of its classes was
    not drawn) takes that of another draw of the same cohort, as if it had been drawn again; which one depends on the
    undefined draws alone, so that differences of two scores on the same patients stay paired.

    Parameters
    ----------
    cohorts : sequence of array of float, shape (1 + draws,)
        Of each cohort the estimate, which is finite, then its bootstrap draws; draws of different cohorts independent.
    weights
        Weight of each cohort, of any sum; all weigh the same where not given.

    Returns
    -------
    array of float, shape (1 + draws,)
        The mean, then its draws. NaN throughout for fewer than two cohorts: one alone is no mean.
    """
    draws = np.array([_defined(one) for one in cohorts])
    if len(draws) < 2:
        return np.full(draws.shape[1] if len(draws) else 1, np.nan)
    return np.asarray(np.average(draws, axis=0, weights=weights))


def _defined(draws: Floats) -> Floats:
    missing = np.isnan(draws)
    if not missing.any() or missing[1:].all():
        return draws
    known = draws[1:][~missing[1:]]
    filled = draws.copy()
    filled[missing] = np.resize(known, missing.sum())
    return filled
