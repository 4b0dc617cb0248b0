"""Toy cohorts with a known truth, for tests, examples and benchmarks. No patient ever had these values."""

import numpy as np
import pandas as pd

from stratify.assemble.cohort import Cohort
from stratify.config import DatasetConfig, validate

SIGNAL_GENES = ("CXCL9", "CD8A", "GZMA", "PRF1")
"""Genes that are higher in responders of a synthetic cohort; the first two digits of the truth to be found."""


def make_cohort(
    n: int = 80,
    *,
    n_genes: int = 30,
    effect: float = 1.0,
    name: str = "toy",
    patient_pool: str = "toy",
    seed: int = 0,
) -> Cohort:
    """Make a cohort in which response depends on a few genes and on nothing else.

    Parameters
    ----------
    n
        Number of patients; about half respond.
    n_genes
        Number of genes, the four of `SIGNAL_GENES` included.
    effect
        Shift of each signal gene in responders, in standard deviations; 0 makes noise.
    name
        Dataset identifier, and study family.
    patient_pool
        Cohorts of one pool may share people.
    seed
        Seed; the same seed gives the same cohort.

    Returns
    -------
    Cohort
        With `clin.age_years`, `clin.sex` (a tenth missing), endpoints `response` (1/0), `best_response`, `os_days`,
        `os_event`, and the modality `expression` in log2 TPM.

    Examples
    --------
    >>> cohort = make_cohort(n=20, seed=1)
    >>> cohort.measurements["expression"].shape
    (30, 20)
    """
    rng = np.random.default_rng(seed)
    response = (np.arange(n) % 2).astype(float)
    ids = [f"{name}:P{number:03d}" for number in range(n)]
    clinical = pd.DataFrame(
        {
            "sample_id": ids,
            "patient_id": ids,
            "timepoint": "baseline",
            "clin.age_years": rng.normal(60, 10, n).round(1),
            "clin.sex": pd.Series(rng.choice(["female", "male"], n), dtype="str").mask(rng.random(n) < 0.1),
            "endpoint.response": response,
            "endpoint.best_response": np.where(response == 1, "PR", "PD"),
            "endpoint.os_days": (rng.exponential(600, n) * (1 + response)).round() + 1,
            "endpoint.os_event": (rng.random(n) < 0.7).astype(float),
        }
    )
    symbols = [*SIGNAL_GENES, *(f"GENE{number}" for number in range(n_genes - len(SIGNAL_GENES)))]
    values = rng.normal(5, 1, (n_genes, n))
    values[: len(SIGNAL_GENES)] += effect * response
    expression = pd.DataFrame(values.astype("float32"), index=[f"gene.{symbol}" for symbol in symbols], columns=ids)
    return Cohort(name, toy_dataset(name, patient_pool), clinical, {"expression": expression.rename_axis("feature")})


def toy_dataset(study_family: str = "toy", patient_pool: str = "toy") -> DatasetConfig:
    """Describe a synthetic cohort as a dataset file would.

    Parameters
    ----------
    study_family, patient_pool
        Which cohorts it goes with.

    Returns
    -------
    DatasetConfig
        One that reads `clinical.csv` and `expression.csv` of the source `toy`.
    """
    return validate(
        DatasetConfig,
        {
            "title": "Synthetic cohort",
            "source": "toy",
            "patient_pool": patient_pool,
            "study_family": study_family,
            "clinical": {
                "file": "clinical.csv",
                "id": "patient",
                "timepoint": "baseline",
                "columns": {"age_years": "age", "sex": "sex"},
                "endpoints": {
                    "response": {"from": "response", "kind": "number"},
                    "best_response": "recist",
                    "os_days": "os_days",
                    "os_event": "os_event",
                },
            },
            "modalities": {
                "expression": {
                    "file": "expression.csv",
                    "orientation": "features_by_samples",
                    "id": "gene",
                    "namespace": "gene",
                    "unit": "log2_tpm",
                }
            },
        },
        "synthetic cohort",
    )
