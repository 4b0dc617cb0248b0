from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stratify.evaluate.calibration import brier, calibration_intercept, calibration_slope
from stratify.evaluate.discrimination import auprc, auroc
from stratify.evaluate.intervals import wilson

HERE = Path(__file__).parent
EXPECTED = pd.read_csv(HERE / "performance_expected.csv", index_col="quantity")["value"]
MEASURES = {
    "auroc": auroc,
    "auprc": auprc,
    "brier": brier,
    "calibration_slope": calibration_slope,
    "calibration_intercept": calibration_intercept,
}


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_agrees_with_scikit_learn_or_statsmodels(name):
    patients = pd.read_csv(HERE / "performance_patients.csv")
    y, probability = patients["y"].to_numpy(), patients["probability"].to_numpy()
    weights = np.vstack([np.ones(len(y)), patients["weight"]])
    found = MEASURES[name](y, probability, weights)
    assert found == pytest.approx(EXPECTED[[f"{name}_plain", f"{name}_weighted"]].to_numpy(), abs=1e-10)


@pytest.mark.parametrize(("events", "n"), [(0, 7), (3, 11), (40, 40), (35, 189)])
def test_wilsons_interval_agrees_with_statsmodels(events, n):
    found = wilson(events, n)
    assert found.value == events / n
    expected = EXPECTED[[f"wilson_low_{events}_{n}", f"wilson_high_{events}_{n}"]].tolist()
    assert [found.low, found.high] == pytest.approx(expected, abs=1e-12)
