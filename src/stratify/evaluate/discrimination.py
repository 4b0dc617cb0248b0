"""How well a score ranks patients: area under the ROC curve, average precision, DeLong's interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Components = tuple[Floats, Floats]


def auroc(y: Labels, score: Floats, weights: Floats) -> Floats:
    """Estimate the probability that a positive patient scores higher than a negative one; ties count half.

    Parameters
    ----------
    y : array of 0 and 1, shape (n,)
        The class.
    score : array of float, shape (n,)
        Higher means the positive class. Finite.
    weights : array of float, shape (draws, n)
        How often each patient counts in each draw; one row of ones for the plain estimate.

    Returns
    -------
    array of float, shape (draws,)
        Between 0 and 1; NaN in a draw that lacks one of the classes.

    Examples
    --------
    >>> auroc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]), np.ones((1, 4)))
    array([0.75])
    """
    positive, negative = weights[:, y == 1], weights[:, y == 0]
    wins = np.vecdot(positive @ _ahead(y, score), negative)
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    return np.divide(wins, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)


def auprc(y: Labels, score: Floats, weights: Floats) -> Floats:
    """Estimate average precision: the mean precision over positive patients, from the highest score down.

    A step-wise sum without interpolation. A score that knows nothing has the event rate, not 0.5; values of cohorts
    with different event rates cannot be compared.

    Parameters
    ----------
    y, score, weights
        As for `auroc`.

    Returns
    -------
    array of float, shape (draws,)
        Between 0 and 1; NaN in a draw without both classes.
    """
    positive, negative = _class_weights(y, -score, weights)
    found = np.cumsum(positive, axis=1)
    called = found + np.cumsum(negative, axis=1)
    precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
    total = found[:, -1]
    defined = (total > 0) & (called[:, -1] > total)
    return np.divide(np.vecdot(positive, precision), total, out=np.full(len(weights), np.nan), where=defined)


def _class_weights(y: Labels, score: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Sum each class's weight over the patients of one score value, from the lowest value up."""
    if not y.size:
        return np.zeros((len(weights), 1)), np.zeros((len(weights), 1))
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)
    sorted_weights, label = weights[:, order], y[order]
    every = np.add.reduceat(sorted_weights, starts, axis=1)
    positive = np.add.reduceat(sorted_weights * label, starts, axis=1)
    return positive, every - positive


@dataclass(frozen=True)
class DeLong:
    """An AUROC with DeLong's variance."""

    auroc: float
    """Between 0 and 1; NaN without both classes."""

    variance: float
    """Of the AUROC; NaN with fewer than two patients in a class."""

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Give the normal interval, cut at 0 and 1.

        Where a score separates the classes the variance is zero and says nothing of the uncertainty: NaN then.

        Parameters
        ----------
        level
            Coverage.

        Returns
        -------
        (float, float)
        """
        return _normal_interval(self.auroc, self.variance, level, lowest=0.0)


def _normal_interval(value: float, variance: float, level: float, *, lowest: float) -> tuple[float, float]:
    """Give the normal interval, cut at the lowest possible value and 1; NaN where the variance is zero or unknown."""
    if not variance > 0:
        return np.nan, np.nan
    reach = norm.ppf((1 + level) / 2) * np.sqrt(variance)
    return max(lowest, value - reach), min(1.0, value + reach)


def delong(y: Labels, score: Floats) -> DeLong:
    """Estimate the AUROC and its variance from structural components.

    The component of a patient is the share of the other class that they are ranked correctly against; the variance
    sums that of both classes' components over their sizes (doi:10.2307/2531595). Computed from all pairs.

    Parameters
    ----------
    y : array of 0 and 1, shape (n,)
        The class.
    score : array of float, shape (n,)
        Higher means the positive class. Finite.

    Returns
    -------
    DeLong
    """
    of_positive, of_negative = components(y, score)
    area = float(of_positive.mean()) if of_positive.size and of_negative.size else np.nan
    return DeLong(area, _variance_of_mean(of_positive, of_negative))


@dataclass(frozen=True)
class PairedDeLong:
    """The AUROCs of two scores on the same patients, and DeLong's variance of their difference."""

    first: float
    """AUROC of the first score; NaN without both classes."""

    second: float
    """AUROC of the second score; likewise."""

    variance: float
    """Of first minus second; NaN with fewer than two patients in a class."""

    @property
    def difference(self) -> float:
        """First minus second."""
        return self.first - self.second

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Give the normal interval of the difference; NaN where the variance is zero (equal ranks) or unknown.

        Parameters
        ----------
        level
            Coverage.

        Returns
        -------
        (float, float)
        """
        return _normal_interval(self.difference, self.variance, level, lowest=-1.0)

    def p_value(self) -> float:
        """Test the difference against zero, two-sided; NaN where the variance is zero or unknown."""
        if not self.variance > 0:
            return np.nan
        return float(2 * norm.sf(abs(self.difference) / np.sqrt(self.variance)))


def paired_delong(first: Components, second: Components) -> PairedDeLong:
    """Compare the AUROCs of two scores on the same patients.

    The variance of the difference is that of the differences of the patients' components: DeLong's covariance of the
    two areas (doi:10.2307/2531595) without its matrix. Two scores that rank alike have variance zero, which says
    nothing where both separate the classes.

    Parameters
    ----------
    first, second
        From `components`, of the same patients in the same order.

    Returns
    -------
    PairedDeLong
    """
    if not (first[0].size and first[1].size):
        return PairedDeLong(np.nan, np.nan, np.nan)
    variance = _variance_of_mean(first[0] - second[0], first[1] - second[1])
    return PairedDeLong(float(first[0].mean()), float(second[0].mean()), variance)


def components(y: Labels, score: Floats) -> Components:
    """Give of each patient the share of the other class that they are ranked correctly against.

    Parameters
    ----------
    y : array of 0 and 1, shape (n,)
        The class.
    score : array of float, shape (n,)
        Higher means the positive class. Finite.

    Returns
    -------
    (array of float, array of float)
        Of the positive and of the negative patients, in their order; NaN where the other class is empty. The mean of
        either is the AUROC.
    """
    ahead = _ahead(y, score)
    if not ahead.size:
        return np.full(ahead.shape[0], np.nan), np.full(ahead.shape[1], np.nan)
    return ahead.mean(axis=1), ahead.mean(axis=0)


def _ahead(y: Labels, score: Floats) -> Floats:
    """Compare every positive patient (rows) with every negative one: 1 ranked ahead, a half tied, 0 behind.

    For cohorts of up to some thousand patients all pairs at once are faster than sorting.
    """
    positive, negative = score[y == 1][:, None], score[y == 0]
    return np.asarray((positive > negative) + (positive == negative) / 2)


def _variance_of_mean(of_positive: Floats, of_negative: Floats) -> float:
    if min(of_positive.size, of_negative.size) < 2:
        return np.nan
    return float(of_positive.var(ddof=1) / of_positive.size + of_negative.var(ddof=1) / of_negative.size)
