import time

import numpy as np
import pytest
import statsmodels.api as sm

from stratify.discover.associations import FIRTH, associations

COLUMNS = ["effect", "low", "high", "p_value"]


@pytest.fixture
def patients():
    rng = np.random.default_rng(0)
    y = np.r_[0, 1, rng.integers(0, 2, 48)]
    x = rng.normal(5, 3, size=(6, 50)) + y
    x[2, ::4] = np.nan
    return y, x


@pytest.mark.parametrize("standardise", [True, False])
def test_effects_agree_with_statsmodels(patients, standardise):
    y, x = patients
    found = associations(y, x, standardise=np.full(6, standardise))
    for row, values in enumerate(x):
        seen = np.isfinite(values)
        unit = values[seen].std(ddof=1) if standardise else 1
        other = sm.Logit(y[seen], sm.add_constant(values[seen] / unit)).fit(disp=0, tol=1e-12)
        expected = [other.params[1], *other.conf_int()[1], other.pvalues[1]]
        assert found.loc[row, COLUMNS].tolist() == pytest.approx(expected, rel=1e-7)
        assert (found.loc[row, "n"], found.loc[row, "n_events"]) == (seen.sum(), y[seen].sum())


def test_what_cannot_be_tested_keeps_a_row_that_says_why():
    y = np.r_[np.zeros(10, dtype=int), np.ones(10, dtype=int)]
    ramp = np.arange(20.0)
    x = np.vstack(
        [
            np.full(20, 0.1),
            np.where(ramp % 3 == 0, ramp, np.nan),
            np.where(y == 1, ramp, np.nan),
            np.full(20, np.nan),
            np.where(y == 1, 0.1, np.nan),
        ]
    )
    found = associations(y, x, standardise=np.ones(5, dtype=bool))
    assert found["note"].tolist() == [
        "constant",
        "fewer than 10 observed values",
        "observed in one class only",
        "fewer than 10 observed values",
        "observed in one class only",
    ]
    assert found[COLUMNS].isna().all(axis=None)
    assert found["n"].tolist() == [20, 7, 10, 0, 10]


def test_separated_classes_have_a_finite_penalised_estimate():
    y = np.r_[np.zeros(12, dtype=int), np.ones(9, dtype=int)]
    carriers = np.r_[np.zeros(12), np.ones(4), np.zeros(5)]
    found = associations(y, np.vstack([carriers, 1 - carriers]), standardise=np.zeros(2, dtype=bool))
    expected = np.log((4.5 * 12.5) / (0.5 * 5.5))
    assert found["effect"].tolist() == pytest.approx([expected, -expected], rel=1e-6)
    assert found["note"].tolist() == [FIRTH, FIRTH]
    assert found.loc[0, ["low", "high"]].tolist() == pytest.approx([-found.loc[1, "high"], -found.loc[1, "low"]])
    assert (found.loc[0, "low"] > 0) == (found.loc[0, "p_value"] < 0.05)


def test_patients_variables_and_their_scale_can_change_places(patients):
    y, x = patients
    plain = associations(y, x, standardise=np.ones(6, dtype=bool))
    rng = np.random.default_rng(1)
    who, what = rng.permutation(50), rng.permutation(6)
    moved = associations(y[who], 100 * x[what][:, who] - 7, standardise=np.ones(6, dtype=bool))
    np.testing.assert_allclose(moved[COLUMNS], plain.loc[what, COLUMNS], rtol=1e-8)
    swapped = associations(1 - y, x, standardise=np.ones(6, dtype=bool))
    np.testing.assert_allclose(swapped["effect"], -plain["effect"], rtol=1e-8)


def test_a_transcriptome_takes_seconds():
    rng = np.random.default_rng(0)
    y, x = rng.integers(0, 2, 100), rng.normal(size=(20_000, 100))
    start = time.perf_counter()
    found = associations(y, x, standardise=np.ones(20_000, dtype=bool))
    assert time.perf_counter() - start < 20
    assert found["effect"].notna().all()
    assert np.mean(found["p_value"] < 0.05) == pytest.approx(0.05, abs=0.02)
