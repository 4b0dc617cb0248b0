"""Repeated stratified folds over patients."""

import pandas as pd
from sklearn.model_selection import StratifiedKFold

from stratify.assemble.class_counts import class_counts
from stratify.config.study import Folds
from stratify.errors import StratifyError


def repeated_folds(patients: pd.DataFrame, design: Folds, seed: int) -> pd.DataFrame:
    """Split patients into folds, several times, with cohort and label balanced between folds.

    Parameters
    ----------
    patients : DataFrame, shape (n_patients, …)
        Columns `patient_id`, `cohort`, `y`; one row a patient, so that no patient can stand on both sides.
    design
        Number of folds and repetitions.
    seed
        Repetition `r` shuffles with ``seed + r``.

    Returns
    -------
    DataFrame, shape (n_patients * folds * repeats, 4)
        Columns `repeat`, `split` (``r00f0``), `patient_id`, `role` (train or test).

    Raises
    ------
    StratifyError
        A class has fewer patients than there are folds.
    """
    rarest = patients["y"].value_counts().min()
    if rarest < design.folds:
        raise StratifyError(
            f"{design.folds} folds need at least {design.folds} patients of each class, the smaller has {rarest} "
            f"({class_counts(patients['cohort'], patients['y'])}); lower design.outer.folds in the study file"
        )
    strata = balanced_strata(patients["cohort"], patients["y"], design.folds)
    parts = []
    for repeat in range(design.repeats):
        folds = StratifiedKFold(design.folds, shuffle=True, random_state=seed + repeat)
        for fold, (_, test) in enumerate(folds.split(patients, strata)):
            role = pd.Series("train", index=patients.index).mask(patients.index.isin(test), "test")
            parts.append(
                pd.DataFrame(
                    {
                        "repeat": repeat,
                        "split": f"r{repeat:02d}f{fold}",
                        "patient_id": patients["patient_id"],
                        "role": role,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True).astype({"repeat": "Int64"})


def balanced_strata(cohort: pd.Series, y: pd.Series, folds: int) -> pd.Series:
    """Name what folds are balanced by: cohort and label.

    Parameters
    ----------
    cohort : Series of str, shape (n_patients,)
    y : Series of int, shape (n_patients,)
        Labels, in the same order.
    folds
        Number of folds.

    Returns
    -------
    Series of str, shape (n_patients,)
        Only the label where a cohort has too few patients of a class to be spread over all folds.
    """
    strata = cohort.reset_index(drop=True) + "/" + y.reset_index(drop=True).astype(str)
    sizes = strata.map(strata.value_counts())
    return strata.mask(sizes < folds, "small/" + strata.str.rsplit("/", n=1).str[-1])
