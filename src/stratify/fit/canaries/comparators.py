"""Canary of the comparators: a held-out score is its patient's own, whoever else is there, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from stratify.artifacts.fit import COMPARATORS
from stratify.assemble.signatures import Signature
from stratify.config.study import StudyConfig
from stratify.fit.canaries.experiment import largest_split
from stratify.fit.comparators import compare
from stratify.fit.published import CohortExpression

LIMIT = 1e-9
SHOWN = 3


def comparator_scores(
    study: StudyConfig,
    table: pd.DataFrame,
    splits: pd.DataFrame,
    signatures: Mapping[str, Signature],
    expression: Sequence[CohortExpression],
    *,
    reported: pd.DataFrame,
) -> dict[str, Any]:
    """Score half of a split's held-out patients, then the other half, and compare with what is reported.

    The rows come in another order, the other half is not there, and every held-out outcome is another one. So scores
    that are sorted or attached by position, that depend on who is scored together, that learned from held-out patients
    or that read their outcome, move. Comparators that are relative to a cohort by declaration read its expression whole
    both times, with its patients in another order.

    Parameters
    ----------
    study
        The study.
    table
        The study table.
    splits
        As in `artifacts.split.SPLITS`.
    signatures
        The catalogue.
    expression
        As for `compare`.
    reported
        What `compare` made of these.

    Returns
    -------
    dict
        One measure: the largest change of a held-out score or probability, relative to its size.
    """
    members = largest_split(splits)
    split, learned = members["split"].iloc[0], members["role"].eq("train")
    patients = members.loc[~learned, "patient_id"].sort_values()
    turned = [_turned(cohort) for cohort in expression]
    again = []
    for company in (patients.iloc[::2], patients.iloc[1::2]):
        kept = members[learned | members["patient_id"].isin(company)]
        rows = _other_outcomes(table[table["patient_id"].isin(kept["patient_id"])], company)
        if len(company):
            again.append(compare(study, rows.iloc[::-1], kept.iloc[::-1], signatures, turned))
    changes = _changes(*(_held_out(run, split, patients) for run in (reported, pd.concat(again))))
    moved = changes.groupby(level="model", sort=False).max().gt(LIMIT)
    names = list(moved.index[moved])
    return {
        "canary": "comparator_scores",
        "measure": "largest change of a held-out score with the order, the company and the outcomes of others",
        "value": float(changes.max()),
        "limit": LIMIT,
        "n": len(patients),
        "detail": ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        or f"split {split}, {len(moved)} comparators, each half of the held-out patients by itself",
        "model": COMPARATORS,
    }


def _turned(cohort: CohortExpression) -> CohortExpression:
    """Give the same patients of a cohort in the opposite order."""
    return replace(cohort, levels=cohort.levels.iloc[:, ::-1], clinical=cohort.clinical.iloc[::-1])


def _other_outcomes(table: pd.DataFrame, patients: pd.Series) -> pd.DataFrame:
    rows = table["patient_id"].isin(patients)
    return table.assign(
        y=table["y"].mask(rows, 1 - table["y"]),
        event=table["event"].mask(rows, 1 - table["event"]),
        time_days=table["time_days"].mask(rows, table["time_days"].max() - table["time_days"]),
    )


def _held_out(predictions: pd.DataFrame, split: str, patients: pd.Series) -> pd.DataFrame:
    """Take what is predicted of the patients that a split holds out: in this split, or by what learns nothing."""
    mine = predictions["split"].isna() | predictions["split"].eq(split)
    rows = predictions[mine & predictions["role"].ne("train") & predictions["patient_id"].isin(patients)]
    return rows.set_index(["model", "patient_id"])[["score", "probability"]]


def _changes(reported: pd.DataFrame, again: pd.DataFrame) -> pd.Series:
    """Compare number by number; where one of two is missing, the change is infinite."""
    reported, again = reported.align(again)
    change = ((reported - again).abs() / reported.abs().clip(lower=1)).fillna(np.inf)
    return change.mask(reported.eq(again) | (reported.isna() & again.isna()), 0.0).max(axis="columns")
