"""Cancer types: only patients of one are compared, and chance is reckoned within it."""

import numpy as np
import pandas as pd

from stratify.split.overlap.fields import STRATUM


def strata(first: pd.DataFrame, second: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the cancer types of two cohorts numbers.

    Parameters
    ----------
    first, second : DataFrame
        One row a patient.

    Returns
    -------
    tuple of Series of int
        By patient: the same number for the same type, -1 where unknown; all 0 where one file does not say, so that
        everyone is compared with everyone.
    """
    if any(STRATUM not in cohort or cohort[STRATUM].isna().all() for cohort in (first, second)):
        return pd.Series(0, index=first.index), pd.Series(0, index=second.index)
    codes = pd.factorize(pd.concat([first[STRATUM], second[STRATUM]]), sort=True)[0]
    return pd.Series(codes[: len(first)], index=first.index), pd.Series(codes[len(first) :], index=second.index)


def members(
    first: pd.Index, second: pd.Index, types: tuple[pd.Series, pd.Series] | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """List who is compared with whom.

    Parameters
    ----------
    first, second : Index of str
        Patients of two cohorts.
    types : tuple of Series of int, optional
        As `strata` gives; without it everyone is compared with everyone.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        For each type that both cohorts have, the positions of its patients in the first and in the second.
    """
    if types is None:
        return [(np.arange(len(first)), np.arange(len(second)))] if len(first) and len(second) else []
    one, other = types[0].loc[first].to_numpy(), types[1].loc[second].to_numpy()
    return [
        (np.flatnonzero(one == kind), np.flatnonzero(other == kind)) for kind in np.intersect1d(one[one >= 0], other)
    ]
