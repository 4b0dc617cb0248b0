"""Forest plot of one metric over models and comparators."""

from collections.abc import Collection

import pandas as pd
from matplotlib.figure import Figure

from stratify.report.names import NAIVE, is_feature, is_published, model_title
from stratify.report.numbers import with_interval
from stratify.report.style import ACCENT, FAINT, INK, SOFT, new_figure, quiet_grid, say_empty, styled


def forest_figure(
    metrics: pd.DataFrame, highlighted: Collection[str], *, quantity: str = "AUROC", reference: float = 0.5
) -> Figure:
    """Draw estimates with intervals, best on top.

    Parameters
    ----------
    metrics
        One row a model: columns `model, estimate, low, high` of one metric and cohort, higher is better.
    highlighted
        Models in the accent colour (the champion).
    quantity
        What the axis shows.
    reference
        Value without information, drawn as a line.

    Returns
    -------
    matplotlib.figure.Figure
    """
    rows = metrics.dropna(subset=["estimate"]).sort_values(["estimate", "model"]).reset_index(drop=True)
    with styled():
        figure = new_figure(4.9, 0.8 + 0.215 * max(len(rows), 3))
        axes = figure.subplots()
        if rows.empty:
            say_empty(axes, f"No model has an estimate of {quantity}.")
            return figure
        quiet_grid(axes, "x")
        axes.axvline(reference, color=FAINT, lw=0.9)
        for place, row in enumerate(rows.to_dict("records")):
            colour = ACCENT if row["model"] in highlighted else SOFT if _is_comparator(row["model"]) else INK
            if pd.notna(row["low"]) and pd.notna(row["high"]):
                axes.plot([row["low"], row["high"]], [place, place], color=colour, lw=1.4)
            marker = "o" if is_feature(row["model"]) else "D" if row["model"] in NAIVE else "s"
            face = "white" if _is_comparator(row["model"]) else colour
            axes.plot(row["estimate"], place, marker=marker, ms=5, color=colour, markerfacecolor=face, mew=1.2)
        axes.set_yticks(range(len(rows)), [model_title(name) for name in rows["model"]])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set(ylim=(-0.7, len(rows) - 0.3), xlabel=quantity)
        axes.spines["left"].set_visible(False)
        values = axes.secondary_yaxis("right")
        values.set_yticks(
            range(len(rows)), [with_interval(r["estimate"], r["low"], r["high"], 2) for r in rows.to_dict("records")]
        )
        values.tick_params(length=0, labelcolor=INK)
        values.spines["right"].set_visible(False)
        for labels in (axes.get_yticklabels(), values.get_yticklabels()):
            for label, name in zip(labels, rows["model"], strict=True):
                if name in highlighted:
                    label.set(color=ACCENT, fontweight="bold")
    return figure


def _is_comparator(name: str) -> bool:
    return is_feature(name) or is_published(name) or name in NAIVE
