import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize

from stratify.logistic import fit_logistic, separated


@pytest.fixture
def patients():
    rng = np.random.default_rng(1)
    x = rng.normal(size=50)
    return x, (rng.random(50) < 1 / (1 + np.exp(0.5 - x))).astype(int), rng.poisson(1, size=(4, 50)).astype(float)


def test_each_weighting_is_fitted_as_statsmodels_does(patients):
    x, y, weights = patients
    fit = fit_logistic(x, y, weights)
    for row, weight in enumerate(weights):
        other = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(), freq_weights=weight).fit(tol=1e-14)
        assert [fit.intercept[row], fit.slope[row]] == pytest.approx(other.params, abs=1e-9)
        assert fit.slope_error[row] == pytest.approx(other.bse[1], abs=1e-6)
        assert fit.log_likelihood[row] == pytest.approx(other.llf, abs=1e-9)


def test_many_variables_are_fitted_as_each_alone_across_blocks(patients, monkeypatch):
    _, y, _ = patients
    x = np.random.default_rng(2).normal(size=(7, 50))
    alone = [fit_logistic(row, y).slope[0] for row in x]
    monkeypatch.setattr("stratify.logistic.BLOCK", 100)
    assert fit_logistic(x, y).slope == pytest.approx(alone, abs=1e-12)


def test_what_stands_where_the_weight_is_zero_does_not_matter(patients):
    x, y, _ = patients
    weight = (np.arange(50) > 5).astype(float)
    assert fit_logistic(np.where(weight, x, 99), y, weight).slope == pytest.approx(fit_logistic(x[6:], y[6:]).slope)


def test_a_given_slope_makes_the_variable_an_offset(patients):
    x, y, _ = patients
    other = sm.GLM(y, np.ones(50), offset=0.7 * x, family=sm.families.Binomial()).fit(tol=1e-14)
    fit = fit_logistic(x, y, slope=0.7)
    assert fit.intercept[0] == pytest.approx(other.params[0], abs=1e-9)
    assert np.isnan(fit.slope_error[0])


@pytest.mark.parametrize("start", [(0, 3), (2, 2), (3, 0), (-3, 1), (0, -2)])
def test_a_start_from_which_newtons_steps_overshoot_gets_to_the_same_place(patients, start):
    x, y, _ = patients
    assert fit_logistic(x, y, start=start).slope == pytest.approx(fit_logistic(x, y).slope, abs=1e-9)


def test_steps_that_would_go_back_and_forth_settle():
    """Log odds that contradict the classes: Newton's steps jump from one side of the maximum to the other."""
    weights = np.random.default_rng(1).multinomial(60, np.full(60, 1 / 60), size=500)
    y = np.repeat([0, 1], [38, 22])
    fit = fit_logistic(np.where(y == 1, -4.6, 4.6), y, weights, slope=1.0)
    assert np.isfinite(fit.intercept).all()


@pytest.mark.parametrize("scale", [0.05, 1.0, 30.0])
def test_a_skewed_variable_of_any_scale_is_fitted(scale):
    rng = np.random.default_rng(3)
    x = np.exp(rng.normal(size=40) * 2)
    y = (rng.random(40) < 1 / (1 + np.exp(2 - x))).astype(int)
    fit = fit_logistic(scale * x, y)
    expected = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial()).fit(tol=1e-14).params[1]
    assert fit.slope[0] * scale == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], True),
        ([1, 2, 2, 4], [0, 0, 1, 1], True),
        ([1, 2, 3, 4], [1, 1, 0, 0], True),
        ([1, 3, 2, 4], [0, 0, 1, 1], False),
        ([2, 2, 2, 2], [0, 0, 1, 1], True),
        ([1, 2, 3, 4], [1, 1, 1, 1], True),
    ],
)
def test_separated_classes_have_no_finite_maximum(x, y, expected):
    assert separated(x, y).tolist() == [expected]
    assert np.isnan(fit_logistic(x, y).slope[0]) == expected


def test_separation_is_judged_on_those_who_count():
    x, y = [1.0, 3.0, 2.0, 4.0], [0, 0, 1, 1]
    assert separated(x, y, [[1, 1, 1, 1], [1, 0, 1, 1]]).tolist() == [False, True]


@pytest.mark.parametrize("cells", [(5, 0, 3, 7), (10, 0, 0, 10), (4, 2, 3, 6)])
def test_firths_odds_ratio_of_a_two_by_two_table_adds_half_to_each_cell(cells):
    a, b, c, d = cells
    x = np.repeat([1, 1, 0, 0], cells)
    y = np.repeat([1, 0, 1, 0], cells)
    expected = np.log((a + 0.5) * (d + 0.5) / ((b + 0.5) * (c + 0.5)))
    assert fit_logistic(x, y, firth=True).slope[0] == pytest.approx(expected, abs=1e-6)


def test_firths_estimate_maximises_the_penalised_likelihood(patients):
    x, y, _ = patients
    design = np.column_stack([np.ones(50), x])

    def negative(beta):
        p = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (p * (1 - p))[:, None])
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) - 0.5 * np.linalg.slogdet(information)[1]

    best = minimize(negative, [0, 0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    fit = fit_logistic(x, y, firth=True)
    assert [fit.intercept[0], fit.slope[0]] == pytest.approx(best.x, abs=1e-6)
    assert fit.log_likelihood[0] == pytest.approx(-best.fun, abs=1e-9)
