"""Patients with numbers that matter in known directions, a number often missing, and a category of rare levels."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

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
