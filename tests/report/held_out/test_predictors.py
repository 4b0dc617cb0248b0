from dataclasses import replace

import pandas as pd
import pytest

from stratify.report.auroc_table import MEANS
from stratify.report.held_out import inputs, matrix, predictors
from stratify.report.held_out.caveats import held_out_caveats
from stratify.report.held_out.illustrations import illustrate_held_out
from stratify.report.held_out.view import HeldOutView
from stratify.report.render import render
from stratify.report.results import Place


@pytest.fixture
def measured(external) -> HeldOutView:
    """As `external`, with an albumin that one more hospital measured: at least 90 % of patients have it."""
    metrics = external.metrics.copy()
    coverage = metrics["model"].eq("clin.albumin_g_per_dl") & metrics["metric"].eq("coverage")
    metrics.loc[coverage, "estimate"] = 1.0
    return HeldOutView(replace(external, metrics=metrics))


def test_comparators_of_which_many_patients_have_no_score_stand_apart(view):
    groups = predictors.groups(view)
    assert list(groups) == ["Models of this study", "Comparators", "Scored in fewer than 90% of patients"]
    assert groups["Models of this study"] == view.results.models
    assert set(groups["Comparators"]) == {"loris_refit", "loris_pan_cancer", "prevalence", "group_mean"}
    assert groups["Scored in fewer than 90% of patients"] == ["clin.albumin_g_per_dl"]


def test_every_cell_of_the_heat_map_is_the_metric_of_its_row_and_column(view):
    columns, rows = predictors.heat_columns(view), predictors.heat_rows(view)
    assert [column.label for column in columns[-3:]] == ["weighted mean", "mean of cohorts", "random effects"]
    registry = next(column for column in columns if column.label == "registry 2022")
    assert registry.note == "n 64"
    names = [name for names in predictors.groups(view).values() for name in names]
    told = [row for row in rows if row.cells]
    assert len(told) == len(names)
    places = [view.place(one) for one in view.cohorts] + [Place(mean, "all", view.subgroup) for mean in MEANS]
    for name, row in zip(names, told, strict=True):
        for value, firm, place in zip(row.cells, row.firm, places, strict=True):
            found = view.estimate(name, "auroc", place)
            assert (found is None and pd.isna(value)) or value == pytest.approx(found.estimate)
            assert firm == (found is not None and (found.low > 0.5 or found.high < 0.5))


def test_a_biomarker_that_few_patients_have_is_not_what_the_lead_is_held_to(view, measured):
    assert view.best_biomarker is None
    assert [one.name for one in predictors.contests(view)] == ["loris_pan_cancer"]
    assert "biomarker" not in predictors.forest_series(view)
    assert measured.best_biomarker == "clin.albumin_g_per_dl"
    assert [one.name for one in predictors.contests(measured)] == ["loris_pan_cancer", "clin.albumin_g_per_dl"]
    assert "biomarker" in predictors.forest_series(measured)


def test_the_lead_is_held_to_the_reference_by_every_mean(view):
    rows = view.results.comparisons
    rows = rows[rows["model"].eq(view.lead) & rows["comparator"].eq("loris_pan_cancer") & rows["metric"].eq("auroc")]
    rows = rows[rows["role"].eq("all") & rows["subgroup"].eq(view.subgroup)].set_index("cohort")
    found = predictors.contests(view)[0]
    written = [float(one.value.replace("−", "-")) for one in found.cells]
    assert written == pytest.approx(rows.loc[list(MEANS), "difference"].tolist(), abs=0.0006)


def test_the_forest_tells_the_reference_and_keeps_the_prediction_interval(view, in_turn):
    marks = {line.label: line.marks for line in predictors.forest_lines(view)}
    assert list(marks["LORIS"]) == ["reference"]
    assert list(marks["Elastic net"]) == ["model"]
    assert list(marks["clin.albumin_g_per_dl (n 258)"]) == ["other"]
    turned = HeldOutView(in_turn)
    lead = next(line for line in predictors.forest_lines(turned) if "model" in line.marks).marks["model"]
    new = turned.estimate(turned.lead, "auroc_new_cohort", turned.random_effects("external"))
    assert (lead.new_low, lead.new_high) == pytest.approx((new.low, new.high))
    assert lead.value == pytest.approx(turned.estimate(turned.lead, "auroc", turned.mean("external")).estimate)


def test_one_cohort_has_neither_heat_map_nor_forest_of_predictors(external):
    metrics = external.metrics[external.metrics["cohort"].isin(["abroad_2022", "learned_2020"])]
    predictions = external.predictions[external.predictions["cohort"].isin(["abroad_2022", "learned_2020"])]
    one = replace(external, metrics=metrics, predictions=predictions)
    assert not {"heat", "predictors"} & set(illustrate_held_out(HeldOutView(one)))
    assert "Differences by every mean" not in render(one)


def test_a_first_word_that_all_cohorts_share_is_left_out(view):
    assert view.short_labels["abroad_2022"] == "abroad 2022"
    shared = HeldOutView(view.results)
    shared.__dict__["cohorts"] = [replace(one, name=f"set_{one.name}") for one in view.cohorts]
    assert shared.short_labels["set_abroad_2022"] == "abroad 2022"


def test_means_stand_first_where_a_table_is_too_wide_to_see_its_end(view, monkeypatch):
    assert matrix.columns(view, view.subgroup)[-1].label == "mean all"
    monkeypatch.setattr(matrix, "SEVERAL", 3)
    assert [one.label for one in matrix.columns(view, view.subgroup)][:3] == [
        "mean external",
        "mean internal",
        "mean all",
    ]


def test_many_inputs_of_a_kind_that_are_missing_alike_stand_in_one_row(external):
    genes = {f"gene.G{place}": 1.0 for place in range(8)}
    table = external.table.assign(**genes)
    table.loc[table["cohort"].eq("tiny_2023"), ["gene.G0", "gene.G1"]] = float("nan")
    study = external.study.model_copy(update={"features": [*external.study.features, "gene.*"]})
    rows = dict(inputs.input_groups(HeldOutView(replace(external, table=table, study=study))))["Read by the models"]
    cells = {row.feature: row.cells for row in rows}
    assert list(cells) == ["clin.albumin_g_per_dl", "clin.age_years", "gene.G0", "gene.G1", "gene.* (6 inputs)"]
    assert cells["gene.* (6 inputs)"] == [""] * len(external.datasets)
    assert cells["gene.G0"][list(external.datasets).index("tiny_2023")] == "absent"


def test_where_all_cohorts_are_strangers_the_headline_is_their_mean(in_turn):
    assert set(in_turn.outer["role"]) == {"external"}
    assert in_turn.headline == Place("weighted_mean", "external", in_turn.headline_subgroup)
    assert in_turn.metric(in_turn.models[0], "auroc") is not None


def test_choices_made_across_hospitals_are_not_called_random_folds(in_turn):
    heading = "Choices were not made across hospitals"
    assert heading in held_out_caveats(HeldOutView(in_turn))
    design = in_turn.study.design.model_copy(update={"inner": "leave_one_out"})
    across = replace(in_turn, study=in_turn.study.model_copy(update={"design": design}))
    assert heading not in held_out_caveats(HeldOutView(across))
