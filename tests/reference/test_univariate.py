from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stratify.discover.associations import FIRTH
from stratify.discover.univariate import univariate

HERE = Path(__file__).parent


def test_effects_agree_with_statsmodels_and_firthmodels():
    patients = pd.read_csv(HERE / "univariate_patients.csv").assign(cohort="north")
    expected = pd.read_csv(HERE / "univariate_expected.csv")
    found = univariate(patients, expected["feature"].tolist(), study_id="toy")
    assert found["feature"].tolist() == expected["feature"].tolist()
    assert (found["note"] == FIRTH).tolist() == (expected["method"] == "firth").tolist()
    columns = ["effect", "low", "high", "p_value", "q_value"]
    np.testing.assert_allclose(found[columns], expected[columns], rtol=1e-7)
    assert found["n"].tolist() == pytest.approx(patients[expected["feature"]].notna().sum().tolist())
