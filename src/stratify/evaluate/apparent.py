"""Performance on the training side: of the final fit on its own patients, and of the inner folds that chose it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from stratify.artifacts.split import FINAL
from stratify.evaluate.calibration import brier, observed_expected
from stratify.evaluate.discrimination import auroc, delong
from stratify.evaluate.intervals import DRAWS, Estimate, percentile, resample

INNER_METRICS = ["inner_auroc", "inner_neg_log_loss"]


def apparent(rows: pd.DataFrame, *, seed: int, draws: int = DRAWS) -> Iterator[tuple[str, Estimate]]:
    """Estimate how well the final fit describes the patients it was fitted on: too good, by construction.

    Parameters
    ----------
    rows : DataFrame
        Predictions of the final fit for the patients of one cohort; those without a score are left out.
    seed
        Seed of the bootstrap draws.
    draws
        Number of bootstrap draws.

    Yields
    ------
    (str, Estimate)
        `auroc` and `brier`.
    """
    rows = rows.sort_values("patient_id")
    y = rows["y"].to_numpy(dtype=np.int64)
    weights = resample(len(rows), seed, draws)
    yield "auroc", percentile(auroc(y, rows["score"].to_numpy(dtype=float), weights))
    if rows["probability"].notna().all():
        yield "brier", percentile(brier(y, rows["probability"].to_numpy(dtype=float), weights))


def apparent_fixed(rows: pd.DataFrame, *, seed: int, draws: int = DRAWS) -> Iterator[tuple[str, Estimate]]:
    """Estimate how well a score that learns nothing does in a training cohort: not flattered, unless made from it.

    Parameters
    ----------
    rows : DataFrame
        Predictions of the score for the patients of one cohort it can score.
    seed
        Seed of the bootstrap draws.
    draws
        Number of bootstrap draws.

    Yields
    ------
    (str, Estimate)
        `auroc` with DeLong's interval; of a score that is a probability also `brier` and `observed_expected`.
    """
    rows = rows.sort_values("patient_id")
    y = rows["y"].to_numpy(dtype=np.int64)
    exact = delong(y, rows["score"].to_numpy(dtype=float))
    yield "auroc", Estimate(exact.auroc, *exact.interval())
    if rows["probability"].notna().all():
        weights, probability = resample(len(rows), seed, draws), rows["probability"].to_numpy(dtype=float)
        yield "brier", percentile(brier(y, probability, weights))
        yield "observed_expected", percentile(observed_expected(y, probability, weights))


def inner(tuning: pd.DataFrame) -> Iterator[tuple[str, Estimate]]:
    """Average the chosen candidates' inner estimates over the outer splits.

    The champion is chosen on these. The interval is the spread between splits (2.5th and 97.5th percentile), whose
    training patients overlap: not a confidence interval. A design that learns once, from the final split, has no
    spread.

    Parameters
    ----------
    tuning : DataFrame
        Rows of the `tuning` contract of one model.

    Yields
    ------
    (str, Estimate)
        `inner_auroc` and `inner_neg_log_loss`; higher is better for both.
    """
    outer = tuning[tuning["split"] != FINAL]
    splits = tuning if outer.empty else outer
    chosen = splits[splits["chosen"] == 1]
    for metric in INNER_METRICS:
        values = chosen[metric].dropna().to_numpy(dtype=float)
        if values.size:
            low, high = (np.nan, np.nan) if outer.empty else np.percentile(values, [2.5, 97.5])
            yield metric, Estimate(float(values.mean()), float(low), float(high))
        else:
            yield metric, Estimate(np.nan)
