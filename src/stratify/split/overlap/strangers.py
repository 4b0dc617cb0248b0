"""How much of their mutations two strangers share, given how many each has."""

import numpy as np
from scipy.special import expit, logit

PRIOR = 10.0
"""Patients' worth of weight that a gene's frequency over all cancer types has within one type."""

STEEPEST, STEPS = 60.0, 60

__all__ = ["log_chance", "logit", "pooled_frequency", "tendencies"]


def pooled_frequency(mutated: np.ndarray, members: np.ndarray) -> np.ndarray:
    r"""Estimate how often each gene is mutated in one cancer type.

    With :math:`c_g` of :math:`N` patients mutated, :math:`c_{gs}` of the :math:`n_s` of type :math:`s`:
    :math:`f_g = (c_g + 1) / (N + 2)` and :math:`f_{gs} = (c_{gs} + 10 f_g) / (n_s + 10)`, so that a rare type leans on
    all, and a gene that only one pair has is not taken for rarer than the number of patients can show.

    Parameters
    ----------
    mutated : ndarray of bool, shape (n_patients, n_genes)
        Everyone compared.
    members : ndarray of bool, shape (n_patients,)
        Who has the type.

    Returns
    -------
    ndarray, shape (n_genes,)
        Between 0 and 1, both excluded.
    """
    overall = (mutated.sum(axis=0) + 1) / (len(mutated) + 2)
    return (mutated[members].sum(axis=0) + PRIOR * overall) / (members.sum() + PRIOR)


def tendencies(burdens: np.ndarray, frequency: np.ndarray) -> np.ndarray:
    r"""Find each patient's own tendency to mutations.

    Gene :math:`g` is mutated in patient :math:`i` with log odds :math:`a_i + \operatorname{logit} f_g`; :math:`a_i` is
    such that the expected number of mutated genes is the observed one. So two hypermutated strangers are expected to
    share much.

    Parameters
    ----------
    burdens : ndarray of int, shape (n_patients,)
        Mutated genes of each patient.
    frequency : ndarray, shape (n_genes,)
        As `pooled_frequency` gives.

    Returns
    -------
    ndarray, shape (n_patients,)
        The :math:`a_i`, between -60 and 60.
    """
    values, counts = np.unique(frequency, return_counts=True)
    low, high = np.full(len(burdens), -STEEPEST), np.full(len(burdens), STEEPEST)
    for _ in range(STEPS):
        middle = (low + high) / 2
        few = expit(middle[:, np.newaxis] + logit(values)) @ counts < burdens
        low, high = np.where(few, middle, low), np.where(few, high, middle)
    return (low + high) / 2


def log_chance(log_odds: np.ndarray, information: np.ndarray, amount: np.ndarray) -> np.ndarray:
    r"""Bound the chance that a stranger shares so much of a patient's mutations.

    Of the patient's genes :math:`g`, each with information :math:`w_g`, the stranger has each with probability
    :math:`q_g`, independently. Chernoff's bound holds for every :math:`t \ge 0`; the least over a grid is taken:

    .. math:: \ln P\Big(\sum_g w_g X_g \ge s\Big) \le \sum_g \ln(1 - q_g + q_g e^{t w_g}) - t s

    Parameters
    ----------
    log_odds : ndarray, shape (n_strangers, n_genes)
        Log odds of the :math:`q_g`.
    information : ndarray, shape (n_genes,)
        The :math:`w_g`.
    amount : ndarray, shape (n_strangers,)
        The :math:`s`.

    Returns
    -------
    ndarray, shape (n_strangers,)
        Natural logarithm; at most 0.
    """
    log_q, log_rest = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
    least = np.zeros(len(log_odds))
    for slope in np.geomspace(0.02, STEEPEST, STEPS):
        bound = np.logaddexp(log_rest, log_q + slope * information).sum(axis=1) - slope * amount
        least = np.minimum(least, bound)
    return least
