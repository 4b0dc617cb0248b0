"""Small multiples: one panel a cohort."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stratify.report.curves import held_out_probabilities, net_benefit, reliability
from stratify.report.names import model_title
from stratify.report.style import ACCENT, FAINT, INK, SOFT, new_figure, quiet_grid, say_empty, styled

WIDTH = 7.4
COLUMNS = 4
PER_GROUP = 25
"""Patients a group of a reliability curve should have."""


@dataclass(frozen=True)
class Panel:
    """One cohort."""

    title: str
    """Short: one line above the panel."""

    predictions: pd.DataFrame
    """Rows of `predictions.parquet` of the cohort, of all models; one row a patient and model."""

    note: str = ""
    """A line of text in the corner."""


def calibration_grid(panels: Sequence[Panel], models: Sequence[str]) -> Figure:
    """Draw event rates against probabilities in quantile groups, a panel a cohort.

    Parameters
    ----------
    panels
        The cohorts.
    models
        The lead model, drawn with intervals, and others, drawn as thin lines. Models without probabilities are left
        out.

    Returns
    -------
    matplotlib.figure.Figure
    """

    def draw(axes: Axes, panel: Panel) -> None:
        axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8)
        for rank, name in reversed(list(enumerate(models))):
            _reliability(axes, panel.predictions[panel.predictions["model"] == name], lead=rank == 0)
        axes.text(0.04, 0.96, panel.note, va="top", color=SOFT, fontsize=7, transform=axes.transAxes)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])

    drawn = [panel for panel in panels if _has_probabilities(panel, models[:1])]
    return _grid(drawn, draw, ("Predicted probability", "Observed event rate"), _handles(models), height=2.0)


def _has_probabilities(panel: Panel, models: Sequence[str]) -> bool:
    rows = panel.predictions
    return bool(rows.loc[rows["model"].isin(models), "probability"].notna().any())


def _reliability(axes: Axes, predictions: pd.DataFrame, *, lead: bool) -> None:
    pairs = held_out_probabilities(predictions)
    if pairs.empty:
        return
    groups = reliability(pairs, int(np.clip(len(pairs) // PER_GROUP, 2, 10)))
    if not lead:
        axes.plot(groups["expected"], groups["observed"], color=SOFT, lw=0.9, marker="o", ms=2.6, mfc="white")
        return
    bars = [(groups["observed"] - groups[bound]).abs() for bound in ("low", "high")]
    axes.errorbar(
        groups["expected"], groups["observed"], yerr=bars, color=ACCENT, marker="o", ms=3.2, lw=1.2, elinewidth=0.8
    )


def decision_grid(panels: Sequence[Panel], models: Sequence[str], cut_offs: Sequence[float]) -> Figure:
    """Draw net benefit over threshold probabilities, a panel a cohort.

    Parameters
    ----------
    panels
        The cohorts.
    models
        The lead model and others; those without probabilities are left out.
    cut_offs
        The study's declared cut-offs, marked on the axis.

    Returns
    -------
    matplotlib.figure.Figure
    """
    end = max([0.5, *cut_offs]) + 0.1

    def draw(axes: Axes, panel: Panel) -> None:
        for cut_off in cut_offs:
            axes.axvline(cut_off, color=FAINT, lw=0.7, ls=(0, (1, 2)))
        top = 0.05
        for rank, name in reversed(list(enumerate(models))):
            curve = net_benefit(panel.predictions[panel.predictions["model"] == name])
            curve = curve[curve["threshold"] <= end]
            axes.plot(curve["threshold"], curve["model"], color=SOFT if rank else ACCENT, lw=0.9 if rank else 1.7)
            if rank == 0:
                axes.plot(curve["threshold"], curve["everyone"], color=INK, lw=0.8, ls=(0, (4, 2)))
                top = max(top, float(curve["everyone"].max()), float(curve["model"].max()))
        axes.axhline(0, color=FAINT, lw=0.8)
        axes.set(xlim=(0, end), ylim=(-0.3 * top, 1.08 * top))

    everyone = Line2D([], [], color=INK, lw=0.8, ls=(0, (4, 2)))
    handles = _handles(models) | {"Act on everyone": everyone, "Act on nobody": Line2D([], [], color=FAINT, lw=0.8)}
    drawn = [panel for panel in panels if _has_probabilities(panel, models[:1])]
    return _grid(drawn, draw, ("Threshold probability", "Net benefit"), handles, height=1.7)


def _handles(models: Sequence[str]) -> dict[str, Line2D]:
    return {
        model_title(name): Line2D([], [], color=SOFT if rank else ACCENT, lw=0.9 if rank else 1.7)
        for rank, name in enumerate(models)
    }


def _grid(
    panels: Sequence[Panel],
    draw: Callable[[Axes, Panel], None],
    labels: tuple[str, str],
    handles: Mapping[str, Line2D],
    *,
    height: float,
) -> Figure:
    with styled():
        if not panels:
            figure = new_figure(WIDTH, 1.4)
            say_empty(figure.subplots(), "No cohort has enough patients with probabilities.")
            return figure
        rows = -(-len(panels) // COLUMNS)
        columns = min(len(panels), COLUMNS) if rows == 1 else -(-len(panels) // rows)
        figure = new_figure(WIDTH, 0.6 + height * rows)
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for axes, panel in zip(grid, panels, strict=False):
            quiet_grid(axes)
            draw(axes, panel)
            axes.set_title(panel.title, fontsize=8, color=INK)
            axes.tick_params(labelsize=7)
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
        figure.supxlabel(labels[0], fontsize=8.5)
        figure.supylabel(labels[1], fontsize=8.5)
        figure.legend(list(handles.values()), list(handles), loc="outside upper left", ncols=len(handles))
    return figure
