"""Forest plot of the strongest univariate associations."""

import pandas as pd
from matplotlib.figure import Figure

from stratify.report.numbers import p_value
from stratify.report.style import ACCENT, FAINT, INK, SOFT, new_figure, quiet_grid, say_empty, styled

LEVEL = 0.05


def effects_figure(strongest: pd.DataFrame, positive: str) -> Figure:
    """Draw log odds ratios per standard deviation with intervals; filled where q is at most 0.05.

    Parameters
    ----------
    strongest
        Rows of `univariate.parquet` to draw, strongest first.
    positive
        The positive class, in words; names the directions.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = strongest.dropna(subset=["effect"]).iloc[::-1].reset_index(drop=True)
    with styled():
        figure = new_figure(4.9, 0.8 + 0.235 * max(len(rows), 3))
        axes = figure.subplots()
        if rows.empty:
            say_empty(axes, "No feature has an estimate.")
            return figure
        quiet_grid(axes, "x")
        axes.axvline(0, color=FAINT, lw=0.9)
        for place, row in enumerate(rows.to_dict("records")):
            firm = pd.notna(row["q_value"]) and row["q_value"] <= LEVEL
            colour = ACCENT if firm else SOFT
            if pd.notna(row["low"]) and pd.notna(row["high"]):
                axes.plot([row["low"], row["high"]], [place, place], color=colour, lw=1.4)
            axes.plot(
                row["effect"], place, "o", ms=5.2, color=colour, markerfacecolor=colour if firm else "white", mew=1.2
            )
        axes.set_yticks(
            range(len(rows)), [feature_label(row["feature"], row["level"]) for row in rows.to_dict("records")]
        )
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        values = axes.secondary_yaxis("right")
        values.set_yticks(range(len(rows)), [f"q = {p_value(q)}".replace("= <", "< ") for q in rows["q_value"]])
        values.tick_params(length=0, labelcolor=SOFT)
        for side in (axes.spines["left"], values.spines["right"]):
            side.set_visible(False)
        axes.set(ylim=(-0.7, len(rows) - 0.3), xlabel=f"Log odds ratio of {positive}, per standard deviation")
    return figure


def feature_label(feature: str, level: str | None) -> str:
    """Name a feature, with the category's level where there is one."""
    return feature if pd.isna(level) else f"{feature} = {level}"
