import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit

from stratify.evaluate.sensitivity.recalibration import recalibrated


def penalised(x, y, *, free_slope):
    """The same maximum by a general optimiser: deviation 1 of the intercept from 0, a half of the slope from 1."""

    def loss(parameters):
        a, b = parameters[0], parameters[1] if free_slope else 1.0
        eta = a + b * x
        return np.logaddexp(0, eta).sum() - y @ eta + a**2 / 2 + (b - 1) ** 2 / (2 * 0.25)

    found = minimize(loss, [0.0, 1.0], method="BFGS", options={"gtol": 1e-9}).x
    return found[0], found[1] if free_slope else 1.0


@pytest.mark.parametrize(("kind", "free_slope"), [("intercept", False), ("intercept and slope", True)])
@pytest.mark.parametrize("classes", ["both", "one", "separated"])
def test_a_refit_is_the_maximum_of_likelihood_times_prior(kind, free_slope, classes):
    rng = np.random.default_rng(3)
    p = expit(rng.normal(size=30))
    y = {"both": rng.random(30) < p, "one": np.zeros(30), "separated": p > 0.5}[classes].astype(int)
    drawn = (np.arange(30) < 12).astype(float)[None]
    a, b = penalised(logit(p[:12]), y[:12], free_slope=free_slope)
    np.testing.assert_allclose(recalibrated(p, y, drawn, kind=kind)[0], expit(a + b * logit(p)), atol=1e-5)


@pytest.mark.parametrize("kind", ["intercept", "intercept and slope"])
def test_nobody_drawn_changes_nothing(kind):
    p = np.array([0.1, 0.4, 0.9])
    assert recalibrated(p, np.array([1, 0, 1]), np.zeros((1, 3)), kind=kind)[0] == pytest.approx(p)


@pytest.mark.parametrize("kind", ["intercept", "intercept and slope"])
def test_only_the_outcomes_of_local_patients_are_read(kind):
    rng = np.random.default_rng(4)
    p, y = rng.uniform(0.1, 0.9, 40), rng.integers(0, 2, 40)
    drawn = (rng.random((20, 40)) < 0.3).astype(float)
    found = recalibrated(p, y, drawn, kind=kind)
    for draw in range(20):
        flipped = np.where(drawn[draw] > 0, y, 1 - y)
        np.testing.assert_allclose(recalibrated(p, flipped, drawn[[draw]], kind=kind)[0], found[draw])
