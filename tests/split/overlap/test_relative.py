import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from stratify.split.overlap.profiles import match_profiles
from stratify.split.overlap.relative import relative_correlation, stand_out

GENES = [f"gene.G{number:04d}" for number in range(1_000)]


def profiles(n, name, seed, *, factors=12, strength=0.4):
    """Draw transcriptomes: a shape they share, some programmes of genes, and what is each one's own."""
    rng, shared = np.random.default_rng(seed), np.random.default_rng(99)
    shape, loadings = shared.normal(6, 2, (len(GENES), 1)), shared.normal(0, strength, (len(GENES), factors))
    values = shape + loadings @ rng.normal(size=(factors, n)) + 0.5 * rng.normal(size=(len(GENES), n))
    return pd.DataFrame(values, index=GENES, columns=[f"{name}:{number}" for number in range(n)]).astype("float32")


def of_another_laboratory(values, seed):
    """Quantify with another reference: each gene higher or lower, steeper or flatter, and noise."""
    rng = np.random.default_rng(seed)
    shift, slope = rng.normal(0, 1.5, (len(values), 1)), rng.uniform(0.6, 1.4, (len(values), 1))
    return (values * slope + shift + rng.normal(0, 0.2, values.shape)).astype("float32")


@pytest.fixture
def two_sources():
    """Forty patients each, ten of them in both."""
    first = profiles(40, "a", 0)
    shared = first.iloc[:, :10].rename(columns=lambda patient: f"b:{patient}")
    second = of_another_laboratory(pd.concat([profiles(30, "b", 1), shared], axis="columns"), 2)
    return first, second


def twins(pairs):
    return set(pairs[["first", "second"]].itertuples(index=False, name=None))


TEN = {(f"a:{number}", f"b:a:{number}") for number in range(10)}


def test_a_sample_worked_up_by_another_laboratory_is_found(two_sources):
    pairs = match_profiles(*two_sources)
    assert twins(pairs) == TEN
    assert (pairs["fields"] == "1000 features relative to each cohort").all()


def test_values_relative_to_the_cohort_are_compared(two_sources):
    first, second = two_sources
    scores = second.sub(second.mean(axis=1), axis=0).div(second.std(axis=1), axis=0)
    assert twins(match_profiles(first, scores)) == TEN
    assert twins(match_profiles(first, second.rank(axis=1))) == TEN


def test_the_correlation_is_of_ranks_within_each_cohort(two_sources):
    first, second = two_sources
    ranks = [np.apply_along_axis(rankdata, 1, table.to_numpy()) for table in (first, second)]
    expected = np.corrcoef(ranks[0][:, 3], ranks[1][:, 33])[0, 1]
    assert relative_correlation(first, second)[3, 33] == pytest.approx(expected, abs=1e-5)


def test_strangers_are_not_found_even_where_features_repeat_each_other():
    for programmes in ({"factors": 12}, {"factors": 2, "strength": 1.5}):
        first, second = profiles(60, "a", 3, **programmes), profiles(60, "b", 4, **programmes)
        assert not stand_out(relative_correlation(first, second)).any()
    # With two programmes some strangers correlate highly, and so do very many.
    assert (relative_correlation(first, second) > 0.8).sum() > 20


def test_in_a_small_cohort_a_rank_says_too_little(two_sources):
    first, second = two_sources
    assert np.isnan(relative_correlation(first.iloc[:, :9], second)).all()
    assert match_profiles(first.iloc[:, :9], second).empty


def test_patients_of_one_rare_cancer_type_are_no_twins():
    """Strangers of a type of which there is one in each cohort: apart from all others in the same way."""
    rare = np.random.default_rng(5).normal(0, 10, len(GENES))
    first, second = profiles(40, "a", 6), of_another_laboratory(profiles(40, "b", 7), 8)
    first["a:0"] += rare
    second["b:0"] += rare
    types = tuple(pd.Series(0, index=table.columns) for table in (first, second))
    for one in types:
        one.iloc[0] = 1
    assert twins(match_profiles(first, second)) == {("a:0", "b:0")}
    assert match_profiles(first, second, types=types).empty


def test_flat_and_missing_correlations_are_no_pairs():
    assert not stand_out(np.full((3, 4), np.nan)).any()
    assert stand_out(np.array([[0.05, -0.05, 0.1], [0.9999, 0.02, np.nan]])).tolist() == [
        [False] * 3,
        [True, False, False],
    ]
