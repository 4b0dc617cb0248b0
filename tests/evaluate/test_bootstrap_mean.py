import numpy as np
import pytest

from stratify.evaluate.bootstrap_mean import bootstrap_mean
from stratify.evaluate.cohort import cohorts_of
from stratify.evaluate.comparisons import comparisons
from stratify.evaluate.discrimination import delong
from stratify.evaluate.performance import performance

PLACE = ["model", "cohort", "role", "subgroup", "metric"]


def test_the_mean_of_each_draw_by_hand():
    parts = [np.array([0.6, 0.5, 0.7]), np.array([0.9, 0.8, 1.0])]
    assert bootstrap_mean(parts) == pytest.approx([0.75, 0.65, 0.85])
    assert bootstrap_mean(parts, [3, 1]) == pytest.approx([0.675, 0.575, 0.775])


def test_a_draw_without_a_class_is_drawn_again_alike_for_both_scores():
    one, other = np.array([0.6, np.nan, 0.5, 0.7]), np.array([0.4, np.nan, 0.1, 0.2])
    still = np.array([0.5, 0.5, 0.5, 0.5])
    assert bootstrap_mean([one, still]) == pytest.approx([0.55, 0.5, 0.5, 0.6])
    difference = bootstrap_mean([one - other, still - still])
    assert difference == pytest.approx(bootstrap_mean([one, still]) - bootstrap_mean([other, still]))


@pytest.mark.parametrize("parts", [[], [np.array([0.6, 0.5])]])
def test_one_cohort_is_no_mean(parts):
    assert np.isnan(bootstrap_mean(parts)).all()


@pytest.fixture(scope="module")
def tables(held_out_study):
    study = held_out_study
    settings = {"study_id": "toy", "study": study.study, "draws": 2000}
    measured = performance(study.predictions, study.tuning, study.splits, **settings).set_index(PLACE)
    compared = comparisons(study.predictions, study.splits, **settings)
    return measured.sort_index(), compared.set_index(["model", "comparator", *PLACE[1:]]).sort_index()


def resampled(rng, score, other, y, draws=4000):
    """AUROC difference of two scores in bootstrap samples of one cohort, drawn patient by patient."""
    found = []
    while len(found) < draws:
        who = rng.integers(0, y.size, y.size)
        if 0 < y[who].sum() < y.size:
            found.append(delong(y[who], score[who]).auroc - delong(y[who], other[who]).auroc)
    return np.array(found)


def test_every_cohort_counts_the_same_and_the_interval_comes_from_patients(tables, held_out_study):
    rng, exact, draws = np.random.default_rng(5), [], []
    for name in ["east", "far", "tiny"]:
        rows = held_out_study.of("elastic_net", name)
        y, score = rows["y"].to_numpy(), rows["score"].to_numpy()
        exact.append(delong(y, score).auroc)
        draws.append(resampled(rng, score, np.zeros(y.size), y) + 0.5)
    row = tables[0].loc[("elastic_net", "mean_of_cohorts", "external", "all", "auroc")]
    assert row["estimate"] == pytest.approx(np.mean(exact))
    assert row[["low", "high"]].tolist() == pytest.approx(np.percentile(np.mean(draws, axis=0), [2.5, 97.5]), abs=0.015)
    found = tables[0].loc[("elastic_net", "mean_of_cohorts", "external", "all")]
    assert found.loc["cohorts_pooled", "estimate"] == 3
    losses = [held_out_study.of("elastic_net", name) for name in ["east", "far", "tiny", "healthy"]]
    losses = [((rows["y"] - rows["probability"]) ** 2).mean() for rows in losses]
    assert found.loc["brier", "estimate"] == pytest.approx(np.mean(losses))


@pytest.mark.parametrize("place", ["mean_of_cohorts", "weighted_mean"])
def test_a_difference_of_means_is_bootstrapped_with_the_same_patients_on_both_sides(tables, held_out_study, place):
    rng, exact, draws, n = np.random.default_rng(6), [], [], []
    for name in ["east", "far", "tiny"]:
        one, other = (held_out_study.of(model, name) for model in ("elastic_net", "lightgbm"))
        y, scores = one["y"].to_numpy(), [rows["score"].to_numpy() for rows in (one, other)]
        exact.append(delong(y, scores[0]).auroc - delong(y, scores[1]).auroc)
        draws.append(resampled(rng, *scores, y))
        n.append(y.size)
    weights = n if place == "weighted_mean" else None
    row = tables[1].loc[("elastic_net", "lightgbm", place, "external", "all", "auroc")]
    expected = np.percentile(np.average(draws, axis=0, weights=weights), [2.5, 97.5])
    assert row["difference"] == pytest.approx(np.average(exact, weights=weights))
    assert row[["low", "high"]].tolist() == pytest.approx(expected, abs=0.02)
    assert row["method"].endswith("bootstrap over patients within cohorts")
    assert (row["p_value"] < 0.05) == (row["low"] > 0 or row["high"] < 0)


def test_cohorts_of_one_size_are_drawn_independently(make_held_out):
    study = make_held_out(sizes=dict.fromkeys(["north", "east", "far"], 40))
    one, other = cohorts_of(study.predictions, study.splits, seed=1, draws=50)
    assert (one.weights[1:] != other.weights[1:]).any(axis=1).all()
