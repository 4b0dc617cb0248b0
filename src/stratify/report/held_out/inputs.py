"""What each cohort does not tell: inputs that are missing, or hidden from models because the source filled them in."""

from dataclasses import dataclass

import pandas as pd

from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.assemble.features import model_features
from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import percent


@dataclass(frozen=True)
class InputRow:
    """One feature: what share of each cohort's patients lacks it."""

    feature: str
    cells: list[str]


def input_groups(view: HeldOutView) -> list[tuple[str, list[InputRow]]]:
    """Say, for each input and cohort of the study, how many patients lack it.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of (heading, rows)
        Inputs of the models, then those that only comparators read. One cell a cohort, in the study's order: a share
        of patients, empty where nobody lacks it; `hidden` where the source has one value for everyone, which only
        published formulas read; `absent` where nobody has it.
    """
    table = view.results.table
    features = model_features(view.results.study, table.columns)
    every = [name for name in table.columns if "." in name and not name.endswith(AS_PUBLISHED)]
    groups = {
        "Read by the models": features,
        "Read by comparators only": [name for name in every if name not in features],
    }
    cohorts = [table[table["cohort"] == name] for name in view.results.datasets]
    return [
        (heading, [InputRow(name, [_cell(patients, name) for patients in cohorts]) for name in names])
        for heading, names in groups.items()
        if names
    ]


def _cell(patients: pd.DataFrame, feature: str) -> str:
    missing = float(patients[feature].isna().mean()) if len(patients) else 0.0
    published = patients.get(feature + AS_PUBLISHED)
    if missing == 1 and published is not None and published.notna().any():
        return "hidden"
    if missing == 1:
        return "absent"
    return "" if missing == 0 else "<1%" if missing < 0.005 else percent(missing)
