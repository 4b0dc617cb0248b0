"""Which patients a model may see."""

import pandas as pd

from stratify.artifacts.split import DUPLICATE, FINAL, SPLITS
from stratify.config.study import External, LeaveOneOut, RepeatedNestedCv, StudyConfig
from stratify.split.held_out import external, leave_one_out, whole_split
from stratify.split.nested_cv import repeated_folds
from stratify.split.overlap.sides import suspected


def make_splits(name: str, study: StudyConfig, table: pd.DataFrame) -> pd.DataFrame:
    """Split the patients of a study by its design, with the split whose model is registered.

    Parameters
    ----------
    name
        Study identifier.
    study
        The study.
    table
        The study table.

    Returns
    -------
    DataFrame
        As in `artifacts.split.SPLITS`.
    """
    patients = table.sort_values("patient_id", ignore_index=True)
    if isinstance(study.design, External):
        splits = external(patients, study.datasets.evaluate)
    else:
        outer = (
            leave_one_out(patients, study.design)
            if isinstance(study.design, LeaveOneOut)
            else repeated_folds(patients, study.design.outer, study.seed)
        )
        nobody = pd.Series(data=False, index=patients.index)
        splits = pd.concat([outer, whole_split(FINAL, patients, nobody)], ignore_index=True)
    return splits.assign(study=name)[list(SPLITS.columns)]


def set_duplicates_apart(study: StudyConfig, splits: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Give held-out patients who look like training patients their own role.

    Concerns designs that hold out whole cohorts. Within one cohort `assemble` leaves such patients out altogether
    where the study asks for it.

    Parameters
    ----------
    study
        The study.
    splits
        As from `make_splits`.
    pairs
        Pairs of patients who look like one person, as in `artifacts.overlap.OVERLAP`.

    Returns
    -------
    DataFrame
        The splits, `test` turned into `duplicate` for these patients.
    """
    if isinstance(study.design, RepeatedNestedCv):
        return splits
    role = splits["role"]
    for _, members in splits.groupby("split"):
        train, test = (members[members["role"].eq(side)] for side in ("train", "test"))
        alike = suspected(
            pairs, train["patient_id"], test["patient_id"], beyond_chance=study.exclude_suspected_duplicates
        )
        role = role.mask(splits.index.isin(test.index[test["patient_id"].isin(alike)]), DUPLICATE)
    return splits.assign(role=role)


__all__ = ["make_splits", "set_duplicates_apart"]
