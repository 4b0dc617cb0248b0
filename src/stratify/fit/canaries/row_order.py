"""Canary 3: the order of rows and columns in any input changes no patient's score."""

from dataclasses import replace
from typing import Any

import numpy as np

from stratify.assemble.cohort import Cohort
from stratify.assemble.features import model_features
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.cross_fit import predict

LIMIT = 1e-9


def row_order(experiment: Experiment) -> dict[str, Any]:
    """Shuffle every input table, assemble and fit the first split again, and compare held-out scores by patient.

    Parameters
    ----------
    experiment
        The model and its inputs.

    Returns
    -------
    dict
        One measure: the largest change of a held-out score (log odds).
    """
    rng = np.random.default_rng(experiment.study.seed)
    shuffled = replace(
        experiment.tampered(lambda cohort: _shuffle(cohort, rng)),
        splits=experiment.splits.sample(frac=1, random_state=experiment.study.seed),
    )
    scores = []
    for version in (experiment, shuffled):
        tuned, _, test = version.fit_first_split()
        score = predict(tuned.pipeline, test, model_features(version.study, test.columns))["score"]
        scores.append(dict(zip(test["patient_id"], score, strict=True)))
    changes = [abs(scores[0][patient] - scores[1].get(patient, float("inf"))) for patient in scores[0]]
    return {
        "canary": "row_order",
        "measure": "largest change of a held-out score",
        "value": max(changes),
        "limit": LIMIT,
        "n": len(changes),
        "detail": "rows of every harmonized table and of the splits shuffled, tuning included",
    }


def _shuffle(cohort: Cohort, rng: np.random.Generator) -> Cohort:
    clinical = cohort.clinical.sample(frac=1, random_state=rng)
    measurements = {
        name: table.sample(frac=1, random_state=rng).sample(frac=1, axis="columns", random_state=rng)
        for name, table in cohort.measurements.items()
    }
    return Cohort(cohort.name, cohort.config, clinical, measurements)
