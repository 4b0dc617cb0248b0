"""The same cohorts with other labels, or without some patients."""

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from stratify.evaluate.cohort import Cohort

Variant = Callable[[Cohort], Cohort]
"""Gives the same object where nothing of the cohort changes."""


def relabelled(labels: pd.Series) -> Variant:
    """Judge patients by another label; those without it leave.

    Parameters
    ----------
    labels : Series
        1, 0 or null, indexed by `patient_id`.

    Returns
    -------
    Variant
    """

    def variant(cohort: Cohort) -> Cohort:
        y = labels.reindex(cohort.patients).astype("float64").to_numpy()
        part, other = cohort.only(np.isfinite(y)), y[np.isfinite(y)].astype(np.int64)
        return part if np.array_equal(other, part.y) else replace(part, y=other)

    return variant


def without(patients: Collection[str]) -> Variant:
    """Leave patients out.

    Parameters
    ----------
    patients
        Who leaves, by `patient_id`.

    Returns
    -------
    Variant
    """

    def variant(cohort: Cohort) -> Cohort:
        return cohort.only(~np.asarray(cohort.patients.isin(patients)))

    return variant
