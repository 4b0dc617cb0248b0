import numpy as np
import pandas as pd
import pytest

from stratify.report.auroc_table import auroc_table, best_single_biomarker, wide_text

COHORTS = {"small": 20, "large": 80}


def rows_of(model: str, aurocs: dict[str, float], role: str = "external", subgroup: str = "all") -> list[dict]:
    """Cohorts, means by hand, and coverage of a predictor that scores the cohorts in `aurocs` only."""
    n = {name: COHORTS[name] for name in aurocs}
    values = {
        name: (value, size, value - 0.1, value + 0.1)
        for (name, value), size in zip(aurocs.items(), n.values(), strict=True)
    }
    weighted = sum(aurocs[name] * n[name] for name in aurocs) / sum(n.values())
    values |= {"weighted_mean": (weighted, sum(n.values()), weighted - 0.05, weighted + 0.05)}
    values |= {"mean_of_cohorts": (np.mean(list(aurocs.values())), sum(n.values()), np.nan, np.nan)}
    values |= {"random_effects": (weighted, sum(n.values()), weighted - 0.07, weighted + 0.07)}
    kept = {"model": model, "role": role, "subgroup": subgroup, "n_events": 5}
    rows = [
        kept | {"cohort": cohort, "metric": "auroc", "estimate": value, "low": low, "high": high, "n": size}
        for cohort, (value, size, low, high) in values.items()
    ]
    rows.append(
        kept
        | {"cohort": "random_effects", "metric": "auroc_new_cohort", "estimate": weighted, "low": 0.3, "high": 0.9}
        | {"n": sum(n.values())}
    )
    rows += [
        kept | {"cohort": cohort, "metric": "coverage", "estimate": float(cohort in aurocs), "n": size}
        for cohort, size in COHORTS.items()
    ]
    return rows


@pytest.fixture
def metrics() -> pd.DataFrame:
    rows = [
        *rows_of("sig.low", {"small": 0.9, "large": 0.55}),
        *rows_of("sig.high", {"small": 0.5, "large": 0.65}),
        *rows_of("clin.tmb", {"small": 0.95}),
        *rows_of("second", {"small": 0.4, "large": 0.4}),
        *rows_of("first", {"small": 0.3, "large": 0.3}),
        {"model": "first", "cohort": "all", "role": "train", "subgroup": "all", "metric": "auroc", "estimate": 0.99},
    ]
    return pd.DataFrame(rows)


def test_models_come_first_then_comparators_by_weighted_mean_and_those_with_few_patients_last(metrics):
    table = auroc_table(metrics, ["first", "second"])
    assert list(dict.fromkeys(table["model"])) == ["first", "second", "sig.high", "sig.low", "clin.tmb"]
    assert list(dict.fromkeys(table["cohort"])) == [
        "small",
        "large",
        "weighted_mean",
        "mean_of_cohorts",
        "random_effects",
    ]
    shares = table.drop_duplicates("model").set_index("model")["share"]
    assert shares["clin.tmb"] == pytest.approx(20 / 100)
    assert shares["sig.low"] == 1


def test_a_prediction_interval_stands_with_the_random_effects_mean_only(metrics):
    table = auroc_table(metrics, ["first"])
    with_new = table[table["new_low"].notna()]
    assert set(with_new["cohort"]) == {"random_effects"}
    assert with_new["new_high"].eq(0.9).all()
    assert 0.99 not in set(table["estimate"])


def test_the_best_biomarker_is_not_one_that_few_patients_have(metrics):
    table = auroc_table(metrics, ["first", "second"])
    assert best_single_biomarker(table, ["sig.low", "sig.high", "clin.tmb"]) == "sig.high"
    assert best_single_biomarker(table, ["clin.tmb"]) is None


def test_order_of_the_metrics_rows_does_not_matter_for_the_order_of_predictors(metrics):
    shuffled = metrics.sample(frac=1, random_state=3)
    assert list(auroc_table(shuffled, ["first"])["model"].unique()) == list(
        auroc_table(metrics, ["first"])["model"].unique()
    )


def test_means_over_all_held_out_cohorts_and_patients_set_apart(metrics):
    internal = metrics.assign(role="internal")
    of_all = pd.DataFrame(rows_of("first", {"small": 0.6, "large": 0.7}, role="all"))
    of_all = of_all[of_all["cohort"].isin(["weighted_mean", "random_effects", "mean_of_cohorts"])]
    table = auroc_table(pd.concat([internal, of_all]), ["first"])
    means = table[table["model"].eq("first") & table["cohort"].eq("weighted_mean")]
    assert means["estimate"].tolist() == [pytest.approx(0.2 * 0.6 + 0.8 * 0.7)]
    apart = pd.DataFrame(rows_of("first", {"small": 0.8, "large": 0.8}, subgroup="without_duplicates"))
    table = auroc_table(pd.concat([metrics, apart]), ["first"])
    assert set(table["model"]) == {"first"}
    assert table["estimate"].eq(0.8).all()


def test_a_study_without_held_out_cohorts_has_no_table(metrics):
    assert auroc_table(metrics[metrics["role"] == "train"], ["first"]).empty


def test_as_text_a_row_is_a_predictor(metrics):
    wide = wide_text(auroc_table(metrics, ["first", "second"])).set_index("model")
    assert wide.index[0] == "first"
    assert wide.loc["sig.low", "small"] == "0.900 (0.800 to 1.000)"
    assert wide.loc["sig.low", "mean_of_cohorts"] == "0.725"
    assert wide.loc["clin.tmb", "large"] == ""
    assert wide.loc["clin.tmb", "patients"] == "20%"
    assert wide.loc["clin.tmb", "new_cohort"] == "0.300 to 0.900"
