"""What the figures draw: ROC, reliability and net benefit from a model's predictions.

Predictions are one model's rows of `predictions.parquet` with role `cv`: of trained models one row a patient and
repetition, out of fold; of fixed scores one row a patient, without repetition or split.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.evaluate.cross_validated import mean_of_defined
from stratify.evaluate.intervals import resample, wilson
from stratify.evaluate.net_benefit import net_benefit as net_benefit_at

GRID = np.linspace(0, 1, 201)
THRESHOLDS = np.linspace(0.01, 0.99, 99)
RESAMPLES = 400

Array = NDArray[np.float64]


def mean_roc(predictions: pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Average the ROC curves of folds vertically.

    Folds are averaged within a repetition, then repetitions; folds are never pooled, because scores of different
    fitted models are not comparable. The area under the mean curve is then the mean of the folds' areas. The band
    resamples patients with all their predictions; it holds the trained models fixed.

    Parameters
    ----------
    predictions
        Columns `patient_id, repeat, split, y` (0/1), `score` (higher means positive; rows with null are left out).
    resamples
        Number of bootstrap resamples of patients.
    seed
        Seed of the resampling.

    Returns
    -------
    pandas.DataFrame
        Columns `fpr, tpr, low, high`, from (0, 0); `low` and `high` are pointwise 2.5 and 97.5 percentiles. Empty
        where no fold has both classes.
    """
    known = predictions.dropna(subset=["score"])
    if known.empty:
        return _no_curve()
    patients = pd.Index(known["patient_id"].unique()).sort_values()
    weights = resample(len(patients), seed, resamples)
    repeats = []
    for _, repeat in known.groupby("repeat", dropna=False):
        folds = [
            _fold_roc(fold["y"].to_numpy(int), fold["score"].to_numpy(float), weights[:, place])
            for _, fold in repeat.groupby("split", dropna=False)
            if fold["y"].nunique() == 2
            for place in [patients.get_indexer(fold["patient_id"])]
        ]
        if folds:
            repeats.append(mean_of_defined(folds))
    if not repeats:
        return _no_curve()
    curves = mean_of_defined(repeats)
    low, high = np.nanpercentile(curves[1:], [2.5, 97.5], axis=0) if resamples else (curves[0], curves[0])
    mean = pd.DataFrame({"fpr": GRID, "tpr": curves[0], "low": low, "high": high})
    start = pd.DataFrame(0.0, index=[0], columns=mean.columns)
    return pd.concat([start, mean], ignore_index=True)


def _no_curve() -> pd.DataFrame:
    return pd.DataFrame(columns=["fpr", "tpr", "low", "high"], dtype=float)


def _fold_roc(y: NDArray[np.int_], score: Array, weights: Array) -> Array:
    """Sensitivity on `GRID`, one row a weighting of the patients; NaN where a weighting leaves one class."""
    order = np.argsort(-score, kind="stable")
    last_of_tie = np.append(np.diff(score[order]) != 0, True)
    positive = np.cumsum(weights[:, order] * (y[order] == 1), axis=1)[:, last_of_tie]
    negative = np.cumsum(weights[:, order] * (y[order] == 0), axis=1)[:, last_of_tie]
    usable = (positive[:, -1] > 0) & (negative[:, -1] > 0)
    curves = np.full((len(weights), len(GRID)), np.nan)
    for row in np.flatnonzero(usable):
        tpr = np.append(0, positive[row] / positive[row, -1])
        fpr = np.append(0, negative[row] / negative[row, -1])
        curves[row] = np.interp(GRID, fpr, tpr)
    return curves


def held_out_probabilities(predictions: pd.DataFrame) -> pd.DataFrame:
    """Select the out-of-fold probabilities: pairs of patient and repetition.

    Parameters
    ----------
    predictions
        Columns `patient_id, repeat, y, probability`; rows with null probability are left out.

    Returns
    -------
    pandas.DataFrame
        Columns `patient_id, repeat, y, probability`, sorted by repetition and patient.
    """
    known = predictions.dropna(subset=["probability"])
    return known[["patient_id", "repeat", "y", "probability"]].sort_values(["repeat", "patient_id"], ignore_index=True)


def reliability_groups(n: int) -> int:
    """Choose the number of groups of a reliability curve: about 25 patients each, between 4 and 10."""
    return int(np.clip(n // 25, 4, 10))


def reliability(pairs: pd.DataFrame, groups: int) -> pd.DataFrame:
    """Compare mean probability and event rate in quantile groups of the probability.

    The groups are those of the probabilities of all repetitions together, never of their averages per patient, which
    would describe a model that nobody fitted. Equal probabilities stay together, so there can be fewer groups than
    asked for.

    Parameters
    ----------
    pairs
        Columns `repeat, y` (0/1), `probability`; one row a patient and repetition.
    groups
        Number of quantile groups.

    Returns
    -------
    pandas.DataFrame
        Columns `expected` (mean probability), `observed` (event rate), `low`, `high` (Wilson, 95%, of `n` patients),
        `n`, `n_events` (pairs, and those with the event, per repetition: not whole numbers); by increasing
        probability.
    """
    if pairs["probability"].nunique() < 2:
        group = pd.Series(0, index=pairs.index)
    else:
        group = pd.qcut(pairs["probability"], groups, labels=False, duplicates="drop")
    table = pairs.groupby(group.to_numpy(), sort=True).agg(
        expected=("probability", "mean"), n=("y", "size"), n_events=("y", "sum")
    )
    table[["n", "n_events"]] /= pairs["repeat"].nunique(dropna=False)
    shares = [wilson(events, n) for events, n in zip(table["n_events"], table["n"], strict=True)]
    return table.assign(
        observed=[share.value for share in shares],
        low=[share.low for share in shares],
        high=[share.high for share in shares],
    )


def stratum_changes(predictions: pd.DataFrame, cut_offs: list[float]) -> tuple[int, int]:
    """Count the patients whose stratum is not the same in every repetition.

    Parameters
    ----------
    predictions
        Columns `patient_id, probability`, a row a repetition; rows with null probability are left out.
    cut_offs
        Increasing probabilities between the strata; one that is met belongs to the stratum above.

    Returns
    -------
    (int, int)
        Patients whose stratum differs, patients.
    """
    known = predictions.dropna(subset=["probability"])
    place = pd.Series(np.digitize(known["probability"].to_numpy(float), cut_offs), index=known.index)
    strata = place.groupby(known["patient_id"]).nunique()
    return int((strata > 1).sum()), len(strata)


def net_benefit(predictions: pd.DataFrame, thresholds: Array = THRESHOLDS) -> pd.DataFrame:
    """Net benefit of acting on a probability at or above each threshold, against acting on everyone.

    Computed within each repetition over all its patients and averaged over repetitions;
    acting on nobody has net benefit 0.

    Parameters
    ----------
    predictions
        Columns `repeat, y` (0/1), `probability`; rows with null probability are left out.
    thresholds
        Threshold probabilities, inside (0, 1).

    Returns
    -------
    pandas.DataFrame
        Columns `threshold, model, everyone`.
    """
    known = predictions.dropna(subset=["probability"])
    curves = []
    for _, repeat in known.groupby("repeat", dropna=False):
        y, probability = repeat["y"].to_numpy(int), repeat["probability"].to_numpy(float)
        once = np.ones((1, len(repeat)))
        curves.append([net_benefit_at(y, probability, once, threshold=t)[0] for t in thresholds])
    prevalence = known["y"].astype(float).mean()
    odds = thresholds / (1 - thresholds)
    return pd.DataFrame(
        {
            "threshold": thresholds,
            "model": np.mean(curves, axis=0) if curves else np.full(len(thresholds), np.nan),
            "everyone": prevalence - (1 - prevalence) * odds,
        }
    )
