import io
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from stratify.report.figures import (
    ForestLine,
    HeatColumn,
    HeatRow,
    Mark,
    Series,
    calibration_figure,
    cohort_forest_figure,
    decision_figure,
    effects_figure,
    forest_figure,
    heat_map_figure,
    roc_figure,
    strata_figure,
)
from stratify.report.illustrations import illustrate
from stratify.report.style import to_svg

MODELS = ["elastic_net", "lightgbm"]


def texts(figure: Figure) -> str:
    return to_svg(figure, "figure", "words")


def test_every_figure_of_a_study_can_be_drawn_and_saved_as_png(results):
    drawn = illustrate(results)
    assert list(drawn) == ["forest", "roc", "calibration", "decision", "strata", "effects"]
    for illustration in drawn.values():
        buffer = io.BytesIO()
        illustration.figure.savefig(buffer, format="png")
        assert buffer.getvalue().startswith(b"\x89PNG")
        assert len(illustration.alternative) > 30


def test_figures_name_what_they_show(results):
    assert "Elastic net" in texts(roc_figure(results.out_of_fold, MODELS, "gene.CXCL9"))
    assert "gene.CXCL9" in texts(roc_figure(results.out_of_fold, MODELS, "gene.CXCL9"))
    assert "Slope 1.00" in texts(calibration_figure(results.out_of_fold, "elastic_net", "Slope 1.00"))
    assert "Act on nobody" in texts(decision_figure(results.out_of_fold, MODELS, [0.3]))


def test_one_class_in_a_fold_or_everywhere_does_not_stop_a_figure(results):
    rows = results.out_of_fold
    one_fold = rows.assign(y=rows["y"].mask(rows["split"] == "r00f0", 1))
    assert "Elastic net" in texts(roc_figure(one_fold, MODELS))
    assert "No fold has both classes" in texts(roc_figure(rows.assign(y=1), MODELS))
    texts(calibration_figure(rows.assign(y=1), "elastic_net"))
    texts(decision_figure(rows.assign(y=0), MODELS, [0.3, 0.6]))


def test_null_probabilities_and_scores_are_said_not_drawn(results):
    rows = results.out_of_fold.assign(probability=np.nan)
    assert "no probabilities" in texts(calibration_figure(rows, "elastic_net"))
    assert "No model gives probabilities" in texts(decision_figure(rows, MODELS, [0.3]))
    partly = results.out_of_fold.copy()
    partly.loc[partly["model"] == "lightgbm", "probability"] = np.nan
    texts(decision_figure(partly, MODELS, [0.3]))
    texts(roc_figure(results.out_of_fold.assign(score=np.nan), MODELS, "gene.CXCL9"))


def test_constant_probabilities_do_not_stop_the_calibration_figure(results):
    texts(calibration_figure(results.out_of_fold.assign(probability=0.4), "elastic_net"))


def test_forest_sorts_by_estimate_and_leaves_out_what_has_none():
    metrics = pd.DataFrame(
        {
            "model": ["lightgbm", "gene.A", "prevalence", "gene.B"],
            "estimate": [0.7, 0.8, 0.5, np.nan],
            "low": [0.6, np.nan, 0.5, np.nan],
            "high": [0.8, np.nan, 0.5, np.nan],
        }
    )
    figure = forest_figure(metrics, ["lightgbm"])
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["Training prevalence", "LightGBM", "gene.A"]
    assert "no estimate" not in texts(figure)
    assert "No model has an estimate" in texts(forest_figure(metrics.assign(estimate=np.nan), []))


def test_strata_figure_shows_an_empty_stratum():
    rates = pd.DataFrame(
        {
            "stratum": ["low", "high"],
            "from_probability": [0.0, 0.5],
            "to_probability": [0.5, 1.0],
            "n": [10, 0],
            "n_events": [3, 0],
            "rate": [0.3, np.nan],
            "low": [0.1, np.nan],
            "high": [0.6, np.nan],
        }
    )
    svg = texts(strata_figure(rates, 0.3))
    assert "nobody in this stratum" in svg
    assert "3 of 10" in svg
    assert "no strata" in texts(strata_figure(rates.assign(n=0, rate=np.nan), 0.3))


def test_strata_figure_shows_a_stratum_with_less_than_one_patient_on_average():
    rates = pd.DataFrame(
        [("low", 0.0, 0.5, 10, 3, 0.3, 0.1, 0.6), ("high", 0.5, 1.0, 0, 0, 1.0, 0.1, 1.0)],
        columns=["stratum", "from_probability", "to_probability", "n", "n_events", "rate", "low", "high"],
    )
    svg = texts(strata_figure(rates, 0.3))
    assert "less than 1 patient" in svg
    assert "nobody in this stratum" not in svg


def test_calibration_histogram_counts_the_patients_of_one_repetition(results):
    lower = calibration_figure(results.out_of_fold, "elastic_net").axes[1]
    assert sum(bar.get_height() for bars in lower.containers for bar in bars) == pytest.approx(80)


def test_effects_figure_copes_with_missing_intervals_and_with_nothing():
    rows = pd.DataFrame(
        {
            "feature": ["gene.A", "clin.sex"],
            "level": [None, "male"],
            "effect": [1.2, -0.3],
            "low": [0.2, np.nan],
            "high": [2.2, np.nan],
            "q_value": [0.01, 0.6],
        }
    )
    svg = texts(effects_figure(rows, "response"))
    assert "clin.sex = male" in svg
    assert "No feature has an estimate" in texts(effects_figure(rows.assign(effect=np.nan), "response"))


@pytest.mark.parametrize("setting", [{"font.size": 30}, {"axes.facecolor": "black"}])
def test_figures_do_not_depend_on_the_users_settings(results, setting):
    import matplotlib as mpl

    plain = texts(decision_figure(results.out_of_fold, MODELS, [0.3]))
    with mpl.rc_context(setting):
        assert texts(decision_figure(results.out_of_fold, MODELS, [0.3])) == plain


def heat_map(n_rows: int, n_columns: int, label: str = "logistic(score.A_signature_of_many_genes)") -> Figure:
    values = np.linspace(0.05, 0.95, n_columns).tolist()
    columns = [HeatColumn(f"cohort{place}", f"n {place}") for place in range(n_columns - 1)]
    rows = [HeatRow("Models"), *(HeatRow(f"{label}{place}", values) for place in range(n_rows))]
    return heat_map_figure(rows, [*columns, HeatColumn("weighted mean", mean=True)])


@pytest.mark.parametrize(("n_rows", "n_columns"), [(35, 19), (8, 8), (1, 2)])
def test_heat_map_writes_every_value_inside_its_cell_and_every_label_inside_the_figure(n_rows, n_columns):
    figure = heat_map(n_rows, n_columns)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert (len(axes.patches), len(axes.texts)) == (n_rows * n_columns, n_rows * n_columns)
    for cell, text in zip(axes.patches, axes.texts, strict=True):
        inside, words = cell.get_window_extent(), text.get_window_extent()
        assert inside.x0 <= words.x0 < words.x1 <= inside.x1
        assert inside.y0 <= words.y0 < words.y1 <= inside.y1
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        box = label.get_window_extent()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
    labels = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert all(left.x1 <= right.x0 for left, right in pairwise(labels))
    assert figure.get_figwidth() < 10.5


def test_heat_map_is_coloured_alike_on_both_sides_of_the_middle_and_grey_where_undefined():
    columns = [HeatColumn(name) for name in "abcd"]
    figure = heat_map_figure([HeatRow("m", [0.5, 0.7, 0.3, np.nan], [False, True, False, False])], columns)
    chance, better, worse, missing = (np.array(patch.get_facecolor()[:3]) for patch in figure.axes[0].patches)
    assert chance.min() > 0.93
    assert better[2] > better[0]
    assert worse[0] > worse[2]
    assert np.ptp(missing) < 0.03
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.50", "0.70", "0.30", "–"]
    assert [text.get_fontweight() for text in figure.axes[0].texts] == ["normal", "bold", "normal", "normal"]
    assert "No predictor has an estimate" in texts(heat_map_figure([], columns))


def test_forest_of_predictors_draws_one_mark_a_line_and_a_thin_prediction_interval():
    lines = [
        ForestLine("a model", "cohort", {"model": Mark(0.7, 0.65, 0.75, 0.55, 0.85)}),
        ForestLine("a rival", "cohort", {"other": Mark(0.6, 0.55, 0.65)}),
    ]
    series = {"model": Series("Models"), "other": Series("Others", filled=False)}
    axes = cohort_forest_figure(lines, series, quantity="AUROC", reference=0.5, one_a_line=True).axes[0]
    intervals = [line for line in axes.lines[1:] if len(line.get_xdata()) == 2]
    assert [list(line.get_xdata()) for line in intervals] == [[0.55, 0.85], [0.65, 0.75], [0.55, 0.65]]
    assert [float(line.get_ydata()[0]) for line in intervals] == [2, 2, 1]
    assert intervals[0].get_linewidth() < intervals[1].get_linewidth()
    assert axes.get_xlim()[0] < 0.55
    assert axes.get_xlim()[1] > 0.85
