import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from stratify.split.overlap.mutations import match_mutations

EXOME, PANEL = 4_000, 350


def frequencies(n_genes):
    """Draw how often each gene is mutated: a few drivers, and many genes seldom."""
    rare = np.random.default_rng(7).beta(0.8, 40, n_genes).clip(0.002)
    rare[:6] = [0.5, 0.4, 0.3, 0.25, 0.2, 0.2]
    return rare


def strangers(n, name, seed, n_genes=EXOME, hypermutated=0):
    """Draw patients; the last ones have mutations in some 40 % of all genes."""
    rng = np.random.default_rng(seed)
    tendency = rng.normal(-0.5, 1, n)
    tendency[n - hypermutated :] = 4.5
    mutated = rng.random((n, n_genes)) < expit(logit(frequencies(n_genes)) + tendency[:, np.newaxis])
    genes = [f"mut.G{number}" for number in range(n_genes)]
    return pd.DataFrame(mutated.T, index=genes, columns=[f"{name}:{k}" for k in range(n)]).astype("float32")


def called_again(patients, name, seed, differ):
    """Lose a share of the calls, and make as many others, often where others have them."""
    rng = np.random.default_rng(seed)
    again = patients.to_numpy() > 0
    weight = frequencies(len(patients)) / frequencies(len(patients)).sum()
    for column in again.T:
        called = np.flatnonzero(column)
        others = rng.choice(len(column), rng.binomial(len(called), differ), replace=False, p=weight)
        column[called[rng.random(len(called)) < differ]] = False
        column[others] = True
    columns = [f"{name}:{patient}" for patient in patients]
    return pd.DataFrame(again, index=patients.index, columns=columns).astype("float32")


def names(pairs):
    return set(pairs[["first", "second"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("differ", [0.05, 0.15])
def test_people_with_two_exomes_are_found_and_strangers_are_not(differ):
    first = strangers(80, "a", 0, hypermutated=8)
    people = first.iloc[:, 50:]
    second = pd.concat([strangers(60, "b", 1, hypermutated=6), called_again(people, "b", 2, differ)], axis="columns")
    assert names(match_mutations(first, second)) == {(patient, f"b:{patient}") for patient in people}


def test_panels_say_too_little_of_most_and_nothing_wrong():
    """A panel finds those with many mutations; its misses are known, and it lists no stranger."""
    first = strangers(300, "a", 3, PANEL)
    people = first.iloc[:, 200:]
    second = pd.concat([strangers(200, "b", 4, PANEL), called_again(people, "b", 5, 0.05)], axis="columns")
    found = names(match_mutations(first, second))
    assert found <= {(patient, f"b:{patient}") for patient in people}
    burdens = (people > 0).sum()
    assert set(burdens.index[burdens >= 20]) <= {one for one, _ in found}
    assert not {one for one, _ in found} & set(burdens.index[burdens < 5])


def test_hypermutated_strangers_share_half_their_genes_by_chance():
    first, second = (strangers(60, name, seed, 600, hypermutated=40) for name, seed in (("a", 1), ("b", 2)))
    one, other = first.iloc[:, -1] > 0, second.iloc[:, -1] > 0
    assert (one & other).sum() / one.sum() > 0.5
    assert match_mutations(first, second).empty


def test_the_same_common_drivers_are_no_evidence():
    first, second = strangers(80, "a", 1, PANEL), strangers(80, "b", 2, PANEL)
    for table in (first, second):
        table.iloc[:, 0] = 0.0
        table.iloc[:6, 0] = 1.0
    assert match_mutations(first, second).empty


def test_the_deviation_is_the_share_of_information_that_differs():
    first = strangers(30, "a", 1)
    second = pd.concat([strangers(30, "b", 2), called_again(first[["a:4"]], "b", 3, 0.15)], axis="columns")
    pair = match_mutations(first, second).iloc[0]
    everyone = pd.concat([first, second], axis="columns") > 0
    overall = (everyone.sum(axis=1) + 1) / (61 + 2)
    information = -np.log((everyone.sum(axis=1) + 10 * overall) / (61 + 10))
    one, other = first["a:4"] > 0, second["b:a:4"] > 0
    assert pair["deviation"] == pytest.approx(1 - information[one & other].sum() / information[one | other].sum())
    n_both, n_either = (one & other).sum(), (one | other).sum()
    assert pair["detail"].startswith(f"{n_both} of {n_either} mutated genes in both, by chance in 1 of 10^")
    assert pair["fields"] == f"mutations of {EXOME} genes"


def test_which_cohort_is_first_how_they_are_ordered_and_counts_change_nothing():
    first = strangers(30, "a", 1)
    second = pd.concat([strangers(30, "b", 2), called_again(first.iloc[:, :5], "b", 3, 0.1)], axis="columns")
    pairs = match_mutations(first, second)
    assert len(pairs) == 5
    pd.testing.assert_frame_equal(pairs, match_mutations(first.iloc[::-1, ::-1] * 3, second.sample(frac=1)))
    swapped = match_mutations(second, first).rename(columns={"first": "second", "second": "first"})
    pd.testing.assert_frame_equal(pairs, swapped.sort_values(["first", "second"], ignore_index=True)[pairs.columns])


def test_within_a_cohort_each_pair_counts_once():
    cohort = strangers(40, "a", 1, hypermutated=5)
    assert match_mutations(cohort, cohort, within=True).empty
    cohort = pd.concat([cohort, called_again(cohort[["a:7"]], "a", 2, 0.1)], axis="columns")
    assert names(match_mutations(cohort, cohort, within=True)) == {("a:7", "a:a:7")}


def test_only_one_cancer_type_is_compared():
    first = strangers(30, "a", 1)
    second = pd.concat([strangers(30, "b", 2), called_again(first.iloc[:, :4], "b", 3, 0.1)], axis="columns")
    types = pd.Series(0, index=first.columns), pd.Series(0, index=second.columns)
    types[0]["a:0"], types[1]["b:a:1"] = 1, -1
    assert names(match_mutations(first, second, types=types)) == {("a:2", "b:a:2"), ("a:3", "b:a:3")}
    assert match_mutations(first, second, types=(types[0], types[1] * 0 + 5)) is None


def test_nothing_in_common_is_not_compared():
    first, second = strangers(20, "a", 1), strangers(20, "b", 2)
    assert match_mutations(first, second.rename(index=lambda gene: f"{gene}x")) is None
    assert match_mutations(first, second[[]]) is None
    assert match_mutations(first, second.where(second > 0)) is None
    nobody_mutated = match_mutations(first * 0, second * 0)
    assert nobody_mutated.empty
