"""Whether probabilities can be taken at their word: Brier score, observed against expected, slope and intercept."""

import numpy as np
from numpy.typing import NDArray

from stratify.log_odds import log_odds
from stratify.logistic import fit_logistic

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def brier(y: Labels, probability: Floats, weights: Floats) -> Floats:
    """Average the squared distance between probability and outcome; lower is better.

    Parameters
    ----------
    y : array of 0 and 1, shape (n,)
        The class.
    probability : array of float, shape (n,) or (draws, n)
        Predicted probability of the positive class; may differ by draw.
    weights : array of float, shape (draws, n)
        How often each patient counts in each draw.

    Returns
    -------
    array of float, shape (draws,)
        Between 0 and 1.
    """
    return weighted_mean((y - probability) ** 2, weights)


def observed_expected(y: Labels, probability: Floats, weights: Floats) -> Floats:
    """Divide the number of events observed by the number the probabilities add up to.

    Parameters
    ----------
    y, probability, weights
        As for `brier`.

    Returns
    -------
    array of float, shape (draws,)
        1 is right on average; above 1 the probabilities are too low.
    """
    expected = _sums(probability, weights)
    return np.divide(weights @ y, expected, out=np.full(len(weights), np.nan), where=expected > 0)


def calibration_slope(y: Labels, probability: Floats, weights: Floats) -> Floats:
    """Regress the outcome on the predicted log odds: b in logit P(y = 1) = a + b · logit p.

    Parameters
    ----------
    y, probability, weights
        As for `brier`.

    Returns
    -------
    array of float, shape (draws,)
        1 is right; below 1 the probabilities are too extreme (overfitted). NaN where the probabilities separate the
        classes or are all the same.
    """
    x = log_odds(probability)
    plain = fit_logistic(x, y)
    start = (plain.intercept[0], plain.slope[0]) if np.isfinite(plain.slope[0]) else None
    return fit_logistic(x, y, weights, start=start).slope


def calibration_intercept(y: Labels, probability: Floats, weights: Floats) -> Floats:
    """Measure calibration in the large: a in logit P(y = 1) = a + logit p, the slope held at 1.

    This is the intercept with the predicted log odds as offset, not that of the regression behind the slope.

    Parameters
    ----------
    y, probability, weights
        As for `brier`.

    Returns
    -------
    array of float, shape (draws,)
        0 is right; above 0 the probabilities are too low. NaN in a draw of one class.
    """
    return fit_logistic(log_odds(probability), y, weights, slope=1.0).intercept


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Average over patients in each draw.

    Parameters
    ----------
    values : array of float, shape (n,) or (draws, n)
    weights : array of float, shape (draws, n)

    Returns
    -------
    array of float, shape (draws,)
        NaN in a draw without patients.
    """
    total = weights.sum(axis=1)
    return np.divide(_sums(values, weights), total, out=np.full(len(weights), np.nan), where=total > 0)


def _sums(values: Floats, weights: Floats) -> Floats:
    return np.asarray(np.vecdot(weights, values) if values.ndim > 1 else weights @ values)
