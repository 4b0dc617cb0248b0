"""Logistic regression on one variable, for many data sets at once: calibration and univariate association use it."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

TOLERANCE = 1e-8
"""Newton stops once a step changes no coefficient by more; the step after would be of the order of its square."""

ITERATIONS = 100
TINY = 1e-300
BLOCK = 2**16
"""Numbers worked on at a time, so that intermediate arrays stay in the processor's cache."""


@dataclass(frozen=True)
class NormalPrior:
    """Coefficients that are expected before the data are seen: independent, normal.

    Its logarithm joins the likelihood, which penalises the squared distance from what is expected; every data set then
    has one finite estimate, however few its observations.
    """

    intercept: float
    """Expected intercept."""

    intercept_deviation: float
    """Its standard deviation: the smaller, the stronger the penalty."""

    slope: float
    """Expected slope."""

    slope_deviation: float
    """Its standard deviation."""


@dataclass(frozen=True)
class LogisticFit:
    """Coefficients of logit P(y = 1) = intercept + slope · x, one of each for every data set.

    A data set that has no finite estimate (see `separated`) or on which Newton's method did not settle has NaN
    throughout.
    """

    intercept: Floats
    """Shape (n_sets,), on the log-odds scale."""

    slope: Floats
    """Shape (n_sets,), log odds ratio per unit of x."""

    slope_error: Floats
    """Shape (n_sets,), standard error of `slope` from the Fisher information; NaN where the slope was given."""

    log_likelihood: Floats
    """Shape (n_sets,), penalised where the fit was."""


def fit_logistic(
    x: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    slope: ArrayLike | None = None,
    firth: bool = False,
    prior: NormalPrior | None = None,
    start: tuple[float, float] | None = None,
) -> LogisticFit:
    """Fit a logistic regression with one variable to each of many data sets.

    Rows of `x` or of `weights` make the data sets: many variables on the same patients, or many resamples of the
    patients for the same variable. Newton's method, with a step halved where it overshoots the maximum.

    Parameters
    ----------
    x : array of float, shape (n_sets, n) or (n,)
        The variable, without missing values and of moderate scale (standardised, or a log odds). What stands where
        the weight is 0 does not matter.
    y : array of 0 and 1, shape (n,)
        The class.
    weights : array of float, shape (n_sets, n) or (n,), optional
        How often each observation counts; 0 leaves it out. All count once where not given.
    slope : array of float, shape (n_sets,) or scalar, optional
        Hold the slope at these values and estimate the intercept only: with `x` a predicted log odds and a slope
        of 1, this is a model with that offset.
    firth : bool
        Maximise the likelihood times the square root of the determinant of the Fisher information: finite estimates
        even where the classes are separated (Firth 1993, doi:10.1093/biomet/80.1.27). Weights must then be 0 or 1.
    prior : NormalPrior, optional
        Maximise the likelihood times this prior: finite estimates whatever the data.
    start : (float, float), optional
        Intercept and slope to start from.

    Returns
    -------
    LogisticFit

    Examples
    --------
    The odds are 1 to 3 without and 3 to 1 with the trait: an odds ratio of nine.

    >>> fit = fit_logistic([0, 0, 0, 0, 1, 1, 1, 1], [1, 0, 0, 0, 1, 1, 1, 0])
    >>> round(float(np.exp(fit.slope[0])), 6)
    9.0
    """
    x, y, weights = _arrays(x, y, weights)
    n_sets = max(len(x), len(weights))
    given = None if slope is None else np.broadcast_to(np.asarray(slope, dtype=float), (n_sets,))
    fit = LogisticFit(*(np.full(n_sets, np.nan) for _ in fields(LogisticFit)))
    estimable = _estimable(x, y, weights, firth=firth, slope_given=given is not None)
    rows = np.flatnonzero(estimable | (prior is not None))
    size = max(1, BLOCK // max(1, y.size))
    for block in np.split(rows, range(size, rows.size, size)):
        likelihood = _Likelihood(_rows(x, block), y, _rows(weights, block), firth, prior)
        part = _fit_block(likelihood, block.size, None if given is None else given[block], start)
        for field in fields(LogisticFit):
            getattr(fit, field.name)[block] = getattr(part, field.name)
    return fit


def separated(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None) -> Bools:
    """Find the data sets in which a threshold on `x` separates the classes, so that no finite estimate exists.

    True also where `x` is constant and where only one class is present: both leave the slope undetermined.

    Parameters
    ----------
    x, y, weights
        As for `fit_logistic`.

    Returns
    -------
    array of bool, shape (n_sets,)
    """
    x, y, weights = _arrays(x, y, weights)
    low, high = {}, {}
    for label in (0, 1):
        present = weights[:, y == label] > 0
        values = x[:, y == label]
        low[label] = np.where(present, values, np.inf).min(axis=1, initial=np.inf)
        high[label] = np.where(present, values, -np.inf).max(axis=1, initial=-np.inf)
    return (high[0] <= low[1]) | (high[1] <= low[0])


def _arrays(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    labels = np.asarray(y, dtype=float)
    weights = np.ones(labels.size) if weights is None else np.asarray(weights, dtype=float)
    return np.atleast_2d(np.asarray(x, dtype=float)), labels, np.atleast_2d(weights)


def _rows(array: Floats, rows: NDArray[np.intp]) -> Floats:
    return array[rows] if len(array) > 1 else array


def _estimable(x: Floats, y: Floats, weights: Floats, *, firth: bool, slope_given: bool) -> Bools:
    both = ((weights @ y > 0) & (weights @ (1 - y) > 0)) | firth
    if slope_given:
        return np.broadcast_to(both, (max(len(x), len(weights)),))
    if not firth:
        return ~separated(x, y, weights)
    present = weights > 0
    spread = np.where(present, x, -np.inf).max(axis=1) > np.where(present, x, np.inf).min(axis=1)
    return np.asarray(spread)


def _fit_block(
    likelihood: "_Likelihood", n_sets: int, given: Floats | None, start: tuple[float, float] | None
) -> LogisticFit:
    a = np.full(n_sets, 0.0 if start is None else start[0])
    b = np.full(n_sets, 0.0 if start is None else start[1]) if given is None else given.copy()
    if start is None and given is None:
        a += likelihood.log_odds()
    point, settled = _newton(likelihood, a, b, given is not None)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(point.aa / point.determinant) if given is None else np.nan
    values = (point.a, point.b, error, point.log_likelihood)
    return LogisticFit(*(np.where(settled, value, np.nan) for value in values))


@dataclass(frozen=True)
class _Likelihood:
    x: Floats
    y: Floats
    weights: Floats
    firth: bool
    prior: NormalPrior | None

    def log_odds(self) -> Floats:
        """Log odds of the positive class, shrunk so that it is finite."""
        positive = (self.weights @ self.y + 0.5) / (self.weights.sum(axis=1) + 1)
        return np.asarray(np.log(positive / (1 - positive)))

    def at(self, a: Floats, b: Floats) -> "_Point":
        eta = a[:, None] + b[:, None] * self.x
        with np.errstate(over="ignore"):
            p = 1 / (1 + np.exp(-eta))
        information = self.weights * p * (1 - p)
        weighted = information * self.x
        aa, ab, bb = information.sum(axis=1), weighted.sum(axis=1), np.vecdot(weighted, self.x)
        residual = self.weights * (self.y - p)
        log_likelihood = np.vecdot(self.weights, (self.y - 1) * eta + np.log(np.maximum(p, TINY)))
        if self.firth:
            determinant = aa * bb - ab**2
            log_likelihood = log_likelihood + 0.5 * np.log(determinant)
            leverage = information * (bb[:, None] - 2 * ab[:, None] * self.x + aa[:, None] * self.x**2)
            residual = residual + leverage / determinant[:, None] * (0.5 - p)
        score_a, score_b = residual.sum(axis=1), np.vecdot(residual, self.x)
        if self.prior:
            precise = self.prior.intercept_deviation**-2, self.prior.slope_deviation**-2
            away = a - self.prior.intercept, b - self.prior.slope
            log_likelihood = log_likelihood - (precise[0] * away[0] ** 2 + precise[1] * away[1] ** 2) / 2
            score_a, score_b = score_a - precise[0] * away[0], score_b - precise[1] * away[1]
            aa, bb = aa + precise[0], bb + precise[1]
        return _Point(a, b, log_likelihood, score_a, score_b, aa, ab, bb)


@dataclass(frozen=True)
class _Point:
    """A place on the likelihood of every data set: coefficients, score, and Fisher information."""

    a: Floats
    b: Floats
    log_likelihood: Floats
    score_a: Floats
    score_b: Floats
    aa: Floats
    ab: Floats
    bb: Floats

    @property
    def determinant(self) -> Floats:
        return self.aa * self.bb - self.ab**2

    def newton_step(self, slope_given: bool) -> tuple[Floats, Floats]:
        if slope_given:
            return self.score_a / self.aa, np.zeros_like(self.a)
        return (
            (self.bb * self.score_a - self.ab * self.score_b) / self.determinant,
            (self.aa * self.score_b - self.ab * self.score_a) / self.determinant,
        )


def _newton(likelihood: _Likelihood, a: Floats, b: Floats, slope_given: bool) -> tuple[_Point, Bools]:
    """Climb to the maximum of every data set; also say which got there.

    A step has overshot where the likelihood is lower at its end, or falls there at over half the rate at which it rose
    at the start (such steps can go back and forth for ever). It is halved.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        here = likelihood.at(a, b)
        step_a, step_b = here.newton_step(slope_given)
        for _ in range(ITERATIONS):
            there = likelihood.at(here.a + step_a, here.b + step_b)
            rise = here.score_a * step_a + here.score_b * step_b
            small = np.maximum(np.abs(step_a), np.abs(step_b)) < TOLERANCE
            climbed = there.log_likelihood >= here.log_likelihood - TOLERANCE
            overshot = ~(climbed & (there.score_a * step_a + there.score_b * step_b >= -rise / 2)) & ~small
            here = _choose(overshot, here, there)
            next_a, next_b = here.newton_step(slope_given)
            step_a = np.where(overshot, step_a / 2, next_a)
            step_b = np.where(overshot, step_b / 2, next_b)
            if small.all():
                break
        return here, small & np.isfinite(here.a) & np.isfinite(here.b)


def _choose(old: Bools, here: _Point, there: _Point) -> _Point:
    if not old.any():
        return there
    return _Point(*(np.where(old, getattr(here, one.name), getattr(there, one.name)) for one in fields(_Point)))
