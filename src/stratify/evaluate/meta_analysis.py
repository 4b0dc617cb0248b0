"""Random-effects meta-analysis: what cohorts say together, and what the next cohort may show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

Floats = NDArray[np.float64]

GRID = 200
"""Values of the heterogeneity variance tried before the best is refined: the likelihood can have several maxima."""

SMALLEST_STEP = 1e-8
"""Lowest value tried above zero, as a share of the largest."""


@dataclass(frozen=True)
class MetaAnalysis:
    """The mean of true values that differ between cohorts, and by how much they differ."""

    mean: float
    """The weighted mean; NaN for no cohort."""

    variance: float
    """Of the mean, after Hartung and Knapp, never below the usual one; NaN for fewer than two cohorts."""

    tau2: float
    """Variance of the true values between cohorts (REML); NaN for fewer than two cohorts."""

    q: float
    """Cochran's Q, with k − 1 degrees of freedom; NaN for fewer than two cohorts."""

    i2: float
    """Share of the variation between the estimates that is not sampling error, from `tau2`; between 0 and 1."""

    weights: Floats
    """Shape (k,): adding up to 1."""

    @property
    def k(self) -> int:
        """Number of cohorts."""
        return self.weights.size

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Give the interval of the mean, from Student's t with k − 1 degrees of freedom.

        Parameters
        ----------
        level
            Coverage.

        Returns
        -------
        (float, float)
            NaN for fewer than two cohorts.
        """
        return self._around(self.variance, self.k - 1, level)

    def prediction_interval(self, level: float = 0.95) -> tuple[float, float]:
        """Give the interval in which the true value of a new cohort lies, from Student's t with k − 2.

        The variance is that of the mean plus `tau2` (doi:10.1111/j.1467-985X.2008.00552.x, with the variance of the
        mean as in doi:10.1002/sim.7140). It takes `tau2` as known: simulated, with eight cohorts of very different
        size, it holds 86 % to 94 % of new cohorts, fewest where the heterogeneity is small against the sampling error.

        Parameters
        ----------
        level
            Coverage.

        Returns
        -------
        (float, float)
            NaN for fewer than three cohorts.
        """
        return self._around(self.variance + self.tau2, self.k - 2, level)

    def p_value(self) -> float:
        """Test the mean against zero, two-sided, by the same t; NaN for fewer than two cohorts."""
        if self.k < 2:
            return np.nan
        return float(2 * student.sf(abs(self.mean) / np.sqrt(self.variance), self.k - 1))

    def _around(self, variance: float, degrees: int, level: float) -> tuple[float, float]:
        if degrees < 1:
            return np.nan, np.nan
        reach = float(student.ppf((1 + level) / 2, degrees) * np.sqrt(variance))
        return self.mean - reach, self.mean + reach


def random_effects(values: ArrayLike, variances: ArrayLike) -> MetaAnalysis:
    """Pool estimates of independent cohorts whose true values differ.

    The model is y_i ~ N(θ_i, v_i), θ_i ~ N(μ, τ²); τ² maximises the restricted likelihood. The variance of the mean is
    that of Hartung and Knapp: the usual 1 / Σw_i, w_i = 1 / (v_i + τ²), times q = Σ w_i (y_i − μ)² / (k − 1), here
    with q no smaller than 1. Without that floor a few estimates that happen to agree give an interval narrower than
    one that ignores heterogeneity altogether, and the coverage falls short where cohorts are few and of very
    different size, as here (doi:10.1186/s12874-015-0091-1); with it the interval is somewhat too wide where the
    cohorts do not differ.

    Parameters
    ----------
    values : array of float, shape (k,)
        Estimates, on a scale on which they are near normal (log odds of an AUROC, a difference).
    variances : array of float, shape (k,)
        Their sampling variances; positive.

    Returns
    -------
    MetaAnalysis

    Raises
    ------
    ValueError
        A value is not finite, or a variance not positive.
    """
    y, v = np.asarray(values, dtype=float), np.asarray(variances, dtype=float)
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise ValueError(f"values must be finite and variances positive, found {y.tolist()} and {v.tolist()}")
    if y.size < 2:
        mean = float(y[0]) if y.size else np.nan
        return MetaAnalysis(mean, np.nan, np.nan, np.nan, np.nan, np.ones(y.size))
    tau2 = reml(y, v)
    w = 1 / (v + tau2)
    mean = np.average(y, weights=w)
    scale = max(1.0, float(w @ (y - mean) ** 2) / (y.size - 1))
    plain = 1 / v
    q = float(plain @ (y - np.average(y, weights=plain)) ** 2)
    typical = (y.size - 1) * plain.sum() / (plain.sum() ** 2 - plain @ plain)
    return MetaAnalysis(float(mean), scale / float(w.sum()), tau2, q, float(tau2 / (tau2 + typical)), w / w.sum())


def reml(values: Floats, variances: Floats) -> float:
    """Estimate the variance between cohorts by restricted maximum likelihood.

    Parameters
    ----------
    values : array of float, shape (k,)
        Estimates, at least two.
    variances : array of float, shape (k,)
        Their sampling variances; positive.

    Returns
    -------
    float
        0 or above.
    """
    largest = 10 * float(((values - values.mean()) ** 2).sum())
    if not largest > 0:
        return 0.0
    grid = np.r_[0.0, np.geomspace(SMALLEST_STEP * largest, largest, GRID)]
    best = int(np.argmax(_restricted_log_likelihood(grid, values, variances)))
    bounds = grid[max(0, best - 1)], grid[min(GRID, best + 1)]
    refined = minimize_scalar(
        lambda tau2: -_restricted_log_likelihood(np.array([tau2]), values, variances)[0],
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-10 * largest},
    ).x
    candidates = np.array([0.0, refined])
    return float(candidates[np.argmax(_restricted_log_likelihood(candidates, values, variances))])


def _restricted_log_likelihood(tau2: Floats, values: Floats, variances: Floats) -> Floats:
    """Give the restricted log likelihood at several heterogeneity variances, without its constant."""
    total = variances + tau2[:, None]
    weights = 1 / total
    mean = (weights @ values) / weights.sum(axis=1)
    squares = np.vecdot(weights, (values - mean[:, None]) ** 2)
    return np.asarray(-0.5 * (np.log(total).sum(axis=1) + np.log(weights.sum(axis=1)) + squares))
