"""Performance from cross-validation: ranks within folds, probabilities within repetitions, never stacked.

Intervals resample patients and keep the models that were fitted: they hold the uncertainty from who was judged, not
that from who was learned from.
"""

from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec

import numpy as np
from numpy.typing import NDArray

from stratify.evaluate import calibration
from stratify.evaluate.cohort import Cohort, Predictor
from stratify.evaluate.discrimination import auprc, auroc
from stratify.evaluate.intervals import Estimate, percentile
from stratify.evaluate.net_benefit import metric_name, net_benefit

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Options = ParamSpec("Options")
Statistic = Callable[Concatenate[Labels, Floats, Floats, Options], Floats]


def fold_mean(statistic: Statistic[[]], cohort: Cohort, score: Floats) -> Floats:
    """Average a ranking statistic over the folds of each repetition, then over repetitions.

    Each fold has its own model, whose scores rank the patients of that fold; scores of different folds are on
    different scales and are never compared. A fold in which the statistic is undefined (one class only) is left out
    of its repetition's average.

    Parameters
    ----------
    statistic
        Function of classes, scores and weights: `auroc` or `auprc`.
    cohort
        The patients, their folds and the bootstrap draws.
    score : array of float, shape (n_repeats, n) or (1, n)
        Held-out scores; one row for a score that is the same in every repetition.

    Returns
    -------
    array of float, shape (1 + draws,)
        The estimate, then the bootstrap draws.
    """
    scores = np.broadcast_to(score, cohort.fold.shape)
    repetitions = []
    for fold, row in zip(cohort.fold, scores, strict=True):
        members = [fold == one for one in range(1 + cohort.fold.max(initial=0))]
        repetitions.append(mean_of_defined([statistic(cohort.y[m], row[m], cohort.weights[:, m]) for m in members]))
    return mean_of_defined(repetitions)


def repetition_mean(
    statistic: Statistic[Options], cohort: Cohort, probability: Floats, *args: Options.args, **kwargs: Options.kwargs
) -> Floats:
    """Average a statistic of probabilities over repetitions.

    Unlike a score, a probability means the same in every fold, and what is judged is whether that holds: so the folds
    of a repetition, in which each patient is held out once, are judged together.

    Parameters
    ----------
    statistic
        Function of classes, probabilities and weights, as `brier`.
    cohort
        The patients and the bootstrap draws.
    probability : array of float, shape (n_repeats, n)
        Held-out probabilities.
    *args, **kwargs
        Further arguments of `statistic`.

    Returns
    -------
    array of float, shape (1 + draws,)
        The estimate, then the bootstrap draws; NaN in a draw where any repetition is undefined.
    """
    values = [statistic(cohort.y, row, cohort.weights, *args, **kwargs) for row in probability]
    return np.asarray(np.mean(values, axis=0))


def cross_validated(
    cohort: Cohort, predictor: Predictor, *, thresholds: list[float], prevalence: Predictor | None
) -> Iterator[tuple[str, Estimate]]:
    """Estimate every metric of a trained model in a cohort.

    Parameters
    ----------
    cohort
        Patients the model could score.
    predictor
        The model's held-out predictions of these patients.
    thresholds
        Probabilities at which net benefit is measured.
    prevalence
        Predictions of the training prevalence, against which `brier_skill` is measured.

    Yields
    ------
    (str, Estimate)
        Name and estimate with bootstrap interval over patients. In folds with few events the interval of `auprc`
        leans upwards: a draw repeats some patients, and repeated positives rank together.
    """
    yield "auroc", percentile(fold_mean(auroc, cohort, predictor.score))
    yield "auprc", percentile(fold_mean(auprc, cohort, predictor.score))
    if predictor.has_probability:
        yield from probability_metrics(cohort, predictor, thresholds, prevalence)


def probability_metrics(
    cohort: Cohort, predictor: Predictor, thresholds: list[float], prevalence: Predictor | None
) -> Iterator[tuple[str, Estimate]]:
    """Judge a predictor's probabilities, repetition by repetition.

    Parameters
    ----------
    cohort
        Patients the predictor gives a probability.
    predictor
        Its predictions of these patients.
    thresholds
        Probabilities at which net benefit is measured.
    prevalence
        Predictions of the training prevalence, against which `brier_skill` is measured.

    Yields
    ------
    (str, Estimate)
        Brier score and skill, observed against expected, calibration slope and intercept, net benefit at each
        threshold, with bootstrap intervals over patients.
    """
    p = predictor.probability
    brier = repetition_mean(calibration.brier, cohort, p)
    yield "brier", percentile(brier)
    if prevalence is not None:
        reference = repetition_mean(calibration.brier, cohort, prevalence.probability)
        yield "brier_skill", percentile(skill(brier, reference))
    yield "observed_expected", percentile(repetition_mean(calibration.observed_expected, cohort, p))
    yield "calibration_slope", _slope(cohort, p)
    yield "calibration_intercept", percentile(repetition_mean(calibration.calibration_intercept, cohort, p))
    for threshold in thresholds:
        benefit = repetition_mean(net_benefit, cohort, p, threshold=threshold)
        yield metric_name(threshold), percentile(benefit)


def skill(brier: Floats, reference: Floats) -> Floats:
    """Give the share of a reference's Brier score that is saved; below 0 the predictor is worse than the reference.

    Parameters
    ----------
    brier, reference : array of float, shape (1 + draws,)
        Brier scores of predictor and reference in the same draws.

    Returns
    -------
    array of float, shape (1 + draws,)
        At most 1; NaN where the reference makes no error.
    """
    ratio = np.divide(brier, reference, out=np.full(brier.shape, np.nan), where=reference > 0)
    return np.asarray(1 - ratio)


def _slope(cohort: Cohort, probability: Floats) -> Estimate:
    """Estimate the calibration slope, null for a model that gives everyone in a fold the same probability.

    Such a model's probabilities differ only between folds, against the direction of the held-out event rates.
    """
    rows = np.broadcast_to(probability, cohort.fold.shape)
    if all(np.ptp(p[f == k]) == 0 for p, f in zip(rows, cohort.fold, strict=True) for k in np.unique(f)):
        return Estimate(np.nan)
    return percentile(repetition_mean(calibration.calibration_slope, cohort, probability))


def mean_of_defined(values: list[Floats]) -> Floats:
    """Average arrays element by element over those that are defined.

    Parameters
    ----------
    values : list of array of float
        Arrays of one shape; NaN where undefined.

    Returns
    -------
    array of float
        Of the same shape; NaN where all are undefined.
    """
    stacked = np.stack(values)
    defined = np.isfinite(stacked)
    count = defined.sum(axis=0)
    total = np.where(defined, stacked, 0).sum(axis=0)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
