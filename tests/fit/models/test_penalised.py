import numpy as np
import pytest
from scipy.special import logit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from stratify.fit.models import penalised
from stratify.fit.models.penalised import Ridge, fit_penalised

FREE = np.full(4, np.inf)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    return X, (X @ [1.0, -0.5, 0.0, 0.2] + rng.normal(size=200) > 0.7).astype(float)


@pytest.mark.parametrize("penalty", [0.1, 3.0, 50.0])
def test_agrees_with_scikit_learn_where_the_penalties_coincide(data, penalty):
    X, y = data
    intercept, slopes = fit_penalised(X, y, Ridge(np.full(4, penalty), -FREE, FREE))
    reference = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-12).fit(X, y)
    np.testing.assert_allclose(slopes, reference.coef_[0], atol=1e-6)
    assert intercept == pytest.approx(reference.intercept_[0], abs=1e-6)


def test_a_penalty_per_coefficient_is_a_scale_per_column(data):
    X, y = data
    penalty = np.array([0.5, 2.0, 8.0, 1.0])
    _, slopes = fit_penalised(X, y, Ridge(penalty, -FREE, FREE))
    reference = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12).fit(X / np.sqrt(penalty), y)
    np.testing.assert_allclose(slopes * np.sqrt(penalty), reference.coef_[0], atol=1e-6)


def test_a_bound_that_binds_leaves_the_optimum_of_the_others(data):
    X, y = data
    lower = np.array([-np.inf, 0.0, -np.inf, -np.inf])
    _, slopes = fit_penalised(X, y, Ridge(np.ones(4), lower, FREE))
    reference = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12).fit(X[:, [0, 2, 3]], y)
    assert slopes[1] == 0.0
    np.testing.assert_allclose(slopes[[0, 2, 3]], reference.coef_[0], atol=1e-6)


def test_the_optimum_does_not_depend_on_the_order_of_patients(data):
    X, y = data
    ridge = Ridge(np.ones(4), np.zeros(4), FREE)
    first, second = fit_penalised(X, y, ridge), fit_penalised(X[::-1], y[::-1], ridge)
    np.testing.assert_allclose(first[1], second[1], atol=1e-6)


def test_without_terms_the_intercept_is_the_share_of_positives(data):
    y = data[1]
    nothing = np.empty(0)
    assert fit_penalised(np.empty((200, 0)), y, Ridge(nothing, nothing, nothing))[0] == pytest.approx(logit(y.mean()))


def test_an_optimum_not_reached_is_said(data, monkeypatch):
    monkeypatch.setattr(penalised, "STEEPEST_AT_OPTIMUM", 0.0)
    with pytest.warns(ConvergenceWarning, match="did not settle"):
        fit_penalised(*data, Ridge(np.ones(4), -FREE, FREE))


def test_a_weight_of_two_is_a_patient_twice(data):
    X, y = data
    weights = np.where(np.arange(200) < 50, 2.0, 1.0)
    again = np.concatenate([np.arange(200), np.arange(50)])
    ridge = Ridge(np.ones(4), np.zeros(4), FREE)
    weighted, repeated = fit_penalised(X, y, ridge, weights=weights), fit_penalised(X[again], y[again], ridge)
    np.testing.assert_allclose(weighted[1], repeated[1], atol=1e-6)
    assert weighted[0] == pytest.approx(repeated[0], abs=1e-6)


def test_equal_weights_change_no_bit(data):
    ridge = Ridge(np.ones(4), -FREE, FREE)
    plain, weighted = fit_penalised(*data, ridge), fit_penalised(*data, ridge, weights=np.ones(200))
    assert plain[0] == weighted[0]
    assert np.array_equal(plain[1], weighted[1])
