"""Probabilities as log odds, the scale on which models are compared."""

import numpy as np
from scipy.special import logit

SMALLEST_PROBABILITY = 1e-15


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Turn probabilities into log odds, with 0 and 1 kept finite.

    Parameters
    ----------
    probability : ndarray, shape (n,)
        In [0, 1].

    Returns
    -------
    ndarray, shape (n,)
        Natural logarithm of p / (1 - p), within ±34.5.
    """
    return np.asarray(logit(np.clip(probability, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)))
