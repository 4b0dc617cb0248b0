"""How sure an estimate is: resampling patients, percentiles of the draws, Wilson's interval of a share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]

DRAWS = 2000
"""Bootstrap draws behind every interval and p-value."""

MAX_UNDEFINED = 0.05
"""An interval is not given where the quantity is undefined in a larger share of the draws."""


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval; NaN where it cannot be estimated."""

    value: float
    low: float = np.nan
    high: float = np.nan
    undefined: int = 0
    """Draws in which the quantity was undefined (one class missing, classes separated)."""


def resample(n: int, seed: int | list[int], draws: int = DRAWS) -> Floats:
    """Draw patients with replacement, as often as there are patients.

    Parameters
    ----------
    n
        Number of patients.
    seed
        Seed of the draws.
    draws
        Number of draws.

    Returns
    -------
    array of float, shape (1 + draws, n)
        How often each patient counts. The first row is the cohort itself: all ones, so that a statistic of these
        weights gives the estimate first and its bootstrap distribution after.
    """
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    return np.vstack([np.ones(n), drawn])


def percentile(values: Floats) -> Estimate:
    """Summarise a statistic of `resample`'s weights by its value and 95 % percentile interval.

    Parameters
    ----------
    values : array of float, shape (1 + draws,)
        The estimate, then the draws; NaN where undefined.

    Returns
    -------
    Estimate
        Without interval where over 5 % of the draws are undefined: percentiles of the others would flatter.
    """
    draws = values[1:]
    undefined = int(np.isnan(draws).sum())
    if np.isnan(values[0]) or undefined > MAX_UNDEFINED * draws.size:
        return Estimate(float(values[0]), undefined=undefined)
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Estimate(float(values[0]), float(low), float(high), undefined)


def two_sided_p(differences: Floats) -> float:
    """Test a difference against zero from its bootstrap distribution.

    Twice the smaller share of draws on either side of zero, the estimate itself counted with each side: at odds with
    zero exactly where the percentile interval is, and never below 2 / (draws + 1).

    Parameters
    ----------
    differences : array of float, shape (1 + draws,)
        The estimate, then the draws; NaN where undefined.

    Returns
    -------
    float
        Between 0 and 1; NaN where the estimate is, or where over 5 % of the draws are undefined.
    """
    draws = differences[1:][~np.isnan(differences[1:])]
    if np.isnan(differences[0]) or draws.size < (1 - MAX_UNDEFINED) * (differences.size - 1):
        return np.nan
    smaller = min(np.sum(draws <= 0), np.sum(draws >= 0))
    return float(min(1.0, 2 * (smaller + 1) / (draws.size + 1)))


def wilson(events: float, n: float, level: float = 0.95) -> Estimate:
    """Give a share with Wilson's score interval (doi:10.1080/01621459.1927.10502953).

    Parameters
    ----------
    events
        Patients with the event; may be an average over repetitions.
    n
        Patients; likewise.
    level
        Coverage.

    Returns
    -------
    Estimate
        NaN throughout for no patients.
    """
    if n == 0:
        return Estimate(np.nan)
    share, z = events / n, float(norm.ppf((1 + level) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    low, high = np.clip(centre - reach, 0.0, share), np.clip(centre + reach, share, 1.0)  # rounding may pass the share
    return Estimate(share, float(low), float(high))
