"""Canary 1: garbage in the held-out rows moves nothing that was learned."""

from typing import Any

import numpy as np
import pandas as pd

from stratify.assemble.features import model_features
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.canaries.fitted_state import fitted_state, largest_change
from stratify.fit.canaries.spoiled import spoil, spoil_rows
from stratify.fit.cross_fit import CrossFit, cross_fit, predict, split_rows

LIMIT = 1e-9


def garbage_in_held_out_rows(experiment: Experiment, reported: CrossFit, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Replace held-out features by noise and flip held-out labels, assemble and fit again, and compare.

    Parameters
    ----------
    experiment
        The model and its inputs.
    reported
        The run whose predictions are reported.
    table
        Its study table.

    Returns
    -------
    list of dict
        The largest change of a fitted parameter, and of a training score (log odds), in the largest split; and, where
        there are others that hold out patients, the largest change of a parameter in these, fitted with the
        hyper-parameters of the reported run and garbage in the study table.
    """
    members = experiment.largest_split
    split = str(members["split"].iloc[0])
    held_out = set(members.loc[members["role"].ne("train"), "patient_id"])
    spoiled = experiment.tampered(lambda cohort: spoil(cohort, held_out, experiment)).assembled().table
    suspect = cross_fit(experiment.study, experiment.model, spoiled, members).tuned[split].pipeline
    honest = reported.tuned[split].pipeline
    scores = [  # each by its own columns: a selection in `assemble` may have kept others
        predict(pipeline, split_rows(rows, members)[0], model_features(experiment.study, rows.columns))["score"]
        for pipeline, rows in ((honest, table), (suspect, spoiled))
    ]
    common = {
        "canary": "garbage_in_held_out_rows",
        "limit": LIMIT,
        "n": len(held_out),
        "detail": f"split {split}, tuning included",
    }
    changes = {
        "largest change of a fitted parameter": largest_change(fitted_state(honest), fitted_state(suspect)),
        "largest change of a training score": float(np.abs(scores[0] - scores[1]).max()),
    }
    rows = [common | {"measure": measure, "value": value} for measure, value in changes.items()]
    others = _in_other_splits(experiment, reported, table)
    if not others:
        return rows
    return [
        *rows,
        common
        | {
            "measure": "largest change of a fitted parameter in another split",
            "value": max(others.values()),
            "n": len(others),
            "detail": f"{max(others, key=lambda other: others[other])} of {len(others)} splits, without tuning",
        },
    ]


def _in_other_splits(experiment: Experiment, reported: CrossFit, table: pd.DataFrame) -> dict[str, float]:
    """Fit every other split with and without garbage: a leak may be in one of them only."""
    largest = experiment.largest_split["split"].iloc[0]
    changes = {}
    for split, members in experiment.splits[experiment.splits["split"].ne(largest)].groupby("split"):
        held_out = set(members.loc[members["role"].ne("train"), "patient_id"])
        if not held_out:
            continue
        states = [
            fitted_state(
                cross_fit(experiment.study, experiment.model, rows, members, reported.tuned[str(split)].parameters)
                .tuned[str(split)]
                .pipeline
            )
            for rows in (table, spoil_rows(table, held_out, experiment.study.seed))
        ]
        changes[str(split)] = largest_change(*states)
    return changes
