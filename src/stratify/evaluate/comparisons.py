"""Paired comparisons: by how much a model beats a comparator on the same patients, and how sure that is."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

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
from stratify.evaluate.paired import Contrast, contrasts, pooled_contrasts
from stratify.evaluate.rows import ALL
from stratify.evaluate.subgroups import subgroups_of

Floats = NDArray[np.float64]


def comparisons(
    predictions: pd.DataFrame,
    splits: pd.DataFrame,
    pools: Mapping[str, str] = MappingProxyType({}),
    *,
    study_id: str,
    study: StudyConfig,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Compare every trained model with every comparator, and the trained models pairwise.

    Both sides are judged on the patients both can score. In cross-validation that is in the same folds and with the
    same bootstrap draws: a fixed score, too, is ranked within the folds here, so its AUROC differs slightly from the
    one on all patients. Resampling is over patients; repetitions and folds are not independent, and no test treats
    them so. In held-out cohorts see `contrasts`, over several of them `pooled_contrasts`.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract: all models and comparators.
    splits : DataFrame
        Rows of the `splits` contract, which name the suspected duplicates of training patients.
    pools
        Patient pool by cohort: what may vary in a random-effects mean is the hospital, not the registry. A cohort that
        is not listed is a pool of its own.
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
    cohorts = cohorts_of(predictions, splits, pools, seed=study.seed, draws=draws)
    for cohort in cohorts:
        if not cohort.held_out:
            rows += _cross_validated(cohort, list(study.models))
    rows += _held_out(cohorts, list(study.models))
    return pd.DataFrame(rows, columns=list(COMPARISONS.columns)).assign(study=study_id)


def _pairs(cohort: Cohort, models: list[str]) -> list[tuple[str, str]]:
    present = [name for name in models if name in cohort.predictors]
    others = [name for name in cohort.predictors if name not in models]
    return [*itertools.product(present, others), *itertools.combinations(present, 2)]


def _held_out(cohorts: Sequence[Cohort], models: list[str]) -> Iterator[dict[str, object]]:
    known: dict[int, list[Contrast]] = {}
    for subgroup, parts in subgroups_of(cohorts).items():
        for part in parts:
            if id(part) not in known:
                known[id(part)] = list(contrasts(part, _pairs(part, models)))
        found = [one for part in parts for one in known[id(part)]]
        yield from (one.row() | {"subgroup": subgroup} for one in found)
        if len(parts) > 1:
            yield from (row | {"subgroup": subgroup} for row in pooled_contrasts(found))


def _cross_validated(cohort: Cohort, models: list[str]) -> Iterator[dict[str, object]]:
    measured = _Measured(cohort)
    for model, comparator in _pairs(cohort, models):
        one, other = cohort.predictors[model], cohort.predictors[comparator]
        shared = one.scorable & other.scorable
        for metric in ["auroc", "brier"] if one.has_probability and other.has_probability else ["auroc"]:
            model_draws, comparator_draws = (measured(metric, name, shared) for name in (model, comparator))
            difference = model_draws - comparator_draws
            estimate = percentile(difference)
            yield {
                "model": model,
                "comparator": comparator,
                "cohort": cohort.name,
                "role": cohort.role,
                "subgroup": ALL,
                "metric": metric,
                "model_value": float(model_draws[0]),
                "comparator_value": float(comparator_draws[0]),
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
