"""How many patients of a new hospital repair a model's probabilities."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import gmean

from stratify.evaluate import calibration
from stratify.evaluate.cohort import Cohort, seed_of
from stratify.evaluate.intervals import MAX_UNDEFINED, Estimate, percentile
from stratify.evaluate.pooling import MEAN_OF_COHORTS, WEIGHTED_MEAN
from stratify.evaluate.rows import metric_row
from stratify.evaluate.sensitivity.recalibration import KINDS, recalibrated

Floats = NDArray[np.float64]
Row = dict[str, object]

LOCAL_DRAWS = 200
"""Draws of local patients."""

MINIMUM_JUDGED = 10
"""Patients of a cohort who must remain to be judged."""

AS_IT_IS = "0 patients"
RATIO = "observed_expected"
METRICS = ("brier", RATIO, "calibration_intercept", "miscalibration")
COLUMNS = ["variant", "model", "cohort", "metric", "estimate", "n", "n_events"]


def local_recalibration(
    cohorts: Sequence[Cohort], sizes: Sequence[int], *, seed: int, draws: int = LOCAL_DRAWS
) -> Iterator[Row]:
    """Recalibrate every predictor with probabilities on some patients of a held-out cohort, and judge it on the others.

    Parameters
    ----------
    cohorts
        Held-out cohorts.
    sizes
        Numbers of local patients, increasing.
    seed
        Seed of the draws; every predictor of a cohort that scores everyone meets the same local patients.
    draws
        How often the local patients are drawn.

    Yields
    ------
    dict
        Columns `variant`, `model`, `cohort`, `metric`, `estimate`, `low`, `high`, `n`, `n_events`.
    """
    rows = [row for cohort in cohorts for row in _of_cohort(cohort, sizes, seed, draws)]
    yield from rows
    yield from _means(pd.DataFrame(rows, columns=COLUMNS))


def local_order(n: int, *, seed: list[int], draws: int) -> NDArray[np.intp]:
    """Put the patients of a cohort in a random order, once a draw.

    The first of the order are local, so that more local patients include the fewer; those who are never local are
    judged, the same at every number of local patients: numbers then differ by the recalibration alone.

    Parameters
    ----------
    n
        Patients.
    seed
        Seed of the draws.
    draws
        Number of draws.

    Returns
    -------
    array of int, shape (draws, n)
        Place of each patient in the order, from 0.
    """
    return np.random.default_rng(seed).random((draws, n)).argsort(axis=1).argsort(axis=1)


def _of_cohort(cohort: Cohort, sizes: Sequence[int], seed: int, draws: int) -> Iterator[Row]:
    for name, everyone in cohort.predictors.items():
        if everyone.has_probability:
            part = cohort.only(everyone.scorable)
            place = {"model": name, "cohort": part.name, "n": part.y.size, "n_events": int(part.y.sum())}
            order = local_order(part.y.size, seed=seed_of(part.name, seed), draws=draws)
            for variant, judged in _variants(part.y, part.predictors[name].probability[0], order, sizes):
                for metric, estimate in judged.items():
                    yield place | {"variant": variant} | metric_row(metric, estimate)


def _variants(
    y: NDArray[np.int64], probability: Floats, order: NDArray[np.intp], sizes: Sequence[int]
) -> Iterator[tuple[str, dict[str, Estimate]]]:
    """Judge probabilities as they are, and recalibrated on each number of patients the cohort is large enough for."""
    enough = [size for size in sizes if y.size - size >= MINIMUM_JUDGED and 0 < y.sum() < y.size]
    others = (order >= max(enough, default=0)).astype(float)
    yield AS_IT_IS, _judged(y, np.broadcast_to(probability, others.shape), others)
    for size in sizes:
        for kind in KINDS:
            judged = dict.fromkeys(METRICS, Estimate(np.nan))
            if size in enough:
                repaired = recalibrated(probability, y, (order < size).astype(float), kind=kind)
                judged = _judged(y, repaired, others)
            yield f"{kind} {size} patients", judged


def _judged(y: NDArray[np.int64], probability: Floats, others: Floats) -> dict[str, Estimate]:
    """Judge probabilities on the patients of weight 1, draw by draw."""
    ratio = calibration.observed_expected(y, probability, others)
    with np.errstate(divide="ignore"):
        off = np.exp(np.abs(np.log(ratio)))
    found = (
        calibration.brier(y, probability, others),
        ratio,
        calibration.calibration_intercept(y, probability, others),
        np.where(np.isfinite(off), off, np.nan),
    )
    return {metric: _spread(values) for metric, values in zip(METRICS, found, strict=True)}


def _spread(values: Floats) -> Estimate:
    """Average over draws, with the range that holds most of them; NaN where too many draws are undefined."""
    if np.isnan(values).mean() > MAX_UNDEFINED:
        return Estimate(np.nan)
    return percentile(np.concatenate([[np.nanmean(values)], values]))


def _means(rows: pd.DataFrame) -> Iterator[Row]:
    """Average over the cohorts in which every variant of a model has every metric."""
    complete = rows["estimate"].notna().groupby([rows["model"], rows["cohort"]]).transform("all")
    for (variant, model, metric), used in rows[complete].groupby(["variant", "model", "metric"], sort=False):
        if len(used) < 2:
            continue
        average = gmean if metric == RATIO else np.average
        counts = {"n": int(used["n"].sum()), "n_events": int(used["n_events"].sum())}
        for place, weights in ((WEIGHTED_MEAN, used["n"]), (MEAN_OF_COHORTS, None)):
            estimate = Estimate(float(average(used["estimate"], weights=weights)))
            yield {"variant": variant, "model": model, "cohort": place} | counts | metric_row(str(metric), estimate)
