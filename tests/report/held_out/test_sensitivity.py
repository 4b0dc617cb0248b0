import dataclasses

from stratify.report.held_out.sensitivity import LOCAL_METRICS, local_table, ranked_models, ranking_tables
from stratify.report.held_out.view import HeldOutView
from stratify.report.numbers import number


def test_each_analysis_starts_with_the_main_one_and_gives_the_difference_to_it(external, view):
    tables = ranking_tables(view)
    assert [[row.title for row in rows] for _, rows in tables] == [
        ["Main analysis", "Recist"],
        ["Main analysis", "On treatment biopsy"],
        ["Main analysis", "Cancer type: head and neck"],
    ]
    main, other = tables[0][1]
    wanted = "analysis == 'label' and cohort == 'weighted_mean' and metric == 'auroc'"
    found = external.sensitivity.query(wanted).set_index("model")
    for name, before, cell in zip(ranked_models(view), main.cells, other.cells, strict=True):
        before_value = external.metric(name, "auroc").estimate
        assert before.value == number(before_value)
        assert cell.value == number(found.loc[name, "estimate"])
        assert cell.interval.split("; ")[1].lstrip("+") == number(found.loc[name, "estimate"] - before_value)
    assert other.n == str(found.loc[view.lead, "n"])


def test_local_patients_are_shown_for_the_lead_the_rival_and_the_prevalence(external, view):
    table = local_table(view)
    assert [title for title, _ in table.rows] == [
        "Nobody: as it is",
        "10 patients: intercept",
        "10 patients: intercept and slope",
        "20 patients: intercept",
        "20 patients: intercept and slope",
    ]
    wanted = "cohort == 'weighted_mean' and variant == 'intercept 20 patients' and metric == 'brier' and model == @lead"
    lead = view.lead  # noqa: F841 - the query reads it
    assert table.rows[3][1][0] == number(external.sensitivity.query(wanted)["estimate"].iloc[0])
    assert len(table.rows[0][1]) == len(LOCAL_METRICS) * len(table.models)


def test_nothing_is_shown_where_nothing_was_asked(external):
    empty = HeldOutView(dataclasses.replace(external, sensitivity=external.sensitivity.iloc[:0]))
    assert ranking_tables(empty) == []
    assert local_table(empty) is None
