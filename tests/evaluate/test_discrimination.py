import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from stratify.evaluate.discrimination import auprc, auroc, components, delong, paired_delong

ONES = np.ones((1, 6))
Y = np.array([0, 0, 0, 1, 1, 1])


def patients(seed=0, n=40, digits=1):
    rng = np.random.default_rng(seed)
    y = np.r_[0, 0, 1, 1, rng.integers(0, 2, n - 4)]
    return y, np.round(rng.normal(size=n) + y, digits), rng


@given(st.integers(0, 10_000), st.integers(0, 2))
def test_weighted_areas_agree_with_scikit_learn(seed, digits):
    y, score, rng = patients(seed, digits=digits)
    weights = np.vstack([np.ones(y.size), rng.poisson(1, size=(3, y.size)) + (np.arange(y.size) < 4)])
    for row, weight in enumerate(weights):
        assert auroc(y, score, weights)[row] == pytest.approx(roc_auc_score(y, score, sample_weight=weight), abs=1e-12)
        expected = average_precision_score(y, score, sample_weight=weight)
        assert auprc(y, score, weights)[row] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("score", "expected"),
    [([1, 2, 3, 4, 5, 6], 1), ([6, 5, 4, 3, 2, 1], 0), ([1, 1, 1, 1, 1, 1], 0.5), ([1, 2, 4, 3, 5, 6], 8 / 9)],
)
def test_auroc_by_hand(score, expected):
    assert auroc(Y, np.array(score, dtype=float), ONES)[0] == pytest.approx(expected)


def test_auprc_of_perfect_and_constant_scores():
    assert auprc(Y, np.arange(6.0), ONES)[0] == 1
    assert auprc(Y, np.zeros(6), ONES)[0] == 0.5


def test_a_random_score_has_half_on_average():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 50)
    values = [auroc(y, rng.normal(size=50), np.ones((1, 50)))[0] for _ in range(300)]
    assert np.mean(values) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("measure", [auroc, auprc])
def test_ranks_are_all_that_counts(measure):
    y, score, rng = patients()
    order = rng.permutation(y.size)
    ones = np.ones((1, y.size))
    assert measure(y, np.exp(3 * score), ones) == pytest.approx(measure(y, score, ones), abs=1e-12)
    assert measure(y[order], score[order], ones) == pytest.approx(measure(y, score, ones), abs=1e-12)


@pytest.mark.parametrize("measure", [auroc, auprc])
def test_a_draw_of_one_class_is_undefined(measure):
    weights = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 1, 1, 1, 1, 0]], dtype=float)
    assert np.isnan(measure(Y, np.arange(6.0), weights)).tolist() == [True, True, False]


def test_nobody_is_undefined():
    nobody = np.empty(0)
    assert np.isnan(auroc(nobody.astype(int), nobody, np.ones((2, 0)))).all()


def slow_delong_variance(y, score):
    """Structural components from all pairs."""
    wins = (score[y == 1][:, None] > score[y == 0]) + 0.5 * (score[y == 1][:, None] == score[y == 0])
    return np.var(wins.mean(axis=1), ddof=1) / wins.shape[0] + np.var(wins.mean(axis=0), ddof=1) / wins.shape[1]


@pytest.mark.parametrize("seed", range(5))
def test_delong_agrees_with_all_pairs(seed):
    y, score, _ = patients(seed)
    found = delong(y, score)
    assert found.auroc == pytest.approx(roc_auc_score(y, score), abs=1e-12)
    assert found.variance == pytest.approx(slow_delong_variance(y, score), abs=1e-12)


def test_delong_by_hand():
    """Positives 2 and 4, negatives 1 and 3: of positives 1/2 and 1 are right, of negatives 1 and 1/2."""
    found = delong(np.array([0, 1, 0, 1]), np.array([1.0, 2.0, 3.0, 4.0]))
    assert found.auroc == 0.75
    assert found.variance == pytest.approx(0.125 / 2 + 0.125 / 2)
    assert found.interval() == pytest.approx((0.75 - 1.959963984540054 * 0.125**0.5, 1.0))


def test_delong_has_no_interval_where_the_classes_are_separated_or_too_small():
    assert np.isnan(delong(Y, np.arange(6.0)).interval()).all()
    one = delong(np.array([0, 0, 1]), np.array([1.0, 3.0, 2.0]))
    assert one.auroc == 0.5
    assert np.isnan(one.interval()).all()
    assert np.isnan(delong(np.ones(3), np.arange(3.0)).auroc)


def slow_paired_variance(y, first, second):
    """DeLong's covariance matrix of the two areas, from all pairs; variance of their difference."""
    wins = [
        (score[y == 1][:, None] > score[y == 0]) + 0.5 * (score[y == 1][:, None] == score[y == 0])
        for score in (first, second)
    ]
    positive = np.cov([one.mean(axis=1) for one in wins]) / (y == 1).sum()
    negative = np.cov([one.mean(axis=0) for one in wins]) / (y == 0).sum()
    contrast = np.array([1, -1])
    return contrast @ (positive + negative) @ contrast


def paired(y, first, second):
    return paired_delong(components(y, first), components(y, second))


@pytest.mark.parametrize("seed", range(5))
def test_paired_delong_agrees_with_all_pairs(seed):
    y, first, rng = patients(seed)
    second = np.round(first + rng.normal(size=y.size), 1)
    found = paired(y, first, second)
    assert found.difference == pytest.approx(roc_auc_score(y, first) - roc_auc_score(y, second), abs=1e-12)
    assert found.variance == pytest.approx(slow_paired_variance(y, first, second), abs=1e-12)
    assert found.p_value() == pytest.approx(paired(y, second, first).p_value())


def test_paired_delong_agrees_with_the_bootstrap_in_a_large_cohort():
    y, first, rng = patients(3, n=1500, digits=6)
    second = first + rng.normal(size=y.size)
    weights = rng.multinomial(y.size, np.full(y.size, 1 / y.size), size=600).astype(float)
    drawn = auroc(y, first, weights) - auroc(y, second, weights)
    assert paired(y, first, second).variance ** 0.5 == pytest.approx(drawn.std(), rel=0.1)


def test_the_paired_test_keeps_its_level():
    """Two equally good scores that share half of what they know differ at 5 % in 5 % of cohorts."""
    rng, y = np.random.default_rng(0), np.repeat([0, 1], [60, 40])
    p_values = []
    for _ in range(600):
        common = y + rng.normal(size=y.size)
        p_values.append(paired(y, *(common + rng.normal(size=(2, y.size)))).p_value())
    assert 0.03 <= np.mean(np.array(p_values) < 0.05) <= 0.07


def test_equal_ranks_and_small_classes_have_no_paired_interval():
    same = paired(Y, np.arange(6.0), np.exp(np.arange(6.0)))
    assert (same.difference, same.variance) == (0, 0)
    one = paired(np.array([0, 0, 1]), np.array([1.0, 3.0, 2.0]), np.array([1.0, 2.0, 3.0]))
    assert one.difference == -0.5
    none = paired(np.ones(3, dtype=int), np.arange(3.0), np.arange(3.0))
    assert np.isnan(none.difference)
    for found in (same, one, none):
        assert np.isnan([*found.interval(), found.p_value()]).all()
