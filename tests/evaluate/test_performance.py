import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import logit
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from stratify.artifacts.evaluate import METRICS
from stratify.evaluate.discrimination import delong
from stratify.evaluate.performance import UNDEFINED, performance

DRAWS = 200


def measure(synthetic, predictions=None, tuning=None):
    frame = performance(
        synthetic.predictions if predictions is None else predictions,
        synthetic.tuning if tuning is None else tuning,
        synthetic.splits,
        study_id="toy",
        study=synthetic.study,
        draws=DRAWS,
    )
    METRICS.validate(frame.drop(columns=UNDEFINED))
    return frame.set_index(["model", "role", "subgroup", "metric"]).sort_index()


@pytest.fixture
def metrics(synthetic):
    return measure(synthetic)


@pytest.fixture
def held_out(synthetic):
    return synthetic.predictions.query("model == 'elastic_net' and role == 'cv'")


def slow_fold_mean(rows, measure):
    by_fold = rows.groupby(["repeat", "split"])[["y", "score"]].apply(lambda fold: measure(fold["y"], fold["score"]))
    return by_fold.groupby("repeat").mean().mean()


@pytest.mark.parametrize(("metric", "reference"), [("auroc", roc_auc_score), ("auprc", average_precision_score)])
def test_ranks_are_averaged_within_folds_then_repetitions(metrics, held_out, metric, reference):
    found = metrics.loc[("elastic_net", "cv", "all", metric)]
    assert found["estimate"] == pytest.approx(slow_fold_mean(held_out, reference), abs=1e-12)
    assert found["low"] < found["estimate"] < found["high"]
    assert (found["n"], found["n_events"]) == (60, 22)


def slow_calibration(rows):
    p, y = rows["probability"].to_numpy(dtype=float), rows["y"].to_numpy(dtype=float)
    family = sm.families.Binomial()
    return pd.Series(
        {
            "brier": brier_score_loss(y, p),
            "observed_expected": y.sum() / p.sum(),
            "calibration_slope": sm.GLM(y, sm.add_constant(logit(p)), family=family).fit(tol=1e-14).params[1],
            "calibration_intercept": sm.GLM(y, np.ones_like(p), offset=logit(p), family=family).fit().params[0],
            "net_benefit_20": np.mean((p >= 0.2) * np.where(y == 1, 1, -0.25)),
            "net_benefit_50": np.mean((p >= 0.5) * np.where(y == 1, 1, -1)),
        }
    )


def test_probabilities_are_judged_by_repetition(metrics, held_out, synthetic):
    expected = held_out.groupby("repeat")[["y", "probability"]].apply(slow_calibration).mean()
    found = metrics.loc[("elastic_net", "cv", "all")]["estimate"]
    np.testing.assert_allclose(found[expected.index], expected, atol=1e-9)
    naive = synthetic.predictions.query("model == 'prevalence' and role == 'cv'")
    reference = naive.groupby("repeat")[["y", "probability"]].apply(slow_calibration).mean()["brier"]
    assert found["brier_skill"] == pytest.approx(1 - expected["brier"] / reference)


def test_naive_comparators_have_every_metric_and_no_slope(metrics):
    found = metrics.loc[("prevalence", "cv", "all")]
    assert found.loc["auroc", ["estimate", "low", "high"]].tolist() == [0.5, 0.5, 0.5]
    assert found.loc["brier_skill", "estimate"] == 0
    assert found.loc["calibration_slope", ["estimate", "low", "high"]].isna().all()
    everyone = metrics.loc[("treat_all", "cv", "all")]
    assert everyone["estimate"].tolist() == pytest.approx([22 / 60 - 38 / 60 / 4, 22 / 60 - 38 / 60])


def test_a_fixed_score_is_judged_on_all_patients_it_can_score(metrics, synthetic):
    rows = synthetic.predictions.query("model == 'gene.CXCL9'").dropna(subset="score")
    exact = delong(rows["y"].to_numpy(dtype=int), rows["score"].to_numpy())
    found = metrics.loc[("gene.CXCL9", "cv", "all")]
    assert found.index.tolist() == ["auprc", "auroc"]
    assert found.loc["auroc", "estimate"] == pytest.approx(roc_auc_score(rows["y"].astype(int), rows["score"]))
    assert found.loc["auroc", ["low", "high"]].tolist() == pytest.approx(list(exact.interval()))
    assert found["n"].tolist() == [54, 54]


def test_strata_place_patients_within_each_repetition(metrics, held_out):
    labels = ["stratum_low", "stratum_intermediate", "stratum_high"]
    found = metrics.loc[[("elastic_net", "cv", label, "event_rate") for label in labels]]
    place = pd.cut(held_out["probability"], [0, 0.2, 0.5, 1], right=False)
    pairs = held_out["y"].astype(int).groupby(place, observed=False)
    assert found["estimate"].tolist() == pytest.approx(pairs.mean().tolist())
    assert found["n"].tolist() == (pairs.size() / 3).round().tolist()
    assert found["n_events"].tolist() == (pairs.sum() / 3).round().tolist()


def test_training_rows_hold_the_apparent_fit_and_the_inner_estimates(metrics, synthetic):
    rows = synthetic.predictions.query("model == 'lightgbm' and role == 'train'")
    chosen = synthetic.tuning.query("model == 'lightgbm' and chosen == 1 and split != 'final'")["inner_auroc"]
    found = metrics.loc[("lightgbm", "train", "all")]
    assert found.loc["auroc", "estimate"] == pytest.approx(roc_auc_score(rows["y"].astype(int), rows["score"]))
    assert found.loc["inner_auroc", "estimate"] == pytest.approx(chosen.mean())
    assert found.loc["inner_auroc", "low"] == pytest.approx(np.percentile(chosen, 2.5))
    assert "inner_auroc" not in metrics.loc[("prevalence", "train", "all")].index


def test_neither_row_order_nor_the_name_of_a_model_matters(synthetic, metrics):
    shuffled = measure(synthetic, synthetic.predictions.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled, metrics)
    renamed = measure(synthetic, synthetic.predictions.replace({"model": {"elastic_net": "zebra"}}))
    old, new = metrics.loc[("elastic_net", "cv", "all")], renamed.loc[("zebra", "cv", "all")]
    pd.testing.assert_frame_equal(new, old)


def test_a_monotone_transform_within_folds_keeps_the_ranks(synthetic, metrics):
    frame = synthetic.predictions.copy()
    frame["score"] = np.where(frame["split"].fillna("").str.endswith("1"), 5 * frame["score"] ** 3, frame["score"])
    found = measure(synthetic, frame).loc[("elastic_net", "cv", "all", "auroc")]
    pd.testing.assert_series_equal(found, metrics.loc[("elastic_net", "cv", "all", "auroc")])


@pytest.mark.parametrize(("sign", "expected"), [(1, 1.0), (-1, 0.0)])
def test_a_perfect_and_a_reversed_model_bracket_the_rest(synthetic, sign, expected):
    frame = synthetic.predictions.copy()
    frame["score"] = sign * (frame["y"].astype(float) - 0.5)
    frame["probability"] = 0.5 + 0.98 * frame["score"]
    found = measure(synthetic, frame).loc[("elastic_net", "cv", "all")]
    assert found.loc["auroc", ["estimate", "low", "high"]].tolist() == [expected] * 3
    assert np.isnan(found.loc["calibration_slope", "estimate"])


def test_a_fold_of_one_class_is_left_out_of_the_average(synthetic):
    frame = synthetic.predictions.query("model in ['prevalence', 'elastic_net'] and role == 'cv' and repeat == 0")
    one = frame["split"] == "r00f0"
    frame = frame[~one | (frame["y"] == 0)]
    found = measure(synthetic, frame, synthetic.tuning.iloc[:0]).loc[("elastic_net", "cv", "all", "auroc")]
    others = frame[(frame["split"] != "r00f0") & (frame["model"] == "elastic_net")]
    assert found["estimate"] == pytest.approx(slow_fold_mean(others, roc_auc_score))


def test_each_cohort_is_judged_by_itself(make_synthetic):
    north, south = make_synthetic(), make_synthetic(cohort="south", n=40, seed=5)
    both = pd.concat([north.predictions, south.predictions], ignore_index=True)
    frame = performance(both, north.tuning, north.splits, study_id="toy", study=north.study, draws=DRAWS)
    METRICS.validate(frame.drop(columns=UNDEFINED))
    alone = measure(north).reset_index().query("role == 'cv'")
    found = frame[(frame["cohort"] == "north") & (frame["role"] == "cv")]
    keys = ["model", "subgroup", "metric"]
    pd.testing.assert_frame_equal(found.set_index(keys).sort_index(), alone.set_index(keys)[found.columns.drop(keys)])
    assert set(frame.loc[frame["metric"] == "inner_auroc", "cohort"]) == {"all"}
    assert set(frame.loc[frame["metric"] == "inner_auroc", "n"]) == {100}


def test_a_model_that_scores_nobody_has_null_estimates(synthetic):
    frame = synthetic.predictions.copy()
    frame.loc[frame["model"].isin(["lightgbm", "gene.CXCL9"]), ["score", "probability"]] = np.nan
    found = measure(synthetic, frame)
    for model in ("lightgbm", "gene.CXCL9"):
        row = found.loc[(model, "cv", "all", "auroc")]
        assert np.isnan(row["estimate"])
        assert row["n"] == 0


def test_a_published_formula_is_judged_as_the_probability_it_is(synthetic):
    frame = synthetic.predictions.copy()
    mine = (frame["model"] == "gene.CXCL9") & frame["score"].notna()
    frame.loc[mine, "probability"] = 1 / (1 + np.exp(-frame.loc[mine, "score"]))
    found = measure(synthetic, frame).loc[("gene.CXCL9", "cv", "all")]
    rows = frame[mine].astype({"y": int})
    assert found.loc["brier", "estimate"] == pytest.approx(brier_score_loss(rows["y"], rows["probability"]))
    assert {"brier_skill", "observed_expected", "calibration_slope", "net_benefit_20"} <= set(found.index)
