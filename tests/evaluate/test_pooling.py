import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from stratify.evaluate.champion import choose_champion
from stratify.evaluate.comparisons import comparisons
from stratify.evaluate.discrimination import delong
from stratify.evaluate.meta_analysis import random_effects
from stratify.evaluate.performance import performance
from stratify.evaluate.pooling import CohortEstimate, pooled, weighted_mean

DRAWS = 60


def measure(study):
    frame = performance(study.predictions, study.tuning, study.splits, study_id="toy", study=study.study, draws=DRAWS)
    return frame.set_index(["model", "cohort", "role", "subgroup", "metric"]).sort_index()


@pytest.fixture(scope="module")
def metrics(held_out_study):
    return measure(held_out_study)


def areas(study, cohorts, model="elastic_net", skip=0):
    found = []
    for name in cohorts:
        rows = study.of(model, name).iloc[skip if name == "west" else 0 :]
        found.append((delong(rows["y"].to_numpy(), rows["score"].to_numpy()), len(rows), rows["y"].sum()))
    return found


@pytest.mark.parametrize(("subgroup", "skip"), [("all", 0), ("without_duplicates", 8)])
def test_random_effects_on_log_odds_without_the_small_cohorts(metrics, held_out_study, subgroup, skip):
    """`tiny` has three events and `healthy` none."""
    exact = areas(held_out_study, ["south", "west", "east", "far"], skip=skip)
    y = np.array([logit(one.auroc) for one, _, _ in exact])
    v = np.array([one.variance / (one.auroc * (1 - one.auroc)) ** 2 for one, _, _ in exact])
    expected = random_effects(y, v)
    found = metrics.loc[("elastic_net", "random_effects", "all", subgroup)]
    mean = expit([expected.mean, *expected.interval()])
    assert found.loc["auroc", ["estimate", "low", "high"]].tolist() == pytest.approx(mean)
    assert "auroc_new_cohort" not in found.index
    assert found.loc["auroc_tau", "estimate"] == pytest.approx(expected.tau2**0.5)
    assert found.loc["cohorts_pooled", "estimate"] == 4
    assert found.loc["auroc", ["n", "n_events"]].tolist() == [sum(n for _, n, _ in exact), sum(e for *_, e in exact)]


def test_the_mean_weighted_by_patients_takes_every_cohort_with_an_auroc(metrics, held_out_study):
    exact = areas(held_out_study, ["east", "far", "tiny"])
    n = np.array([size for _, size, _ in exact])
    mean = n @ [one.auroc for one, _, _ in exact] / n.sum()
    reach = norm.ppf(0.975) * np.sqrt((n / n.sum()) ** 2 @ [one.variance for one, _, _ in exact])
    found = metrics.loc[("elastic_net", "weighted_mean", "external", "all")]
    assert found.loc["auroc", ["estimate", "low", "high"]].tolist() == pytest.approx([mean, mean - reach, mean + reach])
    assert found.loc["auroc", "n"] == 192
    assert found.loc["cohorts_pooled", "estimate"] == 3
    assert found.loc["brier", "n"] == 201


def test_observed_against_expected_is_pooled_on_the_log_scale(metrics, held_out_study):
    logs, variances = [], []
    rng = np.random.default_rng(0)
    for name in ["east", "far"]:
        rows = held_out_study.of("lightgbm", name)
        y, p = rows["y"].to_numpy(), rows["probability"].to_numpy()
        w = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=20_000)
        logs.append(np.log(y.sum() / p.sum()))
        variances.append(np.log((w @ y) / (w @ p)).var())
    expected = random_effects(logs, variances)
    found = metrics.loc[("lightgbm", "random_effects", "external", "all", "observed_expected")]
    assert found["estimate"] == pytest.approx(np.exp(expected.mean), rel=0.02)
    assert np.log(found["high"] / found["low"]) == pytest.approx(np.ptp(expected.interval()), rel=0.1)


def test_a_score_that_ties_everyone_is_shown_not_pooled(metrics):
    found = metrics.loc[("prevalence", "random_effects", "external", "all")]
    assert np.isnan(found.loc["auroc", "estimate"])
    assert found.loc["cohorts_pooled", "estimate"] == 0
    assert metrics.loc[("prevalence", "weighted_mean", "external", "all", "auroc"), "estimate"] == 0.5


def test_one_cohort_of_a_role_has_no_interval_and_two_no_prediction(make_held_out):
    found = measure(make_held_out(sizes={"north": 60, "south": 80, "east": 80}))
    for role in ("internal", "external"):
        row = found.loc[("elastic_net", "random_effects", role, "all", "auroc")]
        assert np.isnan([row["estimate"], row["low"], row["high"]]).all()
        assert np.isnan(found.loc[("elastic_net", "weighted_mean", role, "all", "auroc"), "estimate"])
    both = found.loc[("elastic_net", "random_effects", "all", "all")]
    assert np.isfinite(both.loc["auroc", "low"])


def test_a_new_cohort_is_of_the_training_hospital_or_of_another(make_held_out):
    study = make_held_out(sizes=dict.fromkeys(["north", "east", "far", "near"], 80))
    exact = areas(study, ["east", "far", "near"])
    y = np.array([logit(one.auroc) for one, _, _ in exact])
    v = np.array([one.variance / (one.auroc * (1 - one.auroc)) ** 2 for one, _, _ in exact])
    expected = random_effects(y, v)
    found = measure(study).loc[("elastic_net", "random_effects", "external", "all", "auroc_new_cohort")]
    new = expit([expected.mean, *expected.prediction_interval()])
    assert found[["estimate", "low", "high"]].tolist() == pytest.approx(new)


def test_registries_of_one_hospital_are_one_hospital():
    """Worked by hand: two registries of precision 100 and 50 count as one estimate of precision 150."""
    parts = [
        CohortEstimate(0.3, 0.01, 100, 50, "west"),
        CohortEstimate(0.6, 0.02, 100, 50, "west"),
        CohortEstimate(0.9, 0.01, 100, 50, "east"),
        CohortEstimate(0.2, 0.04, 100, 50),
    ]
    found, members, weights = pooled(parts, by_hospital=True)
    expected = random_effects([0.4, 0.9, 0.2], [1 / 150, 0.01, 0.04])
    assert [found.mean, found.variance, found.k] == pytest.approx([expected.mean, expected.variance, 3])
    assert members == parts
    assert weights[:2] == pytest.approx(expected.weights[0] * np.array([2 / 3, 1 / 3]))
    assert weights @ [0.3, 0.6, 0.9, 0.2] == pytest.approx(found.mean)
    by_cohort = random_effects([0.3, 0.6, 0.9, 0.2], [0.01, 0.02, 0.01, 0.04])
    assert pooled(parts, by_hospital=False)[0].mean == pytest.approx(by_cohort.mean)


def test_the_hospital_of_each_cohort_reaches_the_means(held_out_study):
    pools = dict.fromkeys(["south", "west"], "home") | dict.fromkeys(["east", "far"], "abroad")
    frame = performance(
        held_out_study.predictions,
        held_out_study.tuning,
        held_out_study.splits,
        pools,
        study_id="toy",
        study=held_out_study.study,
        draws=DRAWS,
    ).set_index(["model", "cohort", "role", "subgroup", "metric"])["estimate"]
    place = ("elastic_net", "random_effects")
    assert frame[(*place, "all", "all", "cohorts_pooled")] == 2
    assert frame[(*place, "internal", "all", "cohorts_pooled")] == 2
    assert np.isnan(frame[(*place, "external", "all", "auroc")])


def test_neither_one_cohort_nor_cross_validation_is_pooled(make_held_out, synthetic):
    one = measure(make_held_out(sizes={"north": 60, "south": 80}))
    names = set(one.index.get_level_values("cohort")) | set(measure(synthetic).index.get_level_values("cohort"))
    assert names == {"north", "south"}


def test_a_separating_score_has_an_unknown_variance(make_held_out):
    study = make_held_out(sizes={"north": 60, "south": 60, "east": 60, "far": 60})
    mine = study.predictions["model"].eq("elastic_net") & study.predictions["cohort"].eq("far")
    study.predictions.loc[mine, "score"] = study.predictions.loc[mine, "y"].astype(float)
    found = measure(study)
    assert found.loc[("elastic_net", "random_effects", "all", "all", "cohorts_pooled"), "estimate"] == 2
    row = found.loc[("elastic_net", "weighted_mean", "all", "all", "auroc")]
    assert np.isfinite(row["estimate"])
    assert np.isnan(row["low"])


def test_an_unknown_variance_leaves_the_weighted_mean_without_interval():
    found, used = weighted_mean([CohortEstimate(0.6, 0.01, 100, 40), CohortEstimate(0.9, np.nan, 50, 1)])
    assert found.value == pytest.approx(0.7)
    assert np.isnan(found.low)
    assert len(used) == 2
    assert np.isnan(weighted_mean([])[0].value)


@pytest.fixture(scope="module")
def compared(held_out_study):
    study = held_out_study
    frame = comparisons(study.predictions, study.splits, study_id="toy", study=study.study, draws=400)
    return frame.set_index(["model", "comparator", "cohort", "role", "subgroup", "metric"]).sort_index()


def test_a_model_and_a_formula_on_the_patients_both_can_score(compared, held_out_study):
    other = held_out_study.of("clin.formula", "far").set_index("patient_id")
    mine = held_out_study.of("elastic_net", "far").set_index("patient_id").loc[other.index]
    found = compared.loc[("elastic_net", "clin.formula", "far", "external", "all")]
    exact = [delong(one["y"].to_numpy(), one["score"].to_numpy()).auroc for one in (mine, other)]
    assert found.loc["auroc", ["model_value", "comparator_value"]].tolist() == pytest.approx(exact)
    assert found["n"].tolist() == [80, 80]
    losses = [(one["y"] - one["probability"]) ** 2 for one in (mine, other)]
    row, error = found.loc["brier"], (losses[0] - losses[1]).std() / 80**0.5
    assert row["difference"] == pytest.approx(losses[0].mean() - losses[1].mean())
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.15)
    assert found["method"].tolist() == ["paired DeLong", "paired bootstrap over patients, 400 draws"]


@pytest.mark.parametrize("metric", ["auroc", "brier"])
def test_every_difference_is_that_of_its_two_values(compared, metric):
    rows = compared.xs(metric, level="metric").dropna(subset="difference")
    assert {"random_effects", "weighted_mean"} <= set(rows.index.get_level_values("cohort"))
    np.testing.assert_allclose(rows["difference"], rows["model_value"] - rows["comparator_value"], atol=1e-12)


def test_differences_are_pooled_over_cohorts_with_enough_events(compared):
    cohorts = compared.xs(("elastic_net", "clin.marker", "all", "auroc"), level=[0, 1, 4, 5])
    shown = cohorts.loc[["south", "west", "east", "far"]]
    error = (shown["high"] - shown["low"]) / (2 * norm.ppf(0.975))
    expected = random_effects(shown["difference"], error**2)
    row = compared.loc[("elastic_net", "clin.marker", "random_effects", "all", "all", "auroc")]
    assert row[["difference", "low", "high"]].tolist() == pytest.approx([expected.mean, *expected.interval()])
    assert row["p_value"] == pytest.approx(expected.p_value())
    assert row["method"].endswith("over 4 patient pools, 4 cohorts")
    mean = compared.loc[("elastic_net", "clin.marker", "weighted_mean", "all", "all", "auroc")]
    everyone = cohorts.loc[["south", "west", "east", "far", "tiny"]]
    assert mean["difference"] == pytest.approx(np.average(everyone["difference"], weights=everyone["n"]))
    assert mean["method"] == "mean weighted by patients over 5 cohorts, bootstrap over patients within cohorts"


def test_identical_scores_differ_by_nothing(held_out_study):
    study = held_out_study
    frame = study.predictions
    double = frame[frame["model"].eq("elastic_net")].assign(model="lightgbm")
    frame = frame[frame["model"].ne("lightgbm")]
    found = comparisons(
        pd.concat([frame, double], ignore_index=True), study.splits, study_id="toy", study=study.study, draws=DRAWS
    )
    rows = (
        found.query("model == 'elastic_net' and comparator == 'lightgbm'")
        .set_index(["cohort", "role", "metric"])
        .sort_index()
    )
    far = rows.query("subgroup == 'all'").loc[("far", "external")]
    assert far["difference"].tolist() == [0, 0]
    assert np.isnan(far.loc["auroc", "low"])
    assert far.loc["brier", "p_value"] == 1


def test_the_champion_is_chosen_on_inner_estimates_of_all_training_cohorts(held_out_study, metrics):
    canaries = pd.DataFrame({"model": ["elastic_net"], "passed": pd.array([True], dtype="boolean")})
    frame = metrics.reset_index()
    south = frame[frame["role"].eq("train") & ~frame["metric"].str.startswith("inner")].assign(cohort="south")
    assert choose_champion(pd.concat([frame, south]), canaries, held_out_study.study) == "lightgbm"
