import numpy as np
import pytest

from stratify.evaluate.calibration import brier, calibration_intercept, calibration_slope, observed_expected

ONES = np.ones((1, 4))
Y = np.array([0, 0, 1, 1])


@pytest.mark.parametrize(("p", "expected"), [([0, 0, 1, 1], 0), ([1, 1, 0, 0], 1), ([0.5] * 4, 0.25)])
def test_brier_by_hand(p, expected):
    assert brier(Y, np.array(p, dtype=float), ONES)[0] == expected


def test_observed_expected_by_hand():
    p = np.array([0.1, 0.2, 0.3, 0.4])
    weights = np.array([[1, 1, 1, 1], [2, 0, 1, 1]], dtype=float)
    assert observed_expected(Y, p, weights) == pytest.approx([2 / 1.0, 2 / 0.9])


@pytest.fixture
def large():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=20_000)
    return truth, (rng.random(20_000) < 1 / (1 + np.exp(-truth))).astype(int), np.ones((1, 20_000))


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.0])
def test_the_slope_undoes_a_stretch_of_the_log_odds(large, stretch):
    truth, y, ones = large
    probability = 1 / (1 + np.exp(-stretch * truth))
    assert calibration_slope(y, probability, ones)[0] == pytest.approx(1 / stretch, rel=0.05)


@pytest.mark.parametrize("shift", [-1.0, 0.0, 0.5])
def test_the_intercept_undoes_a_shift_of_the_log_odds(large, shift):
    truth, y, ones = large
    probability = 1 / (1 + np.exp(-(truth + shift)))
    assert calibration_intercept(y, probability, ones)[0] == pytest.approx(-shift, abs=0.05)


def test_a_separated_draw_has_no_slope_but_an_intercept():
    p = np.array([0.2, 0.6, 0.4, 0.8])
    weights = np.array([[1, 1, 1, 1], [2, 0, 1, 1], [2, 2, 0, 0]], dtype=float)
    assert np.isnan(calibration_slope(Y, p, weights)).tolist() == [False, True, True]
    assert np.isnan(calibration_intercept(Y, p, weights)).tolist() == [False, False, True]


def test_certain_probabilities_keep_slope_and_intercept_finite():
    p = np.array([0.0, 0.6, 0.4, 1.0])
    assert np.isfinite(calibration_slope(Y, p, ONES)).all()
    assert np.isfinite(calibration_intercept(Y, p, ONES)).all()
