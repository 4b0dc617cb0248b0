"""Event rates by stratum in each held-out cohort."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import ABSENT, count, percent
from stratify.report.tables import Cell


@dataclass(frozen=True)
class StrataRow:
    """One cohort: a cell a stratum."""

    title: str
    role: str
    cells: list[Cell]


def strata_by_cohort(view: HeldOutView) -> dict[str, pd.DataFrame]:
    """Collect the stratum rates of each held-out cohort: every row, suspected duplicates included.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    dict of str to DataFrame
        By cohort, as from `StudyResults.strata_of`.
    """
    return {one.name: view.results.strata_of(one.name) for one in view.cohorts}


def strata_matrix(view: HeldOutView) -> list[StrataRow]:
    """Write the stratum rates as text.

    Parameters
    ----------
    view
        A study's held-out cohorts.

    Returns
    -------
    list of StrataRow
    """
    rates = strata_by_cohort(view)
    return [
        StrataRow(one.title, one.role, [_cell(row) for row in rates[one.name].to_dict("records")])
        for one in view.cohorts
    ]


def _cell(row: dict[Hashable, Any]) -> Cell:
    if pd.isna(row["rate"]):
        return Cell(ABSENT)
    reach = f"{percent(row['low'])} to {percent(row['high'])}"
    return Cell(f"{percent(row['rate'])} ({count(row['n_events'])} of {count(row['n'])})", reach)
