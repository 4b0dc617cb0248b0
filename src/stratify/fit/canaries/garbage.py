"""Canary 1: garbage in the held-out rows moves nothing that was learned."""

from typing import Any

import numpy as np
import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.assemble.endpoints import opposite
from stratify.assemble.features import model_features
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.canaries.fitted_state import fitted_state, largest_change
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
        Two measures: largest change of a fitted parameter, and of a training score (log odds).
    """
    members = experiment.largest_split
    split = str(members["split"].iloc[0])
    held_out = set(members.loc[members["role"].ne("train"), "patient_id"])
    spoiled = experiment.tampered(lambda cohort: _spoil(cohort, held_out, experiment)).assembled().table
    suspect = cross_fit(experiment.study, experiment.model, spoiled, members).tuned[split].pipeline
    honest = reported.tuned[split].pipeline
    features = model_features(experiment.study, table.columns)
    scores = [
        predict(pipeline, split_rows(rows, members)[0], features)["score"]
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
    return [common | {"measure": measure, "value": value} for measure, value in changes.items()]


def _spoil(cohort: Cohort, held_out: set[str], experiment: Experiment) -> Cohort:
    rng = np.random.default_rng(experiment.study.seed)
    clinical = cohort.clinical.copy()
    rows = clinical["patient_id"].isin(held_out)
    flipped = opposite(clinical, experiment.study.endpoint)
    clinical = clinical.where(~rows, flipped)
    kept = experiment.study.population  # who is in the study stays the same
    for column in [name for name in clinical.columns if name.startswith("clin.") and name not in kept]:
        clinical[column] = clinical[column].mask(rows, _noise(clinical[column], rng))
    samples = set(clinical.loc[rows, "sample_id"])
    measurements = {name: _spoil_measurements(table, samples, rng) for name, table in cohort.measurements.items()}
    return Cohort(cohort.name, cohort.config, clinical, measurements)


def _noise(values: pd.Series, rng: np.random.Generator) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return pd.Series(rng.normal(0, 1000, len(values)), index=values.index)
    return pd.Series("noise", index=values.index, dtype=values.dtype)


def _spoil_measurements(table: pd.DataFrame, samples: set[str], rng: np.random.Generator) -> pd.DataFrame:
    noise = {name: rng.normal(0, 1000, len(table)).astype("float32") for name in table.columns if name in samples}
    return table.assign(**noise)
