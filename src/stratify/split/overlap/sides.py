"""Who may stand on which side of a split."""

from collections.abc import Iterable

import pandas as pd

from stratify.artifacts.overlap import BEYOND_CHANCE, MAY_SHARE
from stratify.errors import StratifyError
from stratify.wording import counted

SHOWN = 3


def suspected(
    pairs: pd.DataFrame, train_ids: Iterable[str], test_ids: Iterable[str], *, beyond_chance: bool = False
) -> set[str]:
    """Name the held-out patients who look like a training patient.

    Between cohorts that may share people (one patient pool, or one study family) a match counts, whether or not chance
    could explain it: taking out a stranger costs one patient, leaving in a twin flatters the model. Between other
    cohorts a match is chance, unless there are more matches than chance explains (p < 0.001), or the identifier or the
    omics profile is the same. Such a finding contradicts what the dataset files declare, so by default it is not mended
    here: it stops the run (see `stratify.evaluate.overlap`) until the files are corrected, or the study says that
    suspected duplicates are to be excluded. Within a cohort the same holds.

    Parameters
    ----------
    pairs : DataFrame
        Rows of `artifacts.overlap.OVERLAP`.
    train_ids, test_ids
        Patients of one split.
    beyond_chance
        Whether the findings between cohorts that should share nobody count too (the study excludes them).

    Returns
    -------
    set of str
        Patients of `test_ids`.
    """
    train, test = set(train_ids), set(test_ids)
    counts = pairs[pairs["judgement"].isin([MAY_SHARE, BEYOND_CHANCE] if beyond_chance else [MAY_SHARE])]
    both = zip([*counts["first"], *counts["second"]], [*counts["second"], *counts["first"]], strict=True)
    return {one for one, other in both if one in test and other in train}


def require_one_side(splits: pd.DataFrame) -> None:
    """Refuse splits in which a patient has two roles.

    Parameters
    ----------
    splits : DataFrame
        Rows of the `splits` contract.

    Raises
    ------
    StratifyError
        A patient is on both sides of a split.
    """
    sides = splits.drop_duplicates(["split", "patient_id", "role"])
    both = sides[sides.duplicated(["split", "patient_id"])]
    if len(both):
        shown = "; ".join(f"{row.patient_id} in split {row.split}" for row in both.head(SHOWN).itertuples())
        raise StratifyError(
            f"{counted(both['patient_id'].nunique(), 'patient')} on both sides of a split: {shown}; every patient has "
            "one role in a split; look for an identifier that stands in two cohorts"
        )
