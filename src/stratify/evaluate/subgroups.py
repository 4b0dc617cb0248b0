"""Whom a held-out cohort's results are about: everyone, or those who do not look like a training patient."""

from collections.abc import Iterable

from stratify.evaluate.cohort import Cohort
from stratify.evaluate.rows import ALL

WITHOUT_DUPLICATES = "without_duplicates"
"""Held-out patients who do not look like a training patient: the headline where any such patient was found."""

SCORED_BY_REFERENCE = "scored_by_reference"
"""Patients the study's reference comparator can score."""


def subgroups_of(cohorts: Iterable[Cohort]) -> dict[str, list[Cohort]]:
    """Restrict held-out cohorts to each subgroup.

    Parameters
    ----------
    cohorts
        All cohorts of the study; cross-validated ones are left out.

    Returns
    -------
    dict of str to list of Cohort
        `all`; and, where any cohort has a suspected duplicate, `without_duplicates` of every cohort. A cohort without
        duplicates is the same object in both.
    """
    held_out = [cohort for cohort in cohorts if cohort.held_out]
    if not any(cohort.duplicate.any() for cohort in held_out):
        return {ALL: held_out}
    return {ALL: held_out, WITHOUT_DUPLICATES: [cohort.only(~cohort.duplicate) for cohort in held_out]}
