import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve
from statsmodels.stats.proportion import proportion_confint

from stratify.report.curves import (
    GRID,
    held_out_probabilities,
    mean_roc,
    net_benefit,
    reliability,
    reliability_groups,
    stratum_changes,
)


def folds(n: int = 60, repeats: int = 3, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    parts = []
    for repeat in range(repeats):
        score = y + rng.normal(0, 1, n).round(1)  # rounded, so that there are ties
        split = [f"r{repeat}f{one}" for one in rng.permutation(np.arange(n) % 4)]
        parts.append(
            pd.DataFrame(
                {
                    "patient_id": [f"p{place:03d}" for place in range(n)],
                    "repeat": repeat,
                    "split": split,
                    "y": y,
                    "score": score,
                    "probability": 1 / (1 + np.exp(-score)),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).astype({"repeat": "Int64"})


def slow_mean_roc(predictions: pd.DataFrame) -> np.ndarray:
    repeats = []
    for _, repeat in predictions.groupby("repeat"):
        curves = []
        for _, fold in repeat.groupby("split"):
            fpr, tpr, _ = roc_curve(fold["y"], fold["score"], drop_intermediate=False)
            curves.append(np.interp(GRID, fpr, tpr))
        repeats.append(np.mean(curves, axis=0))
    return np.mean(repeats, axis=0)


def test_mean_roc_is_the_slow_average_of_scikit_learns_curves():
    predictions = folds()
    curve = mean_roc(predictions, resamples=0)
    assert curve.iloc[0].tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(curve["tpr"][1:], slow_mean_roc(predictions), atol=1e-12)


def test_area_under_the_mean_curve_is_the_mean_of_the_folds_areas():
    predictions = folds(n=200)
    areas = [
        np.mean([roc_auc_score(fold["y"], fold["score"]) for _, fold in repeat.groupby("split")])
        for _, repeat in predictions.groupby("repeat")
    ]
    curve = mean_roc(predictions, resamples=0)
    assert np.trapezoid(curve["tpr"], curve["fpr"]) == pytest.approx(np.mean(areas), abs=0.01)


def test_folds_are_not_pooled():
    """Each fold ranks perfectly, on scales so different that pooling would rank worse than chance in places."""
    predictions = folds(repeats=1).assign(score=lambda d: d["y"] + 100 * d["split"].str[-1].astype(int))
    assert (mean_roc(predictions, resamples=0)["tpr"][1:] == 1).all()


def test_band_holds_the_curve_mostly_and_is_the_same_for_shuffled_rows():
    predictions = folds()
    curve = mean_roc(predictions, resamples=200, seed=3)
    inside = (curve["low"] <= curve["tpr"] + 1e-12) & (curve["tpr"] <= curve["high"] + 1e-12)
    assert inside.mean() > 0.9
    assert (curve["high"] - curve["low"]).max() > 0.1
    shuffled = mean_roc(predictions.sample(frac=1, random_state=1), resamples=200, seed=3)
    pd.testing.assert_frame_equal(curve, shuffled)


def test_fixed_score_without_folds_gives_the_plain_curve():
    rows = folds(repeats=1).assign(repeat=pd.NA, split=None)
    fpr, tpr, _ = roc_curve(rows["y"], rows["score"], drop_intermediate=False)
    np.testing.assert_allclose(mean_roc(rows, resamples=0)["tpr"][1:], np.interp(GRID, fpr, tpr), atol=1e-12)


def test_fold_of_one_class_is_left_out_and_nothing_left_is_empty():
    predictions = folds(repeats=1)
    first = predictions["split"] == "r0f0"
    spoiled = predictions.assign(y=predictions["y"].mask(first, 1))
    pd.testing.assert_frame_equal(mean_roc(spoiled, resamples=0), mean_roc(predictions[~first], resamples=0))
    assert mean_roc(predictions.assign(y=1)).empty
    assert mean_roc(predictions.assign(score=np.nan)).empty


def test_held_out_probabilities_keep_repetitions_apart():
    predictions = folds()
    pairs = held_out_probabilities(predictions.sample(frac=1, random_state=1))
    assert len(pairs) == 60 * 3
    one = predictions[predictions["patient_id"] == "p007"].sort_values("repeat")
    assert pairs.loc[pairs["patient_id"] == "p007", "probability"].tolist() == one["probability"].tolist()
    assert held_out_probabilities(predictions.assign(probability=np.nan)).empty


def test_reliability_describes_one_model_not_the_average_of_several():
    """Twice the same patients, two of them with another probability: averages would put these at 0.5."""
    pairs = pd.DataFrame(
        {"repeat": [0] * 4 + [1] * 4, "y": [1, 1, 0, 0] * 2, "probability": [0.9, 0.9, 0.1, 0.1, 0.1, 0.9, 0.9, 0.1]}
    )
    groups = reliability(pairs, 2)
    assert groups["expected"].tolist() == pytest.approx([0.1, 0.9])
    assert groups["observed"].tolist() == pytest.approx([1 / 4, 3 / 4])
    assert groups["n"].tolist() == [2, 2]
    low, high = proportion_confint(1.5, 2, method="wilson")
    assert groups.loc[1, ["low", "high"]].tolist() == pytest.approx([low, high])


def test_repeating_a_repetition_makes_nobody_surer():
    once = folds(repeats=1)
    twice = pd.concat([once, once.assign(repeat=1)])
    pd.testing.assert_frame_equal(reliability(once, 4), reliability(twice, 4))


def test_stratum_changes_by_hand():
    predictions = pd.DataFrame(
        {
            "patient_id": ["a", "b", "c", "d"] * 2,
            "probability": [0.1, 0.2, 0.3, np.nan, 0.2, 0.3, 0.9, np.nan],
        }
    )
    assert stratum_changes(predictions, [0.3]) == (1, 3)
    assert stratum_changes(predictions, [0.3, 0.6]) == (2, 3)
    assert stratum_changes(predictions.assign(probability=np.nan), [0.3]) == (0, 0)


def test_reliability_by_hand():
    patients = pd.DataFrame({"y": [0, 0, 0, 1, 1, 1, 1, 0], "probability": [0.1, 0.1, 0.2, 0.2, 0.8, 0.8, 0.9, 0.9]})
    groups = reliability(patients.assign(repeat=0), 2)
    assert groups["expected"].tolist() == pytest.approx([0.15, 0.85])
    assert groups["observed"].tolist() == pytest.approx([0.25, 0.75])
    assert groups["n"].tolist() == [4, 4]
    # Wilson, 1 of 4: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)
    z = 1.959963984540054
    centre, reach = (0.25 + z**2 / 8) / (1 + z**2 / 4), z * (0.25 * 0.75 / 4 + z**2 / 64) ** 0.5 / (1 + z**2 / 4)
    assert groups["low"].iloc[0] == pytest.approx(centre - reach)
    assert groups["high"].iloc[0] == pytest.approx(centre + reach)


@given(st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0.1, 0.3, 0.3001, 0.7])), min_size=1, max_size=60))
@settings(max_examples=50, deadline=None)
def test_reliability_keeps_everyone_and_never_splits_equal_probabilities(rows):
    patients = pd.DataFrame(rows, columns=["y", "probability"]).assign(repeat=0)
    groups = reliability(patients, 5)
    assert groups["n"].sum() == len(patients)
    assert groups["n_events"].sum() == patients["y"].sum()
    assert groups["expected"].is_monotonic_increasing
    assert len(groups) <= patients["probability"].nunique()


@pytest.mark.parametrize(("n", "expected"), [(20, 4), (73, 4), (189, 7), (2000, 10)])
def test_number_of_reliability_groups(n, expected):
    assert reliability_groups(n) == expected


def test_net_benefit_is_the_textbook_count():
    predictions = folds()
    thresholds = np.array([0.1, 0.5, 0.8])
    slow = []
    for threshold in thresholds:
        values = []
        for _, repeat in predictions.groupby("repeat"):
            flagged = repeat["probability"] >= threshold
            true = (flagged & (repeat["y"] == 1)).sum()
            false = (flagged & (repeat["y"] == 0)).sum()
            values.append((true - false * threshold / (1 - threshold)) / len(repeat))
        slow.append(np.mean(values))
    curve = net_benefit(predictions, thresholds)
    np.testing.assert_allclose(curve["model"], slow)
    np.testing.assert_allclose(curve["everyone"], 0.5 - 0.5 * thresholds / (1 - thresholds))


def test_net_benefit_without_probabilities_is_missing():
    assert net_benefit(folds().assign(probability=np.nan))["model"].isna().all()
