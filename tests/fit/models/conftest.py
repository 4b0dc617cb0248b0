"""Patients with numbers that matter in known directions, a number often missing, and a category of rare levels."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

DIRECTIONS = {"clin.rising": "increasing", "clin.falling": "decreasing"}


def make_patients(n, seed):
    """Draw patients and labels; the log odds of the positive class are known."""
    rng = np.random.default_rng(seed)
    levels = np.array([f"level_{number:02d}" for number in range(12)])
    deviation = np.random.default_rng(99).normal(0, 0.5, 12)
    level = rng.choice(12, n, p=np.arange(12, 0, -1) / 78)
    frame = pd.DataFrame(
        {
            "clin.rising": rng.lognormal(1.5, 1.0, n),
            "clin.falling": rng.normal(4, 0.5, n),
            "clin.free": rng.normal(size=n),
            "clin.before": rng.integers(0, 2, n).astype(float),
            "clin.sometimes": rng.uniform(0, 100, n),
            "clin.level": pd.Series(levels[level], dtype="str"),
        }
    )
    log_odds = (
        -1.0
        + 0.8 * np.log(frame["clin.rising"] / 4)
        - 0.8 * (frame["clin.falling"] - 4)
        + 0.5 * np.sin(2 * frame["clin.free"])
        - 0.7 * frame["clin.before"]
        + deviation[level]
    )
    frame.loc[rng.random(n) < 0.6, "clin.sometimes"] = np.nan
    return frame, (rng.random(n) < expit(log_odds)).astype(int)


@pytest.fixture(scope="session")
def patients():
    return make_patients(900, seed=1)


@pytest.fixture(scope="session")
def others():
    return make_patients(4000, seed=2)


STUDIES = [f"study_{letter}" for letter in "abcdefgh"]


def make_studies(seed, n=80):
    """Draw patients of eight studies; return features, labels and studies.

    Studies differ in prevalence, and in the mean of every measurement. Within a study `sig.common` raises the odds,
    `sig.flips` raises or lowers them by turns, `sig.platform` and the rest do nothing; over studies `sig.platform`
    goes with prevalence.
    """
    rng = np.random.default_rng(seed)
    number = np.repeat(np.arange(len(STUDIES)), n)
    own = rng.normal(size=(len(number), 8))
    burden = rng.normal(3, 1, len(number))
    log_odds = (
        np.linspace(-1.5, 1.0, len(STUDIES))[number]
        + 1.2 * own[:, 0]
        + 1.2 * own[:, 1] * np.where(number % 2, 1, -1)
        + 0.5 * (burden - 3)
    )
    shifts = np.random.default_rng(7).normal(0, 0.5, (len(STUDIES), 8))
    shifts[:, 2] = np.linspace(-3, 3, len(STUDIES))
    names = ["sig.common", "sig.flips", "sig.platform", *(f"sig.noise_{letter}" for letter in "abcde")]
    frame = pd.DataFrame(own + shifts[number], columns=names)
    frame["clin.tmb_per_mb"] = 2**burden
    frame["clin.cancer_type"] = pd.Series(np.where(number < 4, "renal", "melanoma"), dtype="str")
    return frame, (rng.random(len(number)) < expit(log_odds)).astype(int), np.array(STUDIES)[number]


@pytest.fixture(scope="session")
def studies():
    return make_studies(seed=3)


@pytest.fixture(scope="session")
def more_studies():
    return make_studies(seed=4)


@pytest.fixture(scope="session")
def within_study():
    """Mean over studies of an AUROC."""

    def mean_auroc(score, y, study):
        return np.mean([roc_auc_score(y[study == name], score[study == name]) for name in np.unique(study)])

    return mean_auroc
