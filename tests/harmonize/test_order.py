"""Whose measurements are whose: two tables of one cohort, and the order of the rows of one."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from stratify.harmonize.findings.order import modalities_disagree, sorted_by_value
from stratify.harmonize.modality import harmonize_modality
from stratify.synthetic import make_cohort

N_FEATURES = 40


def table(values, namespace, samples=None):
    features, n = values.shape
    columns = samples if samples is not None else [f"d:{number}" for number in range(n)]
    named = pd.DataFrame(values.astype("float32"), columns=columns)
    named.insert(0, "feature", [f"{namespace}.S{number}" for number in range(features)])
    return named


def two_scorings(n, seed, noise=0.7):
    """Scores of overlapping gene sets, twice, with noise: rank correlation 0.65 where the noise is 0.7."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(N_FEATURES, 6)) @ rng.normal(size=(6, n))
    truth /= truth.std(axis=1, keepdims=True)
    return [truth + noise * rng.normal(size=truth.shape) for _ in range(2)]


@pytest.fixture
def kinds(modality):
    def of(first="score", second="score"):
        return {"one": modality(unit=first, namespace="ssgsea"), "two": modality(unit=second, namespace="mean")}

    return of


def found(first, second, modalities):
    return list(modalities_disagree({"one": table(first, "ssgsea"), "two": table(second, "mean")}, modalities))


@pytest.mark.parametrize("n", [10, 25, 107, 300])
def test_rows_in_another_order_than_identifiers_are_found(n, kinds):
    first, second = two_scorings(n, seed=n)
    (finding,) = found(first, second[:, np.argsort(second[3])], kinds())
    assert (finding.finding, finding.severity, finding.n, finding.column) == ("modalities_disagree", "error", n, "two")
    assert f"the same {n} samples" in finding.detail
    assert f"over {N_FEATURES} features" in finding.detail
    assert finding.detail.endswith("are the rows of one of the files in another order than its identifiers?")


def test_the_correlation_in_the_message_is_that_of_scipy(kinds):
    first, second = two_scorings(60, seed=1)
    second = np.roll(second, 7, axis=1)
    expected = np.median([spearmanr(*rows).statistic for rows in zip(first, second, strict=True)])
    (finding,) = found(first, second, kinds())
    assert f"median rank correlation {expected:.2f} over" in finding.detail


def test_two_hundred_honest_cohorts_agree(kinds):
    rng = np.random.default_rng(20)
    sizes = rng.integers(10, 200, size=200)
    wrong = [n for seed, n in enumerate(sizes) if found(*two_scorings(int(n), seed), kinds())]
    assert wrong == []


@pytest.mark.parametrize("transform", [np.exp, lambda values: -values, lambda values: np.round(values, 1)])
def test_another_scale_or_direction_is_agreement(transform, kinds):
    first, second = two_scorings(40, seed=2)
    assert found(first, transform(second), kinds()) == []


@pytest.mark.parametrize(
    ("first", "second", "compared"),
    [
        ("log2_tpm", "counts", True),
        ("zscore", "zscore", True),
        ("log2_tpm", "copy_number_level", False),
        ("score", "fraction", False),
    ],
)
def test_only_measurements_of_one_kind_are_compared(first, second, compared, kinds):
    one, other = two_scorings(40, seed=3)
    assert bool(found(one, other[:, ::-1], kinds(first, second))) == compared


@pytest.mark.parametrize("short", [{"n": 9}, {"features": 19}], ids=["samples", "features"])
def test_too_little_is_not_compared(short, kinds):
    one, other = (side[: short.get("features")] for side in two_scorings(short.get("n", 30), seed=4))
    assert found(one, other[:, ::-1], kinds()) == []


def test_samples_and_features_known_on_one_side_only_are_left_out(kinds):
    first, second = two_scorings(40, seed=5)
    second = second[:, ::-1].copy()
    first[:, 3], second[0, 7], second[1] = np.nan, np.nan, 4.0
    (finding,) = found(first, second, kinds())
    assert finding.n == 39
    assert f"over {N_FEATURES - 2} features" in finding.detail


def in_order_of(row, values):
    return pd.DataFrame(values[:, np.argsort(values[row])], index=[f"x.{number}" for number in range(len(values))])


def test_samples_in_the_order_of_a_feature():
    rng = np.random.default_rng(0)
    values = in_order_of(2, rng.normal(size=(5, 30)))
    for written in (values, values.iloc[:, ::-1]):
        (finding,) = sorted_by_value("m", written)
        assert (finding.finding, finding.severity, finding.n, finding.column) == ("sorted_by_value", "error", 30, "m")
        assert "in the order of x.2:" in finding.detail


@pytest.mark.parametrize(
    "change",
    [
        lambda values: values.iloc[:, [1, 0, *range(2, 30)]],
        lambda values: values.clip(upper=np.sort(values.loc["x.2"])[15]),
        lambda values: values.iloc[:, :19],
        lambda values: values.mask(values == values.loc["x.2"].min()),
    ],
    ids=["two exchanged", "few distinct values", "few samples", "one missing"],
)
def test_what_is_not_sorted(change):
    values = in_order_of(2, np.random.default_rng(0).normal(size=(5, 30)))
    assert list(sorted_by_value("m", change(values))) == []


def test_infinite_values_are_not_judged_here():
    values = in_order_of(0, np.random.default_rng(0).normal(size=(2, 30)))
    assert list(sorted_by_value("m", values.assign(**{"0": np.inf, "1": np.inf}))) == []


def test_the_order_is_that_of_the_file_among_samples_of_the_cohort(modality):
    """The clinical table has another order, and the file also holds a stranger who breaks the sequence."""
    rng = np.random.default_rng(1)
    samples = [f"s{number:02}" for number in range(30)]
    raw = pd.DataFrame(rng.normal(size=(4, 30)), index=list("ABCD"), columns=samples)
    raw = raw.sort_values("C", axis="columns").set_axis(samples, axis="columns")
    raw.insert(10, "stranger", 99.0)
    keys = pd.Series([f"d:{name}" for name in samples], index=samples).sample(frac=1, random_state=0)
    findings = harmonize_modality(raw.astype("float32"), modality(), "expression", keys, "d").findings
    assert [each.detail.split(":")[0][-6:] for each in findings if each.finding == "sorted_by_value"] == ["gene.C"]


def test_synthetic_cohorts_are_in_nobodys_order():
    cohorts = [make_cohort(30, n_genes=12, seed=seed) for seed in range(20)]
    tables = [measured for cohort in cohorts for measured in cohort.measurements.values()]
    assert tables
    assert [finding for measured in tables for finding in sorted_by_value("m", measured)] == []
