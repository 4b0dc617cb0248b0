"""Paired comparisons: by how much a model beats a comparator on the same patients, and how sure that is."""

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.artifacts.evaluate import COMPARISONS
from stratify.config.study import StudyConfig
from stratify.evaluate.calibration import brier
from stratify.evaluate.cohort import Cohort, Predictor, cohorts_of
from stratify.evaluate.cross_validated import fold_mean, repetition_mean
from stratify.evaluate.discrimination import auroc
from stratify.evaluate.intervals import DRAWS, percentile, two_sided_p

Floats = NDArray[np.float64]


def comparisons(predictions: pd.DataFrame, *, study_id: str, study: StudyConfig, draws: int = DRAWS) -> pd.DataFrame:
    """Compare every trained model with every comparator, and the trained models pairwise.

    Both sides are judged on the patients both can score, in the same folds and with the same bootstrap draws: a fixed
    score, too, is ranked within the folds here, so its AUROC differs slightly from the one on all patients. Resampling
    is over patients; repetitions and folds are not independent, and no test treats them so.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract: all models and comparators.
    study_id
        Name of the study.
    study
        The study; its seed is that of the bootstrap draws.
    draws
        Number of bootstrap draws.

    Returns
    -------
    DataFrame
        The `comparisons` contract: difference in `auroc` (above 0 the model is better) and, where both give
        probabilities, in `brier` (below 0 the model is better).
    """
    rows: list[dict[str, object]] = []
    for cohort in cohorts_of(predictions, seed=study.seed, draws=draws):
        rows += _compare_all(cohort, [name for name in study.models if name in cohort.predictors])
    return pd.DataFrame(rows, columns=list(COMPARISONS.columns)).assign(study=study_id)


def _compare_all(cohort: Cohort, models: list[str]) -> Iterator[dict[str, object]]:
    others = [name for name in cohort.predictors if name not in models]
    measured = _Measured(cohort)
    for model, comparator in [*itertools.product(models, others), *itertools.combinations(models, 2)]:
        one, other = cohort.predictors[model], cohort.predictors[comparator]
        shared = one.scorable & other.scorable
        for metric in ["auroc", "brier"] if one.has_probability and other.has_probability else ["auroc"]:
            difference = measured(metric, model, shared) - measured(metric, comparator, shared)
            estimate = percentile(difference)
            yield {
                "model": model,
                "comparator": comparator,
                "cohort": cohort.name,
                "metric": metric,
                "difference": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "p_value": two_sided_p(difference),
                "method": f"paired bootstrap over patients, {difference.size - 1} draws",
                "n": int(shared.sum()),
            }


def _auroc(cohort: Cohort, predictor: Predictor) -> Floats:
    return fold_mean(auroc, cohort, predictor.score)


def _brier(cohort: Cohort, predictor: Predictor) -> Floats:
    return repetition_mean(brier, cohort, predictor.probability)


MEASURES: dict[str, Callable[[Cohort, Predictor], Floats]] = {"auroc": _auroc, "brier": _brier}


class _Measured:
    """A metric's bootstrap distribution by model and set of patients, computed once."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.known: dict[tuple[str, str, bytes], Floats] = {}

    def __call__(self, metric: str, name: str, patients: NDArray[np.bool_]) -> Floats:
        key = (metric, name, patients.tobytes())
        if key not in self.known:
            part = self.cohort.only(patients)
            self.known[key] = MEASURES[metric](part, part.predictors[name])
        return self.known[key]
