from dataclasses import replace

import numpy as np
import pytest

from stratify.report.verdict import comparator_words, judge, verdict


def with_difference(results, low, high, champion="elastic_net"):
    rows = results.comparisons.copy()
    rows[["low", "high"]] = rows[["low", "high"]].astype(float)
    rows.loc[rows["metric"] == "auroc", ["difference", "low", "high"]] = [(low + high) / 2, low, high]
    return replace(results, comparisons=rows, champion=champion)


def with_skill(results, low, high):
    rows = results.metrics.copy()
    rows.loc[rows["metric"] == "brier_skill", ["estimate", "low", "high"]] = [(low + high) / 2, low, high]
    return replace(results, metrics=rows)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.09, "ranks patients better than gene.CXCL9"),
        (-0.02, 0.08, "is not shown to rank patients better than gene.CXCL9"),
        (0.0, 0.08, "is not shown to rank patients better than gene.CXCL9"),
        (-0.09, -0.01, "ranks patients worse than gene.CXCL9"),
        (np.nan, np.nan, "could not be compared with gene.CXCL9"),
    ],
)
def test_against_the_best_comparator(results, low, high, said):
    sentence = verdict(with_difference(results, low, high))
    assert sentence.startswith(f"Elastic net {said}")
    assert ("which includes 0" in sentence.split(";")[0]) == ("not shown" in said)
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.02, 0.3, "are better than giving everyone the training prevalence"),
        (-0.02, 0.3, "are not shown to be better than giving everyone the training prevalence"),
        (-0.3, -0.02, "are worse than giving everyone the training prevalence"),
        (np.nan, np.nan, "could not be compared"),
    ],
)
def test_against_the_prevalence(results, low, high, said):
    assert said in verdict(with_skill(results, low, high))


def with_auroc(results, name, value):
    rows = results.metrics.copy()
    chosen = (rows["model"] == name) & (rows["metric"] == "auroc") & (rows["role"] == "cv")
    rows.loc[chosen, "estimate"] = value
    return replace(results, metrics=rows)


@pytest.mark.parametrize(
    ("best", "named"),
    [
        ("group_mean", "the mean of the patient's clin.arm group"),
        ("sig.cyt", "Cytolytic <activity> (sig.cyt)"),
        ("gene.CD8A", "gene.CD8A"),
    ],
)
def test_the_best_of_all_comparators_is_named_readably(results, best, named):
    changed = with_auroc(results, best, 0.99)
    row = changed.comparison("elastic_net", best, "auroc")
    sentence = verdict(changed).split(";")[0]
    assert f"than {named}, the best of the simple comparators here (difference in AUROC {row.difference:.3f}" in (
        sentence.replace("−", "-")
    )


def test_without_groups_the_group_is_the_cohort(results):
    changed = replace(results, study=results.study.model_copy(update={"group_by": None}))
    assert comparator_words(changed, "group_mean") == "the mean of the patient's cohort"


def test_the_prevalence_ranks_nobody_and_trained_models_are_no_comparators(results):
    for name in ("prevalence", "lightgbm"):
        assert with_auroc(results, name, 1.0).best_comparator == "gene.CXCL9"
    assert with_auroc(results, "gene.CXCL9", np.nan).best_comparator != "gene.CXCL9"


def test_numbers_of_the_sentence_are_those_of_the_tables(results):
    row = results.comparison("elastic_net", "gene.CXCL9", "auroc")
    expected = f"difference in AUROC {row.difference:.3f}, 95% interval {row.low:.3f} to {row.high:.3f}"
    assert expected.replace("-", "−") in verdict(results)


def test_a_later_model_as_champion_is_compared_too(results):
    assert verdict(with_difference(results, 0.01, 0.09, champion="lightgbm")).startswith(
        "LightGBM ranks patients better"
    )


def test_without_champion_or_biomarker(results):
    failed = results.canaries.assign(passed=False)
    assert verdict(replace(results, champion=None, canaries=failed)).startswith("No model passed its canaries, so")
    rows = results.metrics[results.metrics["model"].isin(results.study.models)]
    assert "was not compared with a simple comparator" in verdict(replace(results, metrics=rows))
    uncompared = replace(results, comparisons=results.comparisons.iloc[:0])
    assert "was not compared with gene.CXCL9" in verdict(uncompared)


@pytest.mark.parametrize("failing", [[], ["lightgbm"]])
def test_absent_inner_estimates_are_not_failed_canaries(results, failing):
    canaries = results.canaries.assign(passed=~results.canaries["model"].isin(failing))
    sentence = verdict(replace(results, champion=None, canaries=canaries))
    assert sentence.startswith("No model that passed its canaries has an inner estimate")


def test_a_failed_canary_of_the_data_fails_every_model(results):
    canaries = results.canaries.assign(passed=results.canaries["model"] != "all")
    assert verdict(replace(results, champion=None, canaries=canaries)).startswith("No model passed its canaries, so")


def test_an_interval_that_touches_zero_shows_nothing():
    assert [judge(0, 1), judge(-1, 0), judge(None, None)] == ["not_shown", "not_shown", "unknown"]
