"""Patients of whom nothing is true any more, for canaries that ask who depends on them."""

import numpy as np
import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.assemble.endpoints import opposite
from stratify.fit.canaries.experiment import Experiment


def spoil(cohort: Cohort, patients: set[str], experiment: Experiment) -> Cohort:
    """Replace the features of some patients by noise and flip their outcome; who is in the study stays the same.

    Parameters
    ----------
    cohort
        A harmonized cohort.
    patients
        Who is spoiled.
    experiment
        The study, whose endpoint is flipped and whose population stays.

    Returns
    -------
    Cohort
    """
    rng = np.random.default_rng(experiment.study.seed)
    clinical = cohort.clinical.copy()
    rows = clinical["patient_id"].isin(patients)
    flipped = opposite(clinical, experiment.study.endpoint)
    clinical = clinical.where(~rows, flipped)
    kept = experiment.study.population
    for column in [name for name in clinical.columns if name.startswith("clin.") and name not in kept]:
        clinical[column] = clinical[column].mask(rows, _noise(clinical[column], rng))
    samples = set(clinical.loc[rows, "sample_id"])
    measurements = {name: _spoil_measurements(table, samples, rng) for name, table in cohort.measurements.items()}
    return Cohort(cohort.name, cohort.config, clinical, measurements)


def spoil_rows(table: pd.DataFrame, patients: set[str], seed: int) -> pd.DataFrame:
    """Replace the features of some patients of a study table by noise and flip their label; types stay.

    Parameters
    ----------
    table
        The study table.
    patients
        Who is spoiled.
    seed
        Seed of the noise.

    Returns
    -------
    DataFrame
    """
    rng = np.random.default_rng(seed)
    rows = table["patient_id"].isin(patients)
    features = [column for column in table.columns if "." in column]
    spoiled = {
        column: table[column].mask(rows, _noise(table[column], rng).astype(table[column].dtype)) for column in features
    }
    others = table.drop(columns=features).assign(y=table["y"].mask(rows, 1 - table["y"]))
    return pd.concat([others, pd.DataFrame(spoiled)], axis="columns")[list(table.columns)]


def _noise(values: pd.Series, rng: np.random.Generator) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return pd.Series(rng.normal(0, 1000, len(values)), index=values.index)
    return pd.Series("noise", index=values.index, dtype=values.dtype)


def _spoil_measurements(table: pd.DataFrame, samples: set[str], rng: np.random.Generator) -> pd.DataFrame:
    noise = {name: rng.normal(0, 1000, len(table)).astype("float32") for name in table.columns if name in samples}
    return table.assign(**noise)
