from dataclasses import replace

import pandas as pd
import pytest

from stratify.report import tables
from stratify.report.numbers import number
from stratify.report.results import Place

COHORT = "mock_2020"


def metric(results, model, name):
    rows = results.metrics.query("model == @model and metric == @name and role == 'cv' and subgroup == 'all'")
    return rows.iloc[0]


def test_performance_has_every_model_and_naive_comparator_with_the_tables_numbers(results):
    groups = dict(tables.performance_groups(results, Place(COHORT)))
    assert [row.name for row in groups["Models trained in this study"]] == ["elastic_net", "lightgbm"]
    assert [row.name for row in groups["Naive comparators"]] == ["prevalence", "group_mean"]
    for row in [row for rows in groups.values() for row in rows]:
        for (name, (_, digits)), cell in zip(tables.PERFORMANCE.items(), row.cells, strict=True):
            expected = metric(results, row.name, name)
            assert cell.value == number(expected["estimate"], digits)
            if pd.notna(expected["low"]):
                assert cell.interval == f"{number(expected['low'], digits)} to {number(expected['high'], digits)}"


def test_every_biomarker_stands_once_best_first(results):
    rows = tables.biomarker_performance(results, Place(COHORT))
    assert sorted(row["name"] for row in rows) == ["gene.CD8A", "gene.CXCL9", "sig.cyt"]
    assert {row["name"]: row["title"] for row in rows} == {
        "gene.CXCL9": "",
        "gene.CD8A": "",
        "sig.cyt": "Cytolytic <activity>",
    }
    assert [float(row["auroc"].split()[0]) for row in rows] == sorted(
        (round(metric(results, row["name"], "auroc")["estimate"], 3) for row in rows), reverse=True
    )


def test_comparisons_are_turned_for_a_champion_that_is_named_second(results):
    forward = results.comparison("elastic_net", "lightgbm", "auroc")
    backward = replace(results, champion="lightgbm").comparison("lightgbm", "elastic_net", "auroc")
    assert backward.difference == -forward.difference
    assert (backward.low, backward.high) == (-forward.high, -forward.low)
    rows = tables.comparison_rows(replace(results, champion="lightgbm"), Place(COHORT))
    assert rows[0]["comparator"] == "Elastic net"


def test_strongest_are_the_ten_smallest_p_values(results):
    found = tables.strongest_features(results)
    assert len(found) == tables.STRONGEST
    assert found["p_value"].tolist() == sorted(results.univariate["p_value"].dropna())[: tables.STRONGEST]


def test_attrition_counts_without_identifiers(results):
    [(title, rows)] = tables.attrition_tables(results)
    assert title == "Mock 2020, nobody's cohort"
    assert [row["remaining"] for row in rows] == ["91", "82", "80"]
    assert [row["excluded"] for row in rows] == ["", "−9", "−2"]
    assert [row["positive"] for row in rows] == ["–", "–", "40"]


def test_findings_stand_worst_first_and_without_identifiers(results):
    rows = tables.finding_rows(results)
    assert [row["severity"] for row in rows] == ["error", "warning", "info"]
    assert rows[0]["detail"] == "[patient] stands twice; first: [patient]"


def test_choice_shows_inner_outer_and_apparent(results):
    first = tables.choice_rows(results)[0]
    assert first["champion"]
    assert first["inner_auroc"] == "0.720"
    assert float(first["apparent"]) > 0.5


def test_training_metrics_are_those_of_the_headline_cohort(results):
    inner = results.metrics["metric"].str.startswith("inner_")
    own = results.metrics.assign(cohort=results.metrics["cohort"].mask(inner, "all"))
    elsewhere = results.metrics.assign(cohort="elsewhere", estimate=0.123)[~inner]
    changed = replace(results, metrics=pd.concat([elsewhere, own]))
    assert tables.choice_rows(changed) == tables.choice_rows(results)


def test_strata_come_from_the_metrics(results):
    rates = results.strata_of(COHORT)
    assert rates["stratum"].tolist() == ["low", "intermediate", "high"]
    rows = results.out_of_fold.query("model == 'elastic_net'")
    pairs = rows["y"].groupby(pd.cut(rows["probability"], [0, 0.3, 0.6, 1], right=False), observed=False)
    assert rates["rate"].tolist() == pytest.approx(pairs.mean().tolist())
    assert rates["n"].tolist() == (pairs.size() / 3).round().tolist()
    written = tables.strata_rows(rates)
    assert written[0]["range"] == "0.00 to 0.30"
    metrics = results.metrics[results.metrics["subgroup"] != "stratum_high"]
    empty = replace(results, metrics=metrics).strata_of(COHORT)
    assert empty["n"].iloc[2] == 0
    assert tables.strata_rows(empty)[2]["rate"] == "–"


@pytest.mark.parametrize("champion", ["elastic_net", "lightgbm", None])
def test_the_champion_stands_first(results, champion):
    changed = replace(results, champion=champion)
    assert changed.models[0] == (champion or "elastic_net")
