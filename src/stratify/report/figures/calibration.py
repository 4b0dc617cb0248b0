"""Reliability of a model's probabilities."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stratify.report.curves import held_out_probabilities, reliability, reliability_groups
from stratify.report.style import ACCENT, FAINT, SOFT, new_figure, quiet_grid, say_empty, styled


def calibration_figure(predictions: pd.DataFrame, model: str, summary: str = "") -> Figure:
    """Draw event rates against probabilities in quantile groups, with a histogram of the probabilities below.

    Both are averages over repetitions: the histogram counts the patients of a repetition.

    Parameters
    ----------
    predictions
        Rows of `predictions.parquet` with role `cv`, of all models.
    model
        The model to draw.
    summary
        Lines of text for the corner (slope, intercept, observed/expected).

    Returns
    -------
    matplotlib.figure.Figure
    """
    with styled():
        figure = new_figure(4.3, 4.9)
        pairs = held_out_probabilities(predictions[predictions["model"] == model])
        if pairs.empty:
            say_empty(figure.subplots(), "This model gives no probabilities.")
            return figure
        groups = reliability(pairs, reliability_groups(pairs["patient_id"].nunique()))
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[4.3, 1])
        quiet_grid(upper)
        upper.plot([0, 1], [0, 1], color=FAINT, lw=0.8)
        upper.errorbar(
            groups["expected"],
            groups["observed"],
            yerr=[(groups["observed"] - groups[bound]).abs() for bound in ("low", "high")],
            color=ACCENT,
            marker="o",
            ms=4.5,
            lw=1.4,
            elinewidth=0.9,
        )
        upper.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), ylabel="Observed event rate")
        upper.text(0.03, 0.97, summary, va="top", color=SOFT, fontsize=8, linespacing=1.5, transform=upper.transAxes)
        by_outcome = [pairs.loc[pairs["y"] == outcome, "probability"] for outcome in (1, 0)]
        weights = [np.full(len(one), 1 / pairs["repeat"].nunique(dropna=False)) for one in by_outcome]
        colours = [ACCENT, "#c9d1d7"]
        lower.hist(by_outcome, bins=20, range=(0, 1), weights=weights, stacked=True, color=colours, rwidth=0.86)
        lower.tick_params(length=0)
        lower.set(xlabel="Predicted probability", ylabel="Patients")
    return figure
