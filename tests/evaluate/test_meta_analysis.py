"""Published values are those metafor prints for `rma(yi, vi)` on its data set `dat.bcg`, log risk ratios."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal, t
from statsmodels.stats.meta_analysis import combine_effects

from stratify.evaluate.meta_analysis import random_effects, reml

VACCINATED = np.array(
    [[4, 119], [6, 300], [3, 228], [62, 13536], [33, 5036], [180, 1361], [8, 2537], [505, 87886], [29, 7470],
     [17, 1699], [186, 50448], [5, 2493], [27, 16886]]
)  # fmt: skip
CONTROL = np.array(
    [[11, 128], [29, 274], [11, 209], [248, 12619], [47, 5761], [372, 1079], [10, 619], [499, 87892], [45, 7232],
     [65, 1600], [141, 27197], [3, 2338], [29, 17825]]
)  # fmt: skip


def log_risk_ratios():
    (a, b), (c, d) = VACCINATED.T, CONTROL.T
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


def test_the_tuberculosis_vaccine_trials_as_published():
    y, v = log_risk_ratios()
    found = random_effects(y, v)
    assert found.mean == pytest.approx(-0.7145, abs=5e-5)
    assert found.tau2 == pytest.approx(0.3132, abs=5e-5)
    assert found.q == pytest.approx(152.2330, abs=5e-5)
    assert found.i2 == pytest.approx(0.9222, abs=5e-5)
    assert 1 / np.sqrt(np.sum(1 / (v + found.tau2))) == pytest.approx(0.1798, abs=5e-5)


def slow_reml(y, v):
    """Maximise the density of the contrasts between cohorts, which do not depend on the mean."""
    contrasts = np.eye(len(y))[1:] - np.eye(len(y))[0]
    grid = np.r_[0, np.geomspace(1e-8, 1, 4000) * 10 * np.var(y) * len(y)]

    def log_density(tau2):
        covariance = contrasts @ np.diag(v + tau2) @ contrasts.T
        return multivariate_normal.logpdf(contrasts @ y, cov=covariance)

    best = int(np.argmax([log_density(tau2) for tau2 in grid]))
    if best == 0:
        return 0.0
    bounds = (grid[best - 1], grid[min(best + 1, grid.size - 1)])
    return minimize_scalar(lambda tau2: -log_density(tau2), bounds=bounds, method="bounded").x


@pytest.mark.parametrize("seed", range(4))
def test_heterogeneity_maximises_the_restricted_likelihood(seed):
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.02, 0.4, 7)
    y = rng.normal(0.5, np.sqrt(v + 0.1 * seed))
    assert reml(y, v) == pytest.approx(slow_reml(y, v), rel=1e-3, abs=1e-6)


def test_the_estimate_solves_the_likelihood_equation():
    y, v = log_risk_ratios()
    w = 1 / (v + reml(y, v))
    residual = y - np.average(y, weights=w)
    score = -w.sum() + (w**2).sum() / w.sum() + (w**2 * residual**2).sum()
    assert score == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("spread", [0.1, 1.0])
def test_equal_variances_agree_with_statsmodels(spread):
    """Every estimator of the heterogeneity is the same then."""
    rng = np.random.default_rng(1)
    y, v = rng.normal(0.3, spread, 8), np.full(8, 0.05)
    reference = combine_effects(y, v, method_re="iterated", atol=1e-12)
    found = random_effects(y, v)
    assert found.mean == pytest.approx(reference.mean_effect_re)
    assert found.tau2 == pytest.approx(max(0, reference.tau2), abs=1e-6)
    assert found.q == pytest.approx(reference.q)
    hartung_knapp = reference.sd_eff_w_re_hksj**2
    assert found.variance == pytest.approx(max(hartung_knapp, 1 / np.sum(1 / (v + found.tau2))), rel=1e-6)


def test_intervals_use_students_t():
    y, v = log_risk_ratios()
    found = random_effects(y, v)
    w = 1 / (v + found.tau2)
    error = np.sqrt(w @ (y - found.mean) ** 2 / 12 / w.sum())
    assert found.interval() == pytest.approx([found.mean + sign * t.ppf(0.975, 12) * error for sign in (-1, 1)])
    reach = t.ppf(0.975, 11) * np.sqrt(error**2 + found.tau2)
    assert found.prediction_interval() == pytest.approx([found.mean - reach, found.mean + reach])
    assert found.p_value() == pytest.approx(2 * t.sf(abs(found.mean) / error, 12))


def test_agreeing_cohorts_do_not_give_an_interval_narrower_than_that_without_heterogeneity():
    found = random_effects([0.5, 0.5001, 0.4999], [0.1, 0.2, 0.3])
    assert found.tau2 == 0
    assert found.i2 == 0
    assert found.variance == pytest.approx(1 / (1 / 0.1 + 1 / 0.2 + 1 / 0.3))


def test_few_cohorts():
    nobody, one, two = (random_effects([0.4, 0.9][:k], [0.1, 0.2][:k]) for k in range(3))
    assert np.isnan([nobody.mean, *nobody.interval(), nobody.p_value()]).all()
    assert (one.mean, one.k) == (0.4, 1)
    assert np.isnan([*one.interval(), one.tau2, one.p_value()]).all()
    assert np.isfinite(two.interval()).all()
    assert np.isnan(two.prediction_interval()).all()


def test_equal_estimates_have_no_heterogeneity():
    found = random_effects([0.3, 0.3, 0.3], [0.1, 0.1, 0.4])
    assert (found.mean, found.tau2, found.q) == (pytest.approx(0.3), 0, pytest.approx(0))


@pytest.mark.parametrize(("values", "variances"), [([0.1, 0.2], [0.1, 0.0]), ([0.1, np.nan], [0.1, 0.1])])
def test_what_cannot_be_pooled_is_an_error(values, variances):
    with pytest.raises(ValueError, match="finite and variances positive"):
        random_effects(values, variances)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.1, 10))
def test_order_does_not_matter_and_units_carry_over(seed, shift, factor):
    rng = np.random.default_rng(seed)
    y, v = rng.normal(size=6), rng.uniform(0.05, 1, 6)
    found, order = random_effects(y, v), rng.permutation(6)
    other = random_effects(factor * y[order] + shift, factor**2 * v[order])
    assert other.mean == pytest.approx(factor * found.mean + shift, rel=1e-5, abs=1e-5)
    assert other.tau2 == pytest.approx(factor**2 * found.tau2, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("tau2", "highest", "fewest"), [(0.0, 1.0, 0.95), (0.15, 0.98, 0.86), (0.5, 0.98, 0.91)])
def test_coverage(tau2, highest, fewest):
    """Eight cohorts of very different size: 95 % of the means, more where cohorts do not differ; of new cohorts less,
    as the prediction interval's docstring says."""
    rng, rounds = np.random.default_rng(0), 400
    v = np.array([0.02, 0.03, 0.03, 0.06, 0.08, 0.15, 0.3, 0.5])
    mean = covered = 0
    for _ in range(rounds):
        found = random_effects(rng.normal(0.8, np.sqrt(v + tau2)), v)
        low, high = found.interval()
        mean += low <= 0.8 <= high
        low, high = found.prediction_interval()
        covered += low <= rng.normal(0.8, np.sqrt(tau2)) <= high
    assert 0.92 <= mean / rounds <= highest
    assert fewest <= covered / rounds <= 1
