"""Whole cohorts held out: those of another list, or each hospital or study in turn."""

from collections.abc import Iterator

import pandas as pd

from stratify.artifacts.split import FINAL
from stratify.assemble.class_counts import class_counts
from stratify.config.study import LeaveOneOut
from stratify.errors import StratifyError


def external(patients: pd.DataFrame, evaluate: list[str]) -> pd.DataFrame:
    """Hold out the cohorts of a list, in the very split whose model is registered.

    Parameters
    ----------
    patients : DataFrame, shape (n_patients, …)
        Columns `patient_id`, `cohort` and `y`.
    evaluate
        Cohorts to judge on.

    Returns
    -------
    DataFrame, shape (n_patients, 4)
        Columns `repeat` (null), `split`, `patient_id`, `role`.

    Raises
    ------
    StratifyError
        A cohort to judge on has no patient left, those to learn from have a single class, or none to judge on has both.
    """
    absent = [name for name in evaluate if not patients["cohort"].eq(name).any()]
    if absent:
        raise StratifyError(f"cohort {absent[0]!r} has no patient in the study table; see its steps in attrition")
    held_out = patients["cohort"].isin(evaluate)
    learned_from = patients[~held_out]
    if learned_from["y"].nunique() < 2:
        raise StratifyError(
            "design external: expected patients of both classes to learn from (`datasets.train`), found "
            f"{class_counts(learned_from['cohort'], learned_from['y'])}"
        )
    _require_a_judge("external", patients[held_out])
    return whole_split(FINAL, patients, held_out)


def _require_a_judge(design: str, held_out: pd.DataFrame) -> None:
    """Refuse a design in which no cohort held out can tell whether anything was learned."""
    if (held_out.groupby("cohort")["y"].nunique() < 2).all():
        raise StratifyError(
            f"design {design}: expected a cohort with patients of both classes to judge on, found "
            f"{class_counts(held_out['cohort'], held_out['y'])}"
        )


def leave_one_out(patients: pd.DataFrame, design: LeaveOneOut) -> pd.DataFrame:
    """Hold out each hospital or study in turn.

    Parameters
    ----------
    patients : DataFrame, shape (n_patients, …)
        Columns `patient_id`, `y`, and the design's unit.
    design
        What is held out together.

    Returns
    -------
    DataFrame, shape (n_units * n_patients, 4)
        As from `external`; splits are named after what they hold out (``patient_pool_msk``).

    Raises
    ------
    StratifyError
        A pool's people may be in several study families, there is only one unit, what remains has a single class, or no
        cohort has both.
    """
    if design.unit == "study_family":
        _require_pools_within_families(patients)
    units = sorted(patients[design.unit].unique())
    if len(units) < 2:
        raise StratifyError(
            f"design leave_one_out: all cohorts are of one {design.unit} ({units[0]}); "
            "nobody would be left to learn from"
        )
    splits = pd.concat(list(_leave_each_out(patients, design.unit, units)), ignore_index=True)
    _require_a_judge("leave_one_out", patients)
    return splits


def _require_pools_within_families(patients: pd.DataFrame) -> None:
    """Refuse cohorts that may share people but would stand on both sides when study families are left out."""
    for pool, members in patients.groupby("patient_pool"):
        families, cohorts = (sorted(members[column].unique()) for column in ("study_family", "cohort"))
        if len(families) > 1:
            raise StratifyError(
                f"design leave_one_out: patient pool {pool!r} spans the study families {', '.join(families)}: "
                f"people of {', '.join(cohorts)} may be the same, and would be learned from and judged on; leave out "
                "patient_pool (the design's `unit`), or give them one study_family in their dataset files"
            )


def _leave_each_out(patients: pd.DataFrame, unit: str, units: list[str]) -> Iterator[pd.DataFrame]:
    for name in units:
        out = patients[unit].eq(name)
        others = patients[~out]
        if others["y"].nunique() < 2:
            raise StratifyError(
                f"design leave_one_out: without {unit} {name} all patients have one label, found "
                f"{class_counts(others['cohort'], others['y'])}; each class has to be in more than one {unit}"
            )
        yield whole_split(f"{unit}_{name}", patients, out)


def whole_split(name: str, patients: pd.DataFrame, held_out: pd.Series) -> pd.DataFrame:
    """Make one split of no repetition.

    Parameters
    ----------
    name
        Name of the split.
    patients : DataFrame, shape (n_patients, …)
        Column `patient_id`.
    held_out : Series of bool, shape (n_patients,)
        Who is tested on; all others train. Index of `patients`.

    Returns
    -------
    DataFrame, shape (n_patients, 4)
        As from `external`.
    """
    role = held_out.map({True: "test", False: "train"})
    return pd.DataFrame({"repeat": None, "split": name, "patient_id": patients["patient_id"], "role": role}).astype(
        {"repeat": "Int64"}
    )
