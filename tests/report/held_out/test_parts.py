from dataclasses import replace

import numpy as np
import pytest

from stratify.report.held_out import inputs, matrix, overlap, patients, performance, strata
from stratify.report.held_out.verdict import held_out_verdict, whose_numbers
from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import number, with_interval
from stratify.report.results import Estimate

TWINS, UNSCORED = 6, 5


def compared(external, role, low, high, cohort="weighted_mean"):
    rows = external.comparisons.copy()
    chosen = (rows["role"] == role) & (rows["cohort"] == cohort) & (rows["metric"] == "auroc")
    rows.loc[chosen, ["difference", "low", "high"]] = [(low + high) / 2, low, high]
    return replace(external, comparisons=rows)


def test_cohorts_are_those_held_out_strangers_first(view):
    assert [(one.name, one.role) for one in view.cohorts] == [
        ("abroad_2022", "external"),
        ("elsewhere_2023", "external"),
        ("tiny_2023", "external"),
        ("later_2021", "internal"),
        ("registry_2022", "internal"),
    ]
    assert {one.name: one.duplicates for one in view.cohorts if one.duplicates} == {"registry_2022": TWINS}
    assert view.roles == ["external", "internal", "all"]
    assert [one.name for one in view.cohorts if not one.poolable] == ["tiny_2023"]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.01, 0.09, "ranks patients better than LORIS in 3 external cohorts"),
        (-0.02, 0.08, "is not shown to rank patients better than LORIS in 3 external cohorts"),
        (-0.09, -0.01, "ranks patients worse than LORIS in 3 external cohorts"),
        (np.nan, np.nan, "could not be compared with LORIS in 3 external cohorts"),
    ],
)
def test_the_verdict_follows_the_interval(external, low, high, said):
    sentence = held_out_verdict(HeldOutView(compared(external, "external", low, high)))
    assert sentence.startswith(f"Elastic net {said}")
    assert "internal cohorts" in sentence
    assert "all 5 held-out cohorts" in sentence


def test_the_verdict_says_where_the_random_effects_mean_disagrees(external):
    weighted = compared(external, "all", 0.01, 0.03)
    doubted = compared(weighted, "all", -0.02, 0.05, cohort="random_effects")
    agreed = compared(weighted, "all", 0.005, 0.05, cohort="random_effects")
    said = "if the true difference may vary between hospitals, that is not shown (random-effects mean"
    assert said in held_out_verdict(HeldOutView(doubted))
    assert "may vary between hospitals" not in held_out_verdict(HeldOutView(agreed))


def test_the_verdict_gives_the_range_of_observed_over_expected(external, view):
    rows = external.outer
    found = rows[(rows["model"] == "elastic_net") & (rows["metric"] == "observed_expected")]["estimate"]
    assert f"{number(found.min(), 2)} to {number(found.max(), 2)} times" in held_out_verdict(view)


def test_the_headline_leaves_duplicates_out_and_says_how_many(view, in_turn):
    assert "leave out 6 held-out patients" in whose_numbers(view)
    assert "all 484 of them count" in whose_numbers(HeldOutView(in_turn))


@pytest.mark.parametrize("subgroup", ["all", "without_duplicates"])
def test_rankings_are_those_of_the_tables(external, view, subgroup):
    groups = performance.ranking_groups(view, subgroup)
    assert [len(group.rows) for group in groups] == [3 + 4, 2 + 4, 3]
    registry = groups[1].rows[1]
    expected = external.metrics.query(
        "cohort == 'registry_2022' and subgroup == @subgroup and metric == 'auroc' and model == 'elastic_net'"
    ).iloc[0]
    assert registry.cells["lead"].value == number(expected["estimate"])
    assert registry.cells["n"].value == str(70 - TWINS * (subgroup != "all"))
    difference = external.comparisons.query(
        "cohort == 'registry_2022' and subgroup == @subgroup and metric == 'auroc'"
        " and model == 'elastic_net' and comparator == 'loris_pan_cancer'"
    ).iloc[0]
    cell = registry.cells["difference"]
    assert f"{cell.value} ({cell.interval})" == with_interval(*difference[["difference", "low", "high"]])


def test_patients_the_reference_cannot_score_are_counted(view):
    external = performance.ranking_groups(view, "all")[0]
    assert [row.cells["unscored"].value for row in external.rows[:3]] == [str(UNSCORED), "0", "0"]


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ((0.1, 0.2, 0.15), "both"),
        ((0.17, 0.2, 0.15), "training"),
        ((0.3, 0.2, 0.15), "neither"),
        ((0.18, 0.17, 0.19), "own"),
        ((0.2, 0.2, 0.2), "neither"),
    ],
)
def test_a_brier_score_is_held_against_both_prevalences(scores, said):
    assert performance.lower_than(*(Estimate(score, np.nan, np.nan, 10, 5) for score in scores)) == said
    assert performance.lower_than(None, None, None) == "–"


def test_probabilities_of_a_cohort(external, view):
    rows = {row.title: row for group in performance.probability_groups(view, view.subgroup) for row in group.rows}
    cells = rows["Abroad and others, nobody's cohort"].cells
    found = external.outer.query("cohort == 'abroad_2022' and metric == 'brier'").set_index("model")["estimate"]
    assert cells["rate"].interval == "33 of 100"
    assert cells["own"].value == number(0.33 * 0.67) == number(found["cohort_prevalence"])
    assert cells["training"].value == number(found["prevalence"])
    assert cells["rival"].value == number(found["loris_pan_cancer"])


def test_every_model_stands_in_every_column_it_can_score(view):
    shown = matrix.columns(view, "all")
    assert [column.label for column in shown][:2] == ["learned 2020 (training)", "abroad 2022"]
    assert [column.label for column in shown][-3:] == ["mean external", "mean internal", "mean all"]
    rows = {row.name: row for _, group in matrix.matrix(view, shown, matrix.RANKING) for row in group}
    assert list(rows)[:2] == ["elastic_net", "lightgbm"]
    assert rows["loris_pan_cancer"].cells[1].interval == f"n {100 - UNSCORED}"
    assert rows["elastic_net"].cells[1].interval == ""
    assert rows["clin.albumin_g_per_dl"].cells[1].value == "–"
    assert not [column for column in matrix.columns(view, view.subgroup) if "training" in column.label]
    probabilities = {row.name for _, group in matrix.matrix(view, shown, matrix.PROBABILITIES) for row in group}
    assert "clin.albumin_g_per_dl" not in probabilities


def test_the_reference_leads_the_list_of_rivals(external, view):
    rows = matrix.rivalries(view)
    assert rows[0].name == "loris_pan_cancer"
    assert {row.name for row in rows} == {
        "loris_pan_cancer",
        "loris_refit",
        "group_mean",
        "clin.albumin_g_per_dl",
        "lightgbm",
    }
    against = external.comparison("elastic_net", "lightgbm", "auroc", view.mean("all"))
    assert next(row for row in rows if row.name == "lightgbm").cells[-1].value == number(against.difference)


def test_overlap_shows_pairs_that_share_or_exceed_chance_and_counts_the_others(view):
    rows = overlap.overlap_rows(view)
    assert [(row.second, row.shares) for row in rows] == [
        ("registry_2022", "pool"),
        ("later_2021", "pool"),
        ("elsewhere_2023", "–"),
    ]
    assert rows[0].p_value == "<0.001"
    assert "[patient]" in rows[0].verdict
    assert overlap.unremarkable(view) == (2, 1)
    assert "6 patients of registry_2022" in overlap.consequence(view)


def test_the_rule_is_said_with_units():
    words = overlap.rule_words()
    assert "TMB ± 0.1 per megabase" in words
    assert "PFS ± 7.6 days" in words
    assert "_" not in words


def test_inputs_that_are_absent_or_hidden(view):
    (_, rows), *others = inputs.input_groups(view)
    cells = {row.feature: dict(zip(view.results.datasets, row.cells, strict=True)) for row in rows}
    assert cells["clin.albumin_g_per_dl"] == dict.fromkeys(cells["clin.age_years"], "") | {"abroad_2022": "hidden"}
    assert cells["clin.age_years"]["tiny_2023"] == "absent"
    assert not others


def test_patients_by_cohort(view):
    rows = patients.patient_rows(view)
    assert [row.part for row in rows] == ["learned from", *["judged on, internal"] * 2, *["judged on, external"] * 3]
    assert rows[0].in_file == "123"
    assert rows[0].excluded == "3 label missing"
    assert [row.apart for row in rows] == ["", "", str(TWINS), "", "", ""]


def test_strata_add_up_to_the_cohort(view):
    for name, rates in strata.strata_by_cohort(view).items():
        assert rates["n"].sum() == view.results.table["cohort"].eq(name).sum()
