"""ROC curves of the trained models and the best single biomarker."""

import pandas as pd
from matplotlib.figure import Figure

from stratify.report.curves import mean_roc
from stratify.report.names import model_title
from stratify.report.style import ACCENT, FAINT, INK, PALE, SOFT, new_figure, quiet_grid, say_empty, styled

DASHES = ["--", "-.", ":"]


def roc_figure(predictions: pd.DataFrame, models: list[str], biomarker: str | None = None, seed: int = 0) -> Figure:
    """Draw the fold-averaged ROC curve of each model.

    The first model is drawn in the accent colour with its band; the others as broken lines; the biomarker, which
    learns nothing and has one curve over all patients, as a thin line.

    Parameters
    ----------
    predictions
        Rows of `predictions.parquet` with role `cv`, of all models.
    models
        Names of trained models, the champion first.
    biomarker
        Name of a fixed score to compare with.
    seed
        Seed of the resampling behind the band.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with styled():
        figure = new_figure(4.3, 4.3)
        axes = figure.subplots()
        curves = {name: mean_roc(predictions[predictions["model"] == name], seed=seed) for name in models}
        if all(curve.empty for curve in curves.values()):
            say_empty(axes, "No fold has both classes:\nthere is no ROC curve.")
            return figure
        quiet_grid(axes)
        axes.plot([0, 1], [0, 1], color=FAINT, lw=0.8, label="Chance")
        if biomarker is not None:
            curve = mean_roc(predictions[predictions["model"] == biomarker], resamples=0)
            axes.plot(curve["fpr"], curve["tpr"], color=INK, lw=0.9, label=model_title(biomarker))
        for place, (name, curve) in reversed(list(enumerate(curves.items()))):
            if place == 0:
                axes.fill_between(curve["fpr"], curve["low"], curve["high"], color=PALE, lw=0)
                axes.plot(curve["fpr"], curve["tpr"], color=ACCENT, lw=2.2, label=model_title(name))
            else:
                style = DASHES[(place - 1) % len(DASHES)]
                axes.plot(curve["fpr"], curve["tpr"], color=SOFT, lw=1.4, ls=style, label=model_title(name))
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set(xlabel="1 − specificity", ylabel="Sensitivity")
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(handles[::-1], labels[::-1], loc="lower right")
    return figure
