"""Heat map of one quantity: predictors by row, cohorts and means by column."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from stratify.report.numbers import ABSENT, number
from stratify.report.style import ACCENT, INK, PAPER, SOFT, new_figure, say_empty, styled

WIDTH = 9.2
HEIGHT = 0.2
"""Of a row, in inches."""

NARROW, BROAD = 0.33, 0.7
"""Least and greatest width of a column, in inches."""

CHARACTER = 0.062
"""Width of a character of a label, in inches."""

UNDEFINED = "#e3e7ea"
COLOURS = colormaps["BrBG"]
"""Brown through white to teal: told apart with any kind of colour vision."""

REACH = 0.4
"""Distance from the middle at which the colour is deepest."""

DARK = 0.24
"""Distance from the middle from which a cell is too dark for dark letters."""


@dataclass(frozen=True)
class HeatRow:
    """One predictor; or a heading, which has no cells."""

    label: str
    cells: Sequence[float] = field(default_factory=list)
    """Values by column; NaN where there is none."""

    firm: Sequence[bool] = field(default_factory=list)
    """By column: whether the interval leaves out the middle."""

    marked: bool = False
    """Written in the accent colour."""


@dataclass(frozen=True)
class HeatColumn:
    """One cohort, or several taken together."""

    label: str
    note: str = ""
    """Second line, such as the number of patients."""

    mean: bool = False
    """Several cohorts taken together: set apart by a gap."""


def heat_map_figure(rows: Sequence[HeatRow], columns: Sequence[HeatColumn], *, middle: float = 0.5) -> Figure:
    """Draw a value in each cell, coloured by its distance from the middle.

    Parameters
    ----------
    rows
        From top to bottom.
    columns
        From left to right, means last.
    middle
        The value without colour.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with styled():
        names = CHARACTER * max((len(row.label) for row in rows if row.cells), default=1)
        width = float(np.clip((WIDTH - names - 0.2) / max(len(columns), 1), NARROW, BROAD))
        upright = any(len(word) * CHARACTER > width for column in columns for word in column.label.split())
        above = _height_of_labels(columns, upright=upright)
        figure = new_figure(names + 0.2 + width * len(columns), above + HEIGHT * max(len(rows), 2) + 0.2)
        axes = figure.subplots()
        if not any(row.cells for row in rows):
            say_empty(axes, "No predictor has an estimate.")
            return figure
        lefts = _lefts(columns)
        for place, row in enumerate(rows):
            _draw_row(axes, row, place, lefts, middle)
        _label_rows(axes, rows)
        _label_columns(axes, columns, lefts, upright=upright)
        axes.set(xlim=(0, lefts[-1] + 1), ylim=(len(rows), 0))
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
    return figure


def _height_of_labels(columns: Sequence[HeatColumn], *, upright: bool) -> float:
    if upright:
        return CHARACTER * max(max(len(column.label), len(column.note)) for column in columns) + 0.1
    return 0.14 * max(len(column.label.split()) + bool(column.note) for column in columns) + 0.1


def _lefts(columns: Sequence[HeatColumn]) -> list[float]:
    gap = next((place for place, column in enumerate(columns) if column.mean), len(columns))
    return [place + (0.25 if 0 < gap <= place else 0.0) for place in range(len(columns))]


def _draw_row(axes: Axes, row: HeatRow, place: int, lefts: Sequence[float], middle: float) -> None:
    scale = Normalize(middle - REACH, middle + REACH, clip=True)
    firm = row.firm or [False] * len(row.cells)
    for left, value, known in zip(lefts[: len(row.cells)], row.cells, firm, strict=True):
        defined = bool(np.isfinite(value))
        face = COLOURS(float(scale(value))) if defined else UNDEFINED
        axes.add_patch(Rectangle((left, place), 1, 1, facecolor=face, edgecolor=PAPER, lw=0.8))
        axes.text(
            left + 0.5,
            place + 0.53,
            number(value, 2) if defined else ABSENT,
            ha="center",
            va="center",
            fontsize=7.6,
            fontweight="bold" if known else "normal",
            color=PAPER if defined and abs(value - middle) > DARK else INK if defined else SOFT,
        )


def _label_rows(axes: Axes, rows: Sequence[HeatRow]) -> None:
    axes.set_yticks([place + 0.53 for place in range(len(rows))], [row.label for row in rows])
    for text, row in zip(axes.get_yticklabels(), rows, strict=True):
        text.set(color=INK, fontsize=7.6)
        if not row.cells:
            text.set(color=SOFT, fontweight="bold")
        elif row.marked:
            text.set(color=ACCENT, fontweight="bold")


def _label_columns(axes: Axes, columns: Sequence[HeatColumn], lefts: Sequence[float], *, upright: bool) -> None:
    labels = [
        "\n".join(part for part in ([column.label] if upright else column.label.split()) + [column.note] if part)
        for column in columns
    ]
    axes.set_xticks([left + 0.5 for left in lefts], labels)
    axes.tick_params(axis="x", labeltop=True, labelbottom=False)
    for text, column in zip(axes.get_xticklabels(), columns, strict=True):
        text.set(color=ACCENT if column.mean else INK, fontsize=7.2, linespacing=1.25)
        if upright:
            text.set(rotation=90, ha="center", va="bottom", multialignment="left")
