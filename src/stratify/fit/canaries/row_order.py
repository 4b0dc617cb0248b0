"""Canary 3: the order of rows in any input changes no patient's score."""

from typing import Any

import numpy as np

from stratify.assemble.cohort import Cohort
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.cross_fit import CrossFit, cross_fit

LIMIT = 1e-9


def row_order(experiment: Experiment, reported: CrossFit) -> dict[str, Any]:
    """Shuffle every input table, assemble and fit the largest split again, and compare held-out scores by patient.

    Parameters
    ----------
    experiment
        The model and its inputs.
    reported
        The run whose predictions are reported.

    Returns
    -------
    dict
        One measure: the largest change of a held-out score (log odds).
    """
    rng = np.random.default_rng(experiment.study.seed)
    table = experiment.tampered(lambda cohort: _shuffle(cohort, rng)).assembled().table
    members = experiment.largest_split.sample(frac=1, random_state=rng)
    again = cross_fit(experiment.study, experiment.model, table.sample(frac=1, random_state=rng), members)
    split = members["split"].iloc[0]
    scores = [
        run.predictions[run.predictions["split"].eq(split)].set_index("patient_id")["score"]
        for run in (reported, again)
    ]
    changes = (scores[0] - scores[1]).abs()
    return {
        "canary": "row_order",
        "measure": "largest change of a held-out score",
        "value": float(changes.max(skipna=False)),
        "limit": LIMIT,
        "n": len(changes),
        "detail": "rows of every harmonized table, of the study table and of the split shuffled, tuning included",
    }


def _shuffle(cohort: Cohort, rng: np.random.Generator) -> Cohort:
    clinical = cohort.clinical.sample(frac=1, random_state=rng)
    measurements = {
        name: table.sample(frac=1, random_state=rng).sample(frac=1, axis="columns", random_state=rng)
        for name, table in cohort.measurements.items()
    }
    return Cohort(cohort.name, cohort.config, clinical, measurements)
