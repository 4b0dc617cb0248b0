from itertools import product

import numpy as np
import pytest
from scipy.special import expit, logit

from stratify.split.overlap.strangers import log_chance, pooled_frequency, tendencies


def exact_chance(probability, information, amount):
    """Add up the chances of every set of genes that holds enough information."""
    total = 0.0
    for has in product([0, 1], repeat=len(probability)):
        if np.dot(has, information) >= amount - 1e-9:
            total += np.prod(np.where(has, probability, 1 - probability))
    return total


@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_above_the_exact_chance_and_near_it(seed):
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0.01, 0.4, 10)
    information = -np.log(rng.uniform(0.01, 0.4, 10))
    for n_shared in range(3, 11):
        amount = information[rng.permutation(10)[:n_shared]].sum()
        exact = np.log(exact_chance(probability, information, amount))
        bound = log_chance(logit(probability)[np.newaxis], information, np.array([amount])).item()
        assert exact - 1e-9 <= bound <= min(exact + 3.0, 0.0)


def test_who_shares_everything_has_the_product_of_all_chances():
    probability, information = np.array([0.1, 0.02, 0.3]), np.array([2.0, 4.0, 1.0])
    bound = log_chance(logit(probability)[np.newaxis], information, information.sum(keepdims=True))
    assert bound.item() == pytest.approx(np.log(0.1 * 0.02 * 0.3), abs=1e-6)
    assert log_chance(logit(probability)[np.newaxis], information, np.array([0.0])).item() == 0.0


def test_a_tendency_gives_the_observed_number_of_mutated_genes():
    frequency = np.random.default_rng(0).beta(0.5, 20, 3_000).clip(1e-3)
    burdens = np.array([1, 40, 150, 1_500])
    expected = expit(tendencies(burdens, frequency)[:, np.newaxis] + logit(frequency)).sum(axis=1)
    np.testing.assert_allclose(expected, burdens, rtol=1e-6)


def test_a_frequency_of_a_rare_type_leans_on_all():
    mutated = np.zeros((38, 2), dtype=bool)
    mutated[[0, 1, 2], 0] = True
    members = np.arange(38) < 2
    overall = np.array([4 / 40, 1 / 40])
    np.testing.assert_allclose(pooled_frequency(mutated, members), (np.array([2, 0]) + 10 * overall) / 12)


def test_strangers_are_as_rare_as_the_bound_says():
    """Drawn from the very model, at most a share p of strangers has a bound below p."""
    rng = np.random.default_rng(1)
    frequency = rng.beta(0.6, 12, 300).clip(0.004)
    tendency = rng.normal(0, 1, 4_000)
    genes = rng.random(300) < expit(logit(frequency) + 1)
    log_odds = logit(frequency[genes]) + tendency[:, np.newaxis]
    has = rng.random(log_odds.shape) < expit(log_odds)
    chance = np.exp(log_chance(log_odds, -np.log(frequency[genes]), has @ -np.log(frequency[genes])))
    for level in (0.2, 0.05, 0.01):
        assert (chance < level).mean() <= level
    assert (chance < 0.2).any()
