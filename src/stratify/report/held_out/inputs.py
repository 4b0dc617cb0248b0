"""What each cohort does not tell: inputs that are missing, or hidden from models because the source filled them in."""

from dataclasses import dataclass

import pandas as pd

from stratify.artifacts.harmonize import AS_PUBLISHED
from stratify.assemble.features import model_features
from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import count, percent

ALIKE = 5
"""Features of one kind, missing from the same share of every cohort, that stand in one row."""


@dataclass(frozen=True)
class InputRow:
    """One feature, or many of a kind that are missing alike: what share of each cohort's patients lacks it."""

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
        published formulas read; `absent` where nobody has it. Where at least `ALIKE` features of a namespace have the
        same cells, one row stands for all of them.
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
        (heading, _together([InputRow(name, [_cell(patients, name) for patients in cohorts]) for name in names]))
        for heading, names in groups.items()
        if names
    ]


def _together(rows: list[InputRow]) -> list[InputRow]:
    """Write features of one namespace with the same cells in one row, where they are many."""
    alike: dict[tuple[str, ...], list[InputRow]] = {}
    for row in rows:
        alike.setdefault((row.feature.partition(".")[0], *row.cells), []).append(row)
    found = []
    for (namespace, *cells), members in alike.items():
        many = len(members) >= ALIKE
        found += [InputRow(f"{namespace}.* ({count(len(members))} inputs)", cells)] if many else members
    return found


def _cell(patients: pd.DataFrame, feature: str) -> str:
    missing = float(patients[feature].isna().mean()) if len(patients) else 0.0
    published = patients.get(feature + AS_PUBLISHED)
    if missing == 1 and published is not None and published.notna().any():
        return "hidden"
    if missing == 1:
        return "absent"
    return "" if missing == 0 else "<1%" if missing < 0.005 else percent(missing)
