"""Performance on the training side: of the final fit on its own patients, and of the inner folds that chose it."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from stratify.artifacts.split import FINAL
from stratify.evaluate.calibration import brier
from stratify.evaluate.discrimination import auroc
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


def inner(tuning: pd.DataFrame) -> Iterator[tuple[str, Estimate]]:
    """Average the chosen candidates' inner estimates over the outer splits.

    The champion is chosen on these. The interval is the spread between splits (2.5th and 97.5th percentile), whose
    training patients overlap: not a confidence interval.

    Parameters
    ----------
    tuning : DataFrame
        Rows of the `tuning` contract of one model.

    Yields
    ------
    (str, Estimate)
        `inner_auroc` and `inner_neg_log_loss`; higher is better for both.
    """
    chosen = tuning[(tuning["chosen"] == 1) & (tuning["split"] != FINAL)]
    for metric in INNER_METRICS:
        values = chosen[metric].dropna().to_numpy(dtype=float)
        if values.size:
            low, high = np.percentile(values, [2.5, 97.5])
            yield metric, Estimate(float(values.mean()), float(low), float(high))
        else:
            yield metric, Estimate(np.nan)
