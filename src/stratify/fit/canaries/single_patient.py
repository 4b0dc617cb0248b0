"""Canary 4: a patient scored alone gets the score they get in the batch."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.assemble.features import feature_values
from stratify.fit.canaries.experiment import Experiment
from stratify.fit.canaries.spoiled import spoil
from stratify.fit.cross_fit import CrossFit, predict_split
from stratify.log_odds import log_odds
from stratify.score.model import PatientModel

LIMIT = 1e-9
ALONE = 5
MOST_PATIENTS = 250
HELD_OUT_ALONE = 25
SHOWN = 3


def single_patient(
    experiment: Experiment, model: PatientModel, table: pd.DataFrame, reported: CrossFit | None = None
) -> list[dict[str, Any]]:
    """Score every patient in one batch and each alone, and compute features of some patients alone.

    The registered model is not all that is judged: predictions come from the models of the splits, by another call. So
    some held-out patients are also predicted as the only ones that their split holds out.

    Parameters
    ----------
    experiment
        The model and its inputs.
    model
        The model that will be registered.
    table
        The study table.
    reported
        The run whose predictions are reported.

    Returns
    -------
    list of dict
        The largest difference of a score (log odds), through the same call that scores new patients; patients of whom
        that call says anything else (stratum, missing and outside features); the largest difference of a feature,
        relative to its size; values of the study table that change with those of other patients; and, where a run is
        given, the largest difference of a reported held-out score.
    """
    patients = table.set_index("patient_id")
    patients = patients.iloc[np.unique(np.linspace(0, len(patients) - 1, MOST_PATIENTS).round().astype(int))]
    together = model.predict(patients)
    lonely = pd.concat([model.predict(patients.loc[[patient]]) for patient in patients.index])
    batch, alone = together["probability"].to_numpy(), lonely["probability"].to_numpy()
    said = together.columns.drop(["probability", "feature_coverage"])
    differing = (together[said] != lonely[said]).any(axis=1)
    held_out = _held_out_alone(experiment, reported, table)
    universe = experiment.universe
    features = [_feature_difference(experiment, cohort, universe) for cohort in experiment.cohorts]
    rows = _among_others(experiment, table)
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
            "measure": "patients with another stratum or warning alone than in the batch",
            "value": float(differing.sum()),
            "limit": 0.0,
            "n": len(patients),
            "detail": "every column that scoring gives",
        },
        {
            "canary": "single_patient",
            "measure": "largest difference between a feature alone and in the cohort",
            "value": max(features),
            "limit": LIMIT,
            "n": ALONE * len(features),
            "detail": f"{ALONE} samples of each harmonized cohort",
        },
        rows,
        *held_out,
    ]


def _among_others(experiment: Experiment, table: pd.DataFrame) -> dict[str, Any]:
    """Spoil everyone but a few patients of each cohort, assemble again, and count their values that changed.

    Whole cohorts are held out in some designs. There a value relative to its own cohort moves nothing that is learned,
    but it is no value of a single sample either.
    """
    kept = pd.concat([_spread(part, min(ALONE, len(part) // 2)) for _, part in table.groupby("cohort")])
    others = set(table["patient_id"]) - set(kept)
    spoiled = experiment.tampered(lambda cohort: spoil(cohort, others, experiment)).assembled().table
    features = [column for column in table.columns if "." in column]
    before, after = (rows.set_index("patient_id").reindex(index=kept, columns=features) for rows in (table, spoiled))
    changed = ~(_same(before, after) | (before.isna() & after.isna()))
    names = list(changed.columns[changed.any()])
    return {
        "canary": "single_patient",
        "measure": "values of a patient that change with the values of others",
        "value": float(changed.to_numpy().sum()),
        "limit": 0.0,
        "n": changed.size,
        "detail": ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
        or f"{len(kept)} patients, all others spoiled, {len(features)} columns of the study table",
    }


def _spread(rows: pd.DataFrame, n: int) -> pd.Series:
    """Take patients from all over a cohort."""
    return rows["patient_id"].sort_values().iloc[np.linspace(0, len(rows) - 1, n).astype(int)]


def _same(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare numbers by their size, and texts letter by letter."""
    same = before.astype(object).eq(after.astype(object))
    numbers = before.columns[[pd.api.types.is_numeric_dtype(kind) for kind in before.dtypes]]
    one, other = before[numbers].astype("float64"), after[numbers].apply(pd.to_numeric, errors="coerce")
    same[numbers] |= (one - other).abs() <= LIMIT * np.maximum(1, one.abs())
    return same.astype(bool)


def _held_out_alone(experiment: Experiment, reported: CrossFit | None, table: pd.DataFrame) -> list[dict[str, Any]]:
    """Predict some held-out patients as the only ones their split holds out, and compare with what is reported."""
    if reported is None:
        return []
    members = experiment.largest_split
    split = str(members["split"].iloc[0])
    learned = members["role"].eq("train")
    patients = members.loc[~learned, "patient_id"].sort_values().to_numpy()
    chosen = patients[np.unique(np.linspace(0, len(patients) - 1, HELD_OUT_ALONE).round().astype(int))]
    rows = reported.predictions[reported.predictions["split"].eq(split)].set_index("patient_id")["score"]
    differences = []
    for patient in chosen:
        only = members[learned | members["patient_id"].eq(patient)]
        own = table[table["patient_id"].isin(only["patient_id"])]
        alone = predict_split(experiment.study, reported.tuned[split], own, only)
        score = alone.loc[alone["patient_id"].eq(patient), "score"].iloc[0]
        differences.append(abs(score - rows[patient]))
    return [
        {
            "canary": "single_patient",
            "measure": "largest difference between a held-out score alone and as reported",
            "value": float(np.max(differences)),
            "limit": LIMIT,
            "n": len(chosen),
            "detail": f"split {split}, each patient as the only one held out",
        }
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
