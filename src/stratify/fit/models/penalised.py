"""Logistic regression with a ridge penalty and bounds for each coefficient of its own."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, minimize
from scipy.special import expit, logit
from sklearn.exceptions import ConvergenceWarning

Floats = NDArray[np.float64]

STEEPEST_AT_OPTIMUM = 1e-5


@dataclass(frozen=True)
class Ridge:
    """What is asked of the coefficients, the intercept apart.

    Parameters
    ----------
    penalty : ndarray, shape (n_features,)
        Half of it times the squared coefficient is added to the negative log likelihood (a sum over patients): the
        inverse variance of a normal prior around 0.
    lower, upper : ndarray, shape (n_features,)
        Bounds; infinite where there is none.
    """

    penalty: Floats
    lower: Floats
    upper: Floats


def fit_penalised(
    X: Floats, y: Floats, ridge: Ridge, offset: Floats | float = 0.0, weights: Floats | float = 1.0
) -> tuple[float, Floats]:
    """Find the one optimum, by bounded quasi-Newton steps (L-BFGS-B).

    The intercept is neither penalised nor bounded, so the (weighted) mean predicted probability is the share of
    positives.

    Parameters
    ----------
    X : ndarray of float, shape (n_samples, n_features)
        Columns of moderate scale.
    y : ndarray of 0 and 1, shape (n_samples,)
        Both must occur.
    ridge
        Penalties and bounds.
    offset : ndarray, shape (n_samples,), or float
        Added to the log odds.
    weights : ndarray, shape (n_samples,), or float
        How often each patient counts in the likelihood; above 0.

    Returns
    -------
    intercept : float
    coefficients : ndarray, shape (n_features,)
    """
    n = len(y)

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        intercept, slopes = coefficients[0], coefficients[1:]
        log_odds = offset + intercept + X @ slopes
        residual = weights * (expit(log_odds) - y)
        value = (weights * np.logaddexp(0, log_odds)).sum() - (weights * y) @ log_odds + 0.5 * ridge.penalty @ slopes**2
        return value / n, np.append(residual.sum(), X.T @ residual + ridge.penalty * slopes) / n

    start = np.zeros(X.shape[1] + 1)
    start[0] = logit((weights * y).mean() / np.mean(weights))
    bounds = Bounds(np.append(-np.inf, ridge.lower), np.append(np.inf, ridge.upper))
    options = {"maxiter": 10_000, "maxfun": 20_000, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-9}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    downhill = np.clip(found.x - found.jac, bounds.lb, bounds.ub) - found.x
    if not np.abs(downhill).max() <= STEEPEST_AT_OPTIMUM:
        warnings.warn(f"the coefficients did not settle: {found.message}", ConvergenceWarning, stacklevel=2)
    return float(found.x[0]), found.x[1:]
