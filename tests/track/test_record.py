import numpy as np
import pandas as pd

from stratify.track.record import run_metrics


def rows(*entries: tuple) -> pd.DataFrame:
    names = ["cohort", "role", "subgroup", "metric", "estimate", "low", "high"]
    return pd.DataFrame(entries, columns=names).assign(model="m")


def test_one_cohort_gives_plain_names_worked_by_hand():
    metrics = rows(
        ("toy", "cv", "all", "auroc", 0.8, 0.7, 0.9),
        ("toy", "cv", "stratum_high", "event_rate", 0.5, 0.4, 0.6),
        ("toy", "cv", "all", "brier", 0.2, np.nan, np.nan),
        ("toy", "train", "all", "auroc", 0.95, 0.9, 1.0),
        ("toy", "train", "all", "inner_auroc", 0.75, np.nan, np.nan),
        ("toy", "cv", "all", "calibration_slope", np.nan, np.nan, np.nan),
    )
    assert run_metrics(metrics, "m") == {
        "auroc": 0.8,
        "auroc_low": 0.7,
        "auroc_high": 0.9,
        "brier": 0.2,
        "train_auroc": 0.95,
        "train_auroc_low": 0.9,
        "train_auroc_high": 1.0,
        "inner_auroc": 0.75,
    }


def test_several_cohorts_of_a_role_are_told_apart():
    metrics = rows(
        ("a", "cv", "all", "auroc", 0.8, np.nan, np.nan),
        ("b", "cv", "all", "auroc", 0.6, np.nan, np.nan),
        ("c", "external", "all", "auroc", 0.7, np.nan, np.nan),
        ("all", "train", "all", "inner_auroc", 0.75, np.nan, np.nan),
    )
    assert run_metrics(metrics, "m") == {"a.auroc": 0.8, "b.auroc": 0.6, "external_auroc": 0.7, "inner_auroc": 0.75}
    assert run_metrics(metrics, "another") == {}


def test_held_out_cohorts_show_those_who_do_not_look_like_training_patients_and_what_is_pooled():
    metrics = rows(
        ("a", "internal", "all", "auroc", 0.9, np.nan, np.nan),
        ("a", "internal", "without_duplicates", "auroc", 0.8, np.nan, np.nan),
        ("a", "internal", "scored_by_reference", "auroc", 0.7, np.nan, np.nan),
        ("weighted_mean", "internal", "without_duplicates", "auroc", 0.8, np.nan, np.nan),
        ("b", "external", "all", "auroc", 0.61, np.nan, np.nan),
        ("b", "external", "without_duplicates", "auroc", 0.6, np.nan, np.nan),
        ("weighted_mean", "all", "without_duplicates", "auroc", 0.7, np.nan, np.nan),
        ("train", "train", "all", "auroc", 0.95, np.nan, np.nan),
    )
    assert run_metrics(metrics, "m") == {
        "a.internal_auroc": 0.8,
        "weighted_mean.internal_auroc": 0.8,
        "external_auroc": 0.6,
        "held_out_auroc": 0.7,
        "train_auroc": 0.95,
    }
