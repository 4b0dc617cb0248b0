"""Decision curve: net benefit of acting on the model's probability."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from stratify.report.curves import net_benefit
from stratify.report.names import model_title
from stratify.report.style import ACCENT, FAINT, INK, SOFT, new_figure, quiet_grid, say_empty, styled

DASHES = ["--", "-.", ":"]


def decision_figure(predictions: pd.DataFrame, models: list[str], cut_offs: list[float]) -> Figure:
    """Draw net benefit over threshold probabilities, with acting on everyone and on nobody.

    The horizontal axis ends where no patient has a higher probability.

    Parameters
    ----------
    predictions
        Rows of `predictions.parquet` with role `cv`, of all models.
    models
        Models to draw, the champion first.
    cut_offs
        The study's declared cut-offs, marked on the axis.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with styled():
        figure = new_figure(4.9, 3.1)
        axes = figure.subplots()
        drawn = predictions[predictions["model"].isin(models)].dropna(subset=["probability"])
        if drawn.empty:
            say_empty(axes, "No model gives probabilities.")
            return figure
        quiet_grid(axes)
        end = float(np.clip(drawn["probability"].max(), max([0.3, *cut_offs]) + 0.05, 0.99))
        highest = 0.0
        for cut_off in cut_offs:
            axes.axvline(cut_off, color=FAINT, lw=0.9, ls=(0, (1, 2)))
        for place, name in reversed(list(enumerate(models))):
            curve = _up_to(end, predictions, name)
            colour, width, style = (ACCENT, 2.2, "-") if place == 0 else (SOFT, 1.4, DASHES[(place - 1) % len(DASHES)])
            axes.plot(curve["threshold"], curve["model"], color=colour, lw=width, ls=style, label=model_title(name))
            highest = max(highest, float(curve["model"].max(skipna=True)) if curve["model"].notna().any() else 0.0)
        everyone = _up_to(end, drawn, str(drawn["model"].iloc[0]))
        axes.plot(everyone["threshold"], everyone["everyone"], color=INK, lw=0.9, label="Act on everyone")
        axes.axhline(0, color=FAINT, lw=0.9, label="Act on nobody")
        top = max(0.05, highest, float(everyone["everyone"].max()))
        axes.set(xlim=(0, end), ylim=(-0.25 * top, 1.08 * top), xlabel="Threshold probability", ylabel="Net benefit")
        handles, labels = axes.get_legend_handles_labels()
        order = [*range(len(models) - 1, -1, -1), len(models), len(models) + 1]
        axes.legend([handles[i] for i in order], [labels[i] for i in order], loc="upper right")
    return figure


def _up_to(end: float, predictions: pd.DataFrame, name: str) -> pd.DataFrame:
    curve = net_benefit(predictions[predictions["model"] == name])
    return curve[curve["threshold"] <= end]
