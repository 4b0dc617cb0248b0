import itertools
import time

import numpy as np
import pandas as pd
import pytest

from stratify.split.overlap.chance import matches_by_chance
from stratify.split.overlap.comparison import Comparison
from stratify.split.overlap.fields import FIELDS, FingerprintField
from stratify.split.overlap.fingerprints import match_fingerprints

RARELY = 200
"""Permutations, where the p-value is not looked at."""


def slow_pairs(first, second):
    """Compare patient by patient."""
    for one, other in itertools.product(first.index, second.index):
        if first.loc[one, "clin.cancer_type"] != second.loc[other, "clin.cancer_type"]:
            continue
        apart = [
            abs(first.loc[one, field.column] - second.loc[other, field.column]) / field.tolerance
            for field in FIELDS
            if field.column in first and not np.isnan(first.loc[one, field.column] + second.loc[other, field.column])
        ][:4]
        if len(apart) == 4 and max(apart) <= 1 + 1e-6:
            yield one, other


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_pairs_are_those_of_a_slow_comparison(make_coarse, twice, missing):
    first = make_coarse(90, "a", 0)
    second = pd.concat([make_coarse(30, "b", 1), twice(first[::3], "b", 2)])
    second = second.mask(np.random.default_rng(3).random(second.shape) < missing)
    found = match_fingerprints(first, second, seed=0, permutations=RARELY)
    expected = sorted(slow_pairs(first, second))
    assert len(expected) > 10
    assert list(zip(found.pairs["first"], found.pairs["second"], strict=True)) == expected
    assert found.observed == len({other for _, other in expected})
    assert found.pairs["deviation"].between(0, 1 + 1e-6).all()


def one_value_fields(n):
    return [FingerprintField(f"f{number}", 1.0, outcome=number >= n - 2) for number in range(n)]


def test_expected_by_chance_is_the_mean_over_all_permutations():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 5, (7, 5)).astype(float), rng.integers(0, 5, (5, 5)).astype(float)
    b[2, 4] = np.nan
    fields, strata = one_value_fields(5), (np.zeros(7, dtype=int), np.zeros(5, dtype=int))
    comparison = Comparison(fields, a, b, *strata, within=False)
    every = []
    for order in itertools.permutations(range(5)):
        given = np.concatenate([b[:, :3], b[list(order), 3:]], axis=1)
        known = ~np.isnan(given)
        every.append(
            sum(
                any((np.abs(one - other)[has][:4] <= 1).all() for one in a)
                for other, has in zip(given, known, strict=True)
            )
        )
    drawn = matches_by_chance(comparison, comparison.candidates(), np.random.default_rng(1), 20_000)
    assert 0 < np.mean(every) < 5
    assert drawn.mean() == pytest.approx(np.mean(every), abs=4 * np.std(every) / np.sqrt(20_000))
    assert set(drawn) <= set(every)


def test_strangers_are_found_as_often_as_expected_though_their_outcome_depends_on_baseline(make_patients):
    results = [
        match_fingerprints(
            make_patients(600, "a", seed), make_patients(400, "b", 1000 + seed), seed=seed, permutations=99
        )
        for seed in range(60)
    ]
    observed, expected = sum(result.observed for result in results), sum(result.expected for result in results)
    assert expected > 10
    assert observed == pytest.approx(expected, abs=3.3 * np.sqrt(expected))
    # p <= 0.05 is due in 3 of 60; 9 or more would be a 1 in 500 event.
    assert sum(result.p_value <= 0.05 for result in results) < 9


@pytest.mark.parametrize(("missing", "sensitivity"), [(0.0, 1.0), (0.1, 0.8), (0.2, 0.6)])
def test_people_recorded_twice_are_found(make_patients, twice, missing, sensitivity):
    first, strangers = make_patients(800, "a", 0), make_patients(360, "b", 1)
    twins = twice(first.sample(40, random_state=2), "b", 3, missing=missing)
    found = match_fingerprints(first, pd.concat([strangers, twins]), seed=0)
    matched = set(found.pairs["second"])
    assert len(matched & set(twins.index)) >= sensitivity * 40
    assert len(matched & set(strangers.index)) <= 0.01 * 360
    assert found.expected < 5
    assert found.p_value < 0.001


def test_where_no_outcome_is_shared_another_field_is_shuffled(make_patients, twice):
    first, strangers = make_patients(400, "a", 0), make_patients(200, "b", 1)
    second = pd.concat([strangers, twice(first[:20], "b", 2)])
    rng = np.random.default_rng(4)
    bmi = pd.Series(rng.normal(26, 4, 400), index=first.index)
    second["clin.bmi_kg_per_m2"] = [*rng.normal(26, 4, 200), *bmi[:20]]
    outcomes = ["endpoint.pfs_days", "endpoint.os_days"]
    first = first.assign(**{"clin.bmi_kg_per_m2": bmi}).drop(columns=outcomes)
    found = match_fingerprints(first, second.drop(columns=outcomes), seed=0)
    assert found.observed >= 20
    assert found.expected < 6
    assert found.p_value < 0.001


def test_within_a_cohort_each_pair_of_two_patients_counts_once(make_patients, twice):
    strangers = make_patients(200, "a", 0)
    cohort = pd.concat([strangers, twice(strangers[:5], "a", 1)])
    found = match_fingerprints(cohort, cohort, seed=0, within=True)
    expected = {(f"a:{1001 + number}", f"a:{1 + number}") for number in range(5)}
    pairs = {tuple(sorted(pair)) for pair in found.pairs[["first", "second"]].itertuples(index=False)}
    assert {tuple(sorted(pair)) for pair in expected} <= pairs
    assert len(found.pairs) == len(pairs) < 8
    assert found.observed == len({one for pair in pairs for one in pair})
    assert found.p_value < 0.001
    alone = match_fingerprints(strangers, strangers, seed=0, within=True)
    assert alone.p_value > 0.01


def test_neither_the_order_of_rows_nor_another_call_changes_a_result(make_patients, twice):
    first = make_patients(100, "a", 0)
    second = pd.concat([make_patients(80, "b", 1), twice(first[:10], "b", 2)])
    once = match_fingerprints(first, second, seed=5, permutations=RARELY)
    shuffled = [cohort.sample(frac=1, random_state=8) for cohort in (first, second)]
    again = match_fingerprints(*shuffled, seed=5, permutations=RARELY)
    pd.testing.assert_frame_equal(once.pairs, again.pairs)
    assert (once.expected, once.p_value) == (again.expected, again.p_value)


def test_cancer_types_must_agree_where_both_files_have_them(make_patients, twice):
    first = make_patients(60, "a", 0)
    second = twice(first, "b", 1)
    assert match_fingerprints(first, second, seed=0, permutations=RARELY).observed == 60
    other = second.assign(**{"clin.cancer_type": "bladder"})
    nobody = match_fingerprints(first, other, seed=0, permutations=RARELY)
    assert (nobody.observed, nobody.comparable) == (None, (0, 0))
    untold = second.drop(columns="clin.cancer_type")
    assert match_fingerprints(first, untold, seed=0, permutations=RARELY).observed == 60


def test_too_few_fields_are_not_compared(make_patients):
    first = make_patients(60, "a", 0)
    found = match_fingerprints(first, first.drop(columns=["clin.age_years", "endpoint.os_days"]), seed=0)
    assert found.observed is None
    assert np.isnan([found.expected, found.p_value]).all()
    assert len(found.fields) == 3
    assert found.pairs.empty


@pytest.mark.parametrize(("difference", "same"), [(0.05, True), (0.06, False)])
def test_a_difference_of_just_the_tolerance_is_allowed(make_patients, difference, same):
    first = make_patients(60, "a", 0)
    second = first.assign(**{"clin.albumin_g_per_dl": first["clin.albumin_g_per_dl"] + difference})
    found = match_fingerprints(first, second.rename(lambda name: name.replace("a:", "b:")), seed=0, permutations=RARELY)
    assert found.observed == (60 if same else 0)


def test_thousands_of_patients_take_a_moment(make_patients):
    first, second = make_patients(1500, "a", 0), make_patients(450, "b", 1)
    started = time.perf_counter()
    match_fingerprints(first, second, seed=0)
    assert time.perf_counter() - started < 5
