import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from stratify.fit.models.spline_logistic import AdditiveLogistic, build
from stratify.fit.models.splines import rises


@parametrize_with_checks([AdditiveLogistic()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_without_penalty_it_is_a_generalised_linear_model_on_the_spline_basis(patients):
    features, y = patients
    X = features[["clin.rising", "clin.free", "clin.before"]].to_numpy()
    model = AdditiveLogistic(smooth_penalty=1e-8).fit(X, y)
    basis = np.hstack([rises(column, knots) for column, knots in zip(X.T, model.knots_, strict=True)])
    reference = sm.GLM(y, sm.add_constant(basis), family=sm.families.Binomial()).fit(tol=1e-12, maxiter=200)
    np.testing.assert_allclose(model.decision_function(X), reference.predict(which="linear"), atol=1e-3)


def test_the_penalty_on_a_curve_grows_with_the_number_of_its_functions(patients):
    """So the fit is an ordinary ridge regression once every function is divided by the root of its penalty."""
    features, y = patients
    X = features[["clin.rising", "clin.before"]].to_numpy()
    model = AdditiveLogistic(smooth_penalty=2.0).fit(X, y)
    basis = [rises(column, knots) for column, knots in zip(X.T, model.knots_, strict=True)]
    assert [part.shape[1] for part in basis] == [6, 1]
    scaled = np.hstack([(part - part.mean(axis=0)) / np.sqrt(2.0 * part.shape[1]) for part in basis])
    reference = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12).fit(scaled, y)
    np.testing.assert_allclose(model.decision_function(X), reference.decision_function(scaled), atol=1e-5)


def test_partial_pooling_is_the_posterior_mode_of_random_intercepts():
    """The same optimum as a mixed logistic model with that variance, found by statsmodels from the other side."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(5), [60, 30, 15, 6, 2]).astype(float)
    y = (rng.random(len(codes)) < np.array([0.2, 0.4, 0.6, 0.5, 0.9])[codes.astype(int)]).astype(int)
    model = AdditiveLogistic(level_penalty=4.0, n_categories=1).fit(codes[:, None], y)
    one_hot = (codes[:, None] == np.arange(5)).astype(float)
    mixed = sm.BinomialBayesMixedGLM(y, np.ones((len(y), 1)), one_hot, np.zeros(5, dtype=int), vcp_p=1e-4, fe_p=1e6)
    log_sd = np.log(0.5)

    def posterior(values):  # with the standard deviation held at 1/2
        return -mixed.logposterior(np.concatenate([values[:1], [log_sd], values[1:]]))

    def slope(values):
        return -np.delete(mixed.logposterior_grad(np.concatenate([values[:1], [log_sd], values[1:]])), 1)

    mode = minimize(posterior, np.zeros(6), jac=slope, method="BFGS", options={"gtol": 1e-8}).x
    np.testing.assert_allclose(np.append(model.intercept_, model.coef_), mode, atol=1e-5)


def test_a_rare_level_is_drawn_further_to_the_mean_than_a_frequent_one():
    codes = np.repeat([0.0, 1.0, 2.0], [400, 200, 10])
    y = np.concatenate([np.arange(400) % 2, np.arange(200) % 4 > 0, np.arange(10) % 4 > 0]).astype(int)
    model = AdditiveLogistic(n_categories=1).fit(codes[:, None], y)
    usual, frequent, rare, unseen, missing = model.predict_proba(np.array([[0.0], [1.0], [2.0], [7.0], [np.nan]]))[:, 1]
    assert usual < unseen < rare < frequent
    assert missing == unseen == pytest.approx(model.predict_proba([[99.0]])[0, 1])
    assert logit(unseen) == pytest.approx(model.intercept_[0])


def test_a_missing_number_counts_as_the_average_training_patient(patients):
    features, y = patients
    X = features[["clin.rising", "clin.before"]].to_numpy()
    model = AdditiveLogistic().fit(X, y)
    absent = X.copy()
    absent[:, 0] = np.nan
    difference = model.decision_function(X) - model.decision_function(absent)
    assert difference.mean() == pytest.approx(0, abs=1e-9)
    assert difference.std() > 0.3


def test_being_measured_can_matter_by_itself():
    rng = np.random.default_rng(3)
    x = rng.normal(size=600)
    absent = rng.random(600) < 0.5
    y = (rng.random(600) < np.where(absent, 0.2, 0.6)).astype(int)
    model = AdditiveLogistic().fit(np.where(absent, np.nan, x)[:, None], y)
    assert model.predict_proba([[np.nan]])[0, 1] == pytest.approx(y[absent].mean(), abs=0.02)
    assert model.predict_proba([[0.0]])[0, 1] == pytest.approx(y[~absent].mean(), abs=0.05)


def test_a_bent_curve_is_found(patients, others):
    """The straight line, the limit of a strong penalty on bends, cannot follow the sine."""
    features, y = patients
    model = build(features, 0).fit(features, y)
    x = np.linspace(-1.5, 1.5, 61)
    grid = pd.concat([features.iloc[[0]]] * 61, ignore_index=True).assign(**{"clin.free": x})
    curve = model.decision_function(grid)
    assert np.corrcoef(curve, np.sin(2 * x))[0, 1] > 0.9
