"""Event rate per stratum."""

from collections.abc import Hashable
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stratify.report.numbers import number, percent
from stratify.report.style import ACCENT, FAINT, INK, SOFT, new_figure, say_empty, styled


def strata_figure(rates: pd.DataFrame, prevalence: float) -> Figure:
    """Draw each stratum's event rate with its interval, and the rate of all patients as a line.

    Parameters
    ----------
    rates
        Columns `stratum, from_probability, to_probability, n, n_events, rate, low, high`, from the lowest probability
        upwards; an empty stratum has no rate. Counts are averages over repetitions, rounded: `n` can be 0 where there
        is a rate.
    prevalence
        Event rate of all patients.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with styled():
        figure = new_figure(4.9, 0.75 + 0.46 * len(rates))
        axes = figure.subplots()
        if rates["rate"].isna().all():
            say_empty(axes, "No patient has a probability, so there are no strata.")
            return figure
        axes.axvline(prevalence, color=FAINT, lw=0.9, ls=(0, (4, 3)))
        for place, row in enumerate(rates.to_dict("records")):
            axes.barh(place, 1, height=0.56, color="#f4f6f7", lw=0)
            if pd.isna(row["rate"]):
                axes.text(0.01, place, "nobody in this stratum", va="center", color=SOFT, fontsize=8)
                continue
            axes.barh(place, row["rate"], height=0.56, color="#9cc4ca", lw=0)
            axes.plot([row["low"], row["high"]], [place, place], color=ACCENT, lw=1.5)
            axes.plot(row["rate"], place, "o", color=ACCENT, ms=4.5)
        for place, row in enumerate(rates.to_dict("records")):
            share = f"{number(row['from_probability'], 2)} to {number(row['to_probability'], 2)}"
            _two_lines(axes, (-0.015, place), "right", [row["stratum"], share])
            _two_lines(axes, (1.015, place), "left", [percent(row["rate"]), _counts(row)])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set(xlim=(0, 1), ylim=(-0.5, len(rates) - 0.5), xlabel="Observed event rate")
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25%", "50%", "75%", "100%"])
    return figure


def _counts(row: dict[Hashable, Any]) -> str:
    if row["n"] == 0 and pd.notna(row["rate"]):
        return "less than 1 patient"
    return f"{row['n_events']} of {row['n']}"


def _two_lines(axes: Axes, at: tuple[float, float], side: Literal["left", "right"], lines: list[str]) -> None:
    """Write two lines beside a bar; single texts, because a text of two lines is aligned for one font only."""
    axes.text(at[0], at[1] + 0.04, lines[0], ha=side, va="bottom", color=INK)
    axes.text(at[0], at[1] - 0.04, lines[1], ha=side, va="top", color=SOFT, fontsize=8)
