"""How many patients of two cohorts would look alike if nobody were in both."""

import numpy as np

from stratify.split.overlap.comparison import Comparison

PERMUTATIONS = 1999
"""Enough for a p-value below 0.001; fewer than 1,000 could never give one."""

AT_ONCE = 2_000_000


def matches_by_chance(
    comparison: Comparison, pairs: np.ndarray, generator: np.random.Generator, permutations: int = PERMUTATIONS
) -> np.ndarray:
    """Count the patients with a match when outcomes are given to other patients of the same stratum.

    That leaves the joint distribution of what is known before treatment, and that of the outcomes, as they are in both
    cohorts, and takes away only what a shared person adds: that *both* agree. Shuffling more fields would also take
    away their dependence on each other, which two strangers share as well, and expect too few. People who are shared
    raise the expectation a little (they agree before treatment, and sometimes by chance after it), which errs on the
    safe side. A dependence of outcome on what is known before is in the data and not in the permutations; it is slight
    beside what a tolerance of days lets through. Where no outcome is shared, the last shared field is moved instead.

    Parameters
    ----------
    comparison
        The two cohorts.
    pairs : ndarray of int, shape (2, n_pairs)
        The comparison's candidates.
    generator
        Source of randomness.
    permutations
        Number of permutations.

    Returns
    -------
    ndarray of int, shape (permutations,)
    """
    counts = [np.zeros(0, dtype=int)]
    at_once = max(1, AT_ONCE // max(pairs.shape[1], len(comparison.second)))
    for start in range(0, permutations, at_once):
        order = _orders(comparison.strata_second, min(at_once, permutations - start), generator)
        counts.append(comparison.count(pairs, comparison.agree(pairs, order)))
    return np.concatenate(counts)


def _orders(strata: np.ndarray, n: int, generator: np.random.Generator) -> np.ndarray:
    """Draw `n` permutations of the patients within their strata."""
    order = np.tile(np.arange(len(strata)), (n, 1))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        order[:, members] = generator.permuted(order[:, members], axis=1)
    return order
