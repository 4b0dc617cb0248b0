"""Forest plot over cohorts: one line a cohort or mean, one mark a series."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stratify.report.numbers import with_interval
from stratify.report.style import ACCENT, FAINT, INK, SOFT, new_figure, quiet_grid, say_empty, styled

WIDTH = 7.4
LINE = 0.155
"""Height of one mark, in inches."""


@dataclass(frozen=True)
class Mark:
    """An estimate with its interval; the estimate is NaN where only the interval is to be drawn."""

    value: float
    low: float
    high: float
    new_low: float = float("nan")
    new_high: float = float("nan")
    """Prediction interval for another cohort, drawn as a thin line; NaN where there is none."""


@dataclass(frozen=True)
class ForestLine:
    """A heading, a cohort, or several taken together."""

    label: str
    kind: Literal["heading", "cohort", "mean", "new"]
    marks: dict[str, Mark] = field(default_factory=dict)
    """By series; those without a number are left out."""


@dataclass(frozen=True)
class Series:
    """What is drawn on every line."""

    title: str
    colour: str = ACCENT
    filled: bool = True


def cohort_forest_figure(
    lines: Sequence[ForestLine],
    series: dict[str, Series],
    *,
    quantity: str,
    reference: float | None,
    digits: int = 2,
    one_a_line: bool = False,
) -> Figure:
    """Draw estimates with intervals, cohort by cohort, in the order given.

    Cohorts are circles, means diamonds, and the interval for a new cohort a bare broken line, which may leave the plot.

    Parameters
    ----------
    lines
        From top to bottom.
    series
        By key of the lines' marks; written beside the plot in this order.
    quantity
        What the axis shows.
    reference
        Value without information, drawn as a line; none where ``None``.
    digits
        Digits of the numbers beside the plot.
    one_a_line
        Each line has the mark of one series only, drawn in its middle.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with styled():
        slots = 1 if one_a_line else len(series)
        thickness = LINE * (slots + (0.45 if one_a_line else 1))
        figure = new_figure(WIDTH, 0.95 + thickness * max(len(lines), 3))
        axes = figure.subplots()
        if not any(line.marks for line in lines):
            say_empty(axes, f"No cohort has an estimate of {quantity}.")
            return figure
        quiet_grid(axes, "x")
        if reference is not None:
            axes.axvline(reference, color=FAINT, lw=0.9)
        for place, line in enumerate(lines):
            for rank, (key, one) in enumerate(series.items()):
                if key in line.marks:
                    _draw(axes, line.marks[key], len(lines) - place + _offset(rank, slots), line.kind, one)
        _label(axes, lines)
        _write_numbers(axes, lines, list(series), digits, slots)
        axes.set(ylim=(0.4, len(lines) + 0.6), xlim=_limits(lines, reference), xlabel=quantity)
        if len(series) > 1:
            _legend(figure, series)
    return figure


def _limits(lines: Sequence[ForestLine], reference: float | None) -> tuple[float, float]:
    """Make room for every interval but those of new cohorts, which can be wide enough to squeeze all others."""
    marks = [mark for line in lines if line.kind != "new" for mark in line.marks.values()]
    ends = pd.Series(
        [end for mark in marks for end in (mark.value, mark.low, mark.high, mark.new_low, mark.new_high)], dtype=float
    ).dropna()
    if reference is not None:
        ends = pd.concat([ends, pd.Series([reference])])
    margin = 0.04 * (ends.max() - ends.min()) or 0.1
    return float(ends.min() - margin), float(ends.max() + margin)


def _offset(rank: int, n: int) -> float:
    return 0.0 if n == 1 else ((n - 1) / 2 - rank) / (n + 1)


def _draw(axes: Axes, mark: Mark, height: float, kind: str, series: Series) -> None:
    new = kind == "new"
    if pd.notna(mark.new_low) and pd.notna(mark.new_high):
        axes.plot([mark.new_low, mark.new_high], [height, height], color=series.colour, lw=0.6)
    if pd.notna(mark.low) and pd.notna(mark.high):
        style = {"ls": (0, (3, 1.5)), "lw": 1.3} if new else {"lw": 1.4}
        axes.plot([mark.low, mark.high], [height, height], color=series.colour, **style)
    if not new and pd.notna(mark.value):
        shape, size = ("D", 5.4) if kind == "mean" else ("o", 4.8)
        face = series.colour if series.filled else "white"
        axes.plot(mark.value, height, shape, ms=size, color=series.colour, markerfacecolor=face, mew=1.2)


def _label(axes: Axes, lines: Sequence[ForestLine]) -> None:
    axes.set_yticks(range(len(lines), 0, -1), [line.label for line in lines])
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    for text, line in zip(axes.get_yticklabels(), lines, strict=True):
        if line.kind == "heading":
            text.set(fontweight="bold", color=SOFT)
        elif line.kind != "cohort":
            text.set(color=ACCENT)


def _write_numbers(axes: Axes, lines: Sequence[ForestLine], series: list[str], digits: int, slots: int) -> None:
    """Write the estimates beside the plot, a tick a mark, so that the layout makes room for them."""
    ticks = [
        (len(lines) - place + _offset(rank, slots), line.marks[key], line.kind)
        for place, line in enumerate(lines)
        for rank, key in enumerate(series)
        if key in line.marks
    ]
    values = axes.secondary_yaxis("right")
    values.set_yticks([height for height, _, _ in ticks], [_text(mark, kind, digits) for _, mark, kind in ticks])
    values.tick_params(length=0, labelcolor=INK, labelsize=7.4)
    values.spines["right"].set_visible(False)


def _text(mark: Mark, kind: str, digits: int) -> str:
    text = with_interval(mark.value, mark.low, mark.high, digits)
    return text[text.find("(") + 1 : -1] if kind == "new" and "(" in text else text


def _legend(figure: Figure, series: dict[str, Series]) -> None:
    handles = [
        Line2D([], [], color=one.colour, marker="o", ms=4.8, lw=1.4, markerfacecolor=one.colour if one.filled else "w")
        for one in series.values()
    ]
    figure.legend(handles, [one.title for one in series.values()], loc="outside upper left", ncols=len(series))
