"""Repair probabilities on a few patients of a new hospital."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from stratify.log_odds import log_odds
from stratify.logistic import NormalPrior, fit_logistic

Floats = NDArray[np.float64]

PRIOR = NormalPrior(intercept=0.0, intercept_deviation=1.0, slope=1.0, slope_deviation=0.5)
"""What is expected before any local patient is seen: the probabilities as they are. A standard deviation of 1 lets the
odds of a hospital be off by a factor of seven (two deviations); one of 0.5 the slope lie between 0 and 2. It is worth
about as much as four patients at a probability of one half (their information on an intercept is 4 · ¼ = 1)."""

KINDS = {"intercept": 1.0, "intercept and slope": None}
"""What is refitted, and the slope that is given."""


def recalibrated(probability: Floats, y: NDArray[np.int64], drawn: Floats, *, kind: str) -> Floats:
    """Refit the log odds on local patients, once a draw.

    In logit P(y = 1) = a + b · logit p, the intercept a and, unless only that is refitted, the slope b maximise the
    likelihood of the local patients times `PRIOR`, so that there is an estimate however few they are, of one class or
    separated. With nobody drawn the probabilities stay as they are.

    Parameters
    ----------
    probability : array of float, shape (n,)
        Probability of the positive class.
    y : array of 0 and 1, shape (n,)
        The class; read of the local patients alone.
    drawn : array of 0 and 1, shape (draws, n)
        Who the local patients are in each draw.
    kind
        One of `KINDS`.

    Returns
    -------
    array of float, shape (draws, n)
        Probabilities of all patients by each draw's refit.
    """
    x = log_odds(probability)
    fit = fit_logistic(x, y, drawn, slope=KINDS[kind], prior=PRIOR, start=(PRIOR.intercept, PRIOR.slope))
    return np.asarray(expit(fit.intercept[:, None] + fit.slope[:, None] * x))
