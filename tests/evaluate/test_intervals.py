import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from stratify.evaluate.discrimination import auroc
from stratify.evaluate.intervals import Estimate, percentile, resample, two_sided_p, wilson


def test_resampling_starts_with_the_cohort_and_keeps_its_size():
    weights = resample(30, seed=1, draws=50)
    assert weights.shape == (51, 30)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 30).all()
    assert (weights == resample(30, seed=1, draws=50)).all()
    assert (weights != resample(30, seed=2, draws=50)).any()


def test_the_bootstrap_interval_agrees_with_drawing_patients_one_by_one():
    rng = np.random.default_rng(0)
    y = np.r_[np.zeros(25, dtype=int), np.ones(15, dtype=int)]
    score = np.round(rng.normal(size=40) + y, 1)
    weights = resample(40, seed=3, draws=200)
    drawn = [np.repeat(np.arange(40), weight.astype(int)) for weight in weights[1:]]
    slow = np.percentile([roc_auc_score(y[who], score[who]) for who in drawn], [2.5, 97.5])
    found = percentile(auroc(y, score, weights))
    assert (found.low, found.high) == pytest.approx(tuple(slow), abs=1e-12)
    assert found.value == pytest.approx(roc_auc_score(y, score))


def test_an_interval_is_withheld_where_too_many_draws_are_undefined():
    draws = np.linspace(0, 1, 101)
    draws[1:6] = np.nan
    assert percentile(draws) == Estimate(0.0, *np.nanpercentile(draws[1:], [2.5, 97.5]), undefined=5)
    draws[6] = np.nan
    few = percentile(draws)
    assert np.isnan([few.low, few.high]).all()
    assert few.undefined == 6
    assert np.isnan(two_sided_p(draws))


def test_p_by_hand_and_its_floor():
    assert two_sided_p(np.r_[1.0, [-1.0], np.ones(98)]) == pytest.approx(2 * 2 / 100)
    assert two_sided_p(np.ones(100)) == pytest.approx(2 / 100)
    assert two_sided_p(np.zeros(100)) == 1
    assert np.isnan(two_sided_p(np.r_[np.nan, np.ones(99)]))


@pytest.mark.parametrize("shift", [-3, -2.2, -1, 0, 1.5, 1.8, 2.1, 3])
def test_p_and_interval_agree_on_zero(shift):
    draws = shift + np.random.default_rng(0).normal(size=2001)
    interval = percentile(draws)
    assert (two_sided_p(draws) < 0.05) == (not interval.low <= 0 <= interval.high)


def test_p_is_symmetric():
    draws = 1 + np.random.default_rng(0).normal(size=501)
    assert two_sided_p(draws) == two_sided_p(-draws)


def test_nobody_has_no_share():
    assert np.isnan(wilson(0, 0).value)
