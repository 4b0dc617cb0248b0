import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from stratify.split.overlap.profiles import match_profiles

GENES = [f"gene.G{number:03d}" for number in range(700)]


def profiles(n, name, seed, *, between=1.0):
    """Draw profiles that share most of their shape, as transcriptomes do."""
    shape = np.random.default_rng(99).normal(6, 2, len(GENES))
    values = shape[:, np.newaxis] + between * np.random.default_rng(seed).normal(size=(len(GENES), n))
    return pd.DataFrame(values, index=GENES, columns=[f"{name}:{number}" for number in range(n)]).astype("float32")


def measured_again(values, name, seed):
    """Sequence again: noise, another scale, another order of genes, some genes absent."""
    noise = np.random.default_rng(seed).normal(0, 0.05, values.shape)
    again = (2 ** (values + noise) * 3).astype("float32").sample(frac=0.95, random_state=seed)
    return again.rename(columns=lambda patient: f"{name}:again {patient}")


def test_a_profile_measured_again_is_found_and_strangers_are_not():
    first = profiles(60, "a", 0)
    twins = measured_again(first[["a:4", "a:17"]], "b", 1)
    second = pd.concat([profiles(40, "b", 2), twins], axis="columns", join="inner")
    pairs = match_profiles(first, second)
    assert pairs[["first", "second"]].to_numpy().tolist() == [["a:17", "b:again a:17"], ["a:4", "b:again a:4"]]
    assert (pairs["fields"] == "500 features").all()
    assert match_profiles(first, profiles(40, "b", 2)).empty


def test_the_deviation_is_one_minus_spearmans_correlation():
    first = profiles(20, "a", 0).iloc[:120]
    second = measured_again(first[["a:3"]], "b", 1)
    pairs = match_profiles(first, second)
    shared = first.index.intersection(second.index)
    expected = 1 - spearmanr(first.loc[shared, "a:3"], second.loc[shared].iloc[:, 0]).statistic
    assert pairs["deviation"].item() == pytest.approx(expected, abs=1e-12)


def test_a_person_who_is_twice_in_the_first_cohort_is_found_twice():
    first = profiles(30, "a", 0)
    first = pd.concat([first, measured_again(first[["a:3"]], "a", 5)], axis="columns", join="inner")
    pairs = match_profiles(first, measured_again(first[["a:3"]], "b", 6))
    assert pairs["first"].tolist() == ["a:3", "a:again a:3"]


def test_where_everybody_is_alike_nobody_is_a_twin():
    first, second = profiles(30, "a", 0, between=0.1), profiles(30, "b", 1, between=0.1)
    assert spearmanr(first["a:0"], second["b:0"]).statistic > 0.99
    assert match_profiles(first, second).empty


def test_within_a_cohort_each_pair_counts_once():
    cohort = profiles(30, "a", 0)
    assert match_profiles(cohort, cohort, within=True).empty
    twin = cohort[["a:7"]].rename(columns={"a:7": "a:99"})
    cohort = pd.concat([cohort, twin], axis="columns")
    assert match_profiles(cohort, cohort, within=True)[["first", "second"]].to_numpy().tolist() == [["a:7", "a:99"]]


def test_few_shared_features_are_not_compared():
    first = profiles(10, "a", 0)
    assert match_profiles(first, first.iloc[:49]) is None
    unknown = first.copy()
    unknown.iloc[40:, 3] = np.nan
    assert match_profiles(first, unknown) is None
    assert match_profiles(first, first[[]]) is None


def test_a_flat_profile_is_like_nobody():
    first = profiles(10, "a", 0)
    flat = pd.DataFrame({"b:0": np.zeros(len(GENES)), "b:1": np.zeros(len(GENES))}, index=GENES)
    assert match_profiles(first, flat).empty
    assert match_profiles(flat, flat, within=True).empty
