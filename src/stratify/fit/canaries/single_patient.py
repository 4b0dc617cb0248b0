"""Canary 4: a patient scored alone gets the score they get in the batch."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.assemble.features import feature_values
from stratify.fit.canaries.experiment import Experiment
from stratify.log_odds import log_odds
from stratify.score.model import PatientModel

LIMIT = 1e-9
ALONE = 5
MOST_PATIENTS = 250


def single_patient(experiment: Experiment, model: PatientModel, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Score every patient in one batch and each alone, and compute features of some patients alone.

    Parameters
    ----------
    experiment
        The model and its inputs.
    model
        The model that will be registered.
    table
        The study table.

    Returns
    -------
    list of dict
        Two measures: the largest difference of a score (log odds), through the same call that scores new patients,
        and of a feature, each relative to its size.
    """
    patients = table.set_index("patient_id")
    patients = patients.iloc[np.unique(np.linspace(0, len(patients) - 1, MOST_PATIENTS).round().astype(int))]
    batch = model.predict(patients)["probability"].to_numpy()
    alone = np.array([model.predict(patients.loc[[patient]])["probability"].iloc[0] for patient in patients.index])
    universe = experiment.universe
    features = [_feature_difference(experiment, cohort, universe) for cohort in experiment.cohorts]
    return [
        {
            "canary": "single_patient",
            "measure": "largest difference between a score alone and in the batch",
            "value": float(np.abs(log_odds(batch) - log_odds(alone)).max()),
            "limit": LIMIT,
            "n": len(patients),
            "detail": f"{len(patients)} of {len(table)} patients of the study, the model that is registered",
        },
        {
            "canary": "single_patient",
            "measure": "largest difference between a feature alone and in the cohort",
            "value": max(features),
            "limit": LIMIT,
            "n": ALONE * len(features),
            "detail": f"{ALONE} samples of each harmonized cohort",
        },
    ]


def _feature_difference(experiment: Experiment, cohort: Cohort, universe: list[str] | None) -> float:
    together = feature_values(cohort, experiment.signatures, universe).select_dtypes("number")
    rows = cohort.clinical.iloc[np.linspace(0, len(cohort.clinical) - 1, ALONE).astype(int)]
    differences = []
    for sample in rows["sample_id"]:
        lonely = replace(
            cohort,
            clinical=cohort.clinical[cohort.clinical["sample_id"].eq(sample)],
            measurements={
                name: values[[sample]] if sample in values else values.iloc[:, :0]
                for name, values in cohort.measurements.items()
            },
        )
        alone = feature_values(lonely, experiment.signatures, universe).reindex(columns=together.columns)
        alone = alone.loc[sample].astype("float64")
        expected = together.loc[sample]
        same = (alone.isna() & expected.isna()) | ((alone - expected).abs() <= LIMIT * np.maximum(1, expected.abs()))
        differences.append(0.0 if same.all() else float((alone - expected).abs().fillna(np.inf)[~same].max()))
    return max(differences)
