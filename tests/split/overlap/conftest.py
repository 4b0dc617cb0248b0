import numpy as np
import pandas as pd
import pytest

from stratify.assemble.cohort import Cohort
from stratify.config.dataset import Modality
from stratify.synthetic import toy_dataset

MUTATIONS = Modality.model_validate(
    {"reader": "maf", "file": "mutations.maf", "namespace": "mut", "unit": "present", "id": "Hugo_Symbol"}
)
TYPES = ["nsclc", "melanoma", "renal"]


def draw_patients(n, name, seed):
    """Draw strangers whose outcome depends on what is known before treatment, as in real cohorts."""
    rng = np.random.default_rng(seed)
    albumin = rng.normal(3.9, 0.4, n)
    tmb = rng.lognormal(1.8, 0.9, n)
    pfs = rng.exponential(np.exp(5 + 0.8 * (albumin - 3.9) + 0.2 * np.log(tmb)))
    return pd.DataFrame(
        {
            "clin.cancer_type": pd.Series(rng.choice(TYPES, n, p=[0.6, 0.3, 0.1]), dtype="str"),
            "clin.tmb_per_mb": tmb.round(1),
            "clin.albumin_g_per_dl": albumin.round(1),
            "clin.age_years": rng.normal(64, 11, n).round(1),
            "endpoint.pfs_days": pfs.round(),
            "endpoint.os_days": (pfs + rng.exponential(300, n)).round(),
        }
    ).set_axis(pd.Index([f"{name}:{number}" for number in range(1, n + 1)], name="patient_id"))


def record_again(patients, name, seed, *, missing=0.0):
    """Record people a second time: other rounding, other dates, and some fields unknown."""
    rng = np.random.default_rng(seed)
    n = len(patients)
    again = patients.copy()
    again["clin.age_years"] = np.floor(again["clin.age_years"])
    again["clin.tmb_per_mb"] += rng.uniform(-0.09, 0.09, n)
    again["clin.albumin_g_per_dl"] += rng.uniform(-0.04, 0.04, n)
    again["endpoint.pfs_days"] += rng.uniform(-7, 7, n)
    again["endpoint.os_days"] += rng.uniform(-7, 7, n)
    for column in again.columns.drop("clin.cancer_type"):
        again[column] = again[column].mask(rng.random(n) < missing)
    return again.set_axis(pd.Index([f"{name}:{number}" for number in range(1001, 1001 + n)], name="patient_id"))


def coarsen(patients):
    """Round so much that strangers look alike, and yet each field tells patients apart."""
    steps = {"clin.tmb_per_mb": 2, "clin.age_years": 4, "endpoint.pfs_days": 30, "endpoint.os_days": 60}
    return patients.assign(**{column: (patients[column] / step).round() * step for column, step in steps.items()})


@pytest.fixture
def make_patients():
    return draw_patients


@pytest.fixture
def make_coarse():
    return lambda n, name, seed: coarsen(draw_patients(n, name, seed))


@pytest.fixture
def twice():
    return record_again


@pytest.fixture
def make_cohort():
    """Make a cohort in memory from a table of patients."""

    def make(patients, *, pool="one", family=None, measurements=None):
        name = patients.index[0].split(":")[0]
        modalities = toy_dataset().modalities | {"mutations": MUTATIONS}
        declared = {"patient_pool": pool, "study_family": family or name, "modalities": modalities}
        config = toy_dataset().model_copy(update=declared)
        clinical = patients.reset_index().assign(timepoint="baseline")
        clinical["sample_id"] = clinical["patient_id"]
        return Cohort(name, config, clinical, measurements or {})

    return make
