"""The table of metrics of a study."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from stratify.artifacts.evaluate import METRICS
from stratify.config.study import StudyConfig
from stratify.evaluate.apparent import apparent, inner
from stratify.evaluate.cohort import Cohort, Predictor, cohorts_of
from stratify.evaluate.cross_validated import cross_validated
from stratify.evaluate.fixed_scores import fixed_score
from stratify.evaluate.intervals import DRAWS, Estimate, percentile
from stratify.evaluate.net_benefit import metric_name, net_benefit
from stratify.evaluate.strata import event_rates

PREVALENCE = "prevalence"
TREAT_ALL = "treat_all"
ALL_COHORTS = "all"
"""Stands in the place of a cohort for what concerns the training patients of several cohorts together."""

UNDEFINED = "undefined_draws"
"""Extra column: bootstrap draws in which a metric was undefined."""


def performance(
    predictions: pd.DataFrame, tuning: pd.DataFrame, *, study_id: str, study: StudyConfig, draws: int = DRAWS
) -> pd.DataFrame:
    """Measure every model and comparator of a study, cohort by cohort.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract: all models and comparators.
    tuning : DataFrame
        Rows of the `tuning` contract: all trained models.
    study_id
        Name of the study.
    study
        The study; its strata give the thresholds of net benefit, its seed that of the bootstrap draws.
    draws
        Number of bootstrap draws.

    Returns
    -------
    DataFrame
        The columns of the `metrics` contract, and `undefined_draws`.

    Raises
    ------
    StratifyError
        The predictions contradict each other.
    """
    rows: list[dict[str, object]] = []
    for cohort in cohorts_of(predictions, seed=study.seed, draws=draws):
        rows += _held_out(cohort, study)
    rows += _training(predictions, tuning, study.seed, draws)
    frame = pd.DataFrame(rows).assign(study=study_id)
    return frame[[*METRICS.columns, UNDEFINED]]


def _held_out(cohort: Cohort, study: StudyConfig) -> Iterator[dict[str, object]]:
    thresholds = study.strata.declared_probabilities
    for name, everyone in cohort.predictors.items():
        part = cohort.only(everyone.scorable)
        predictor, place = part.predictors[name], {"model": name, "cohort": cohort.name, "role": "cv"}
        counts = {"n": part.y.size, "n_events": int(part.y.sum())}
        for metric, estimate in _estimates(part, predictor, thresholds):
            yield place | _row(metric, estimate) | counts
        if name in study.models and predictor.has_probability:
            for label, rate, n, events in event_rates(part, predictor, study.strata):
                yield place | _row("event_rate", rate, f"stratum_{label}") | {"n": n, "n_events": events}
    yield from _treat_all(cohort, thresholds)


def _estimates(cohort: Cohort, predictor: Predictor, thresholds: list[float]) -> Iterable[tuple[str, Estimate]]:
    if predictor.fixed:
        return fixed_score(cohort, predictor)
    prevalence = cohort.predictors.get(PREVALENCE)
    return cross_validated(cohort, predictor, thresholds=thresholds, prevalence=prevalence)


def _treat_all(cohort: Cohort, thresholds: list[float]) -> Iterator[dict[str, object]]:
    """Give the net benefit of treating everyone, which a model has to exceed."""
    certain = np.ones(cohort.y.size)
    place = {"model": TREAT_ALL, "cohort": cohort.name, "role": "cv"}
    for threshold in thresholds:
        estimate = percentile(net_benefit(cohort.y, certain, cohort.weights, threshold=threshold))
        counts = {"n": cohort.y.size, "n_events": int(cohort.y.sum())}
        yield place | _row(metric_name(threshold), estimate) | counts


def _training(predictions: pd.DataFrame, tuning: pd.DataFrame, seed: int, draws: int) -> Iterator[dict[str, object]]:
    final = predictions[(predictions["role"] == "train") & predictions["score"].notna()]
    for (model, cohort), rows in final.groupby(["model", "cohort"], sort=False):
        counts = {"n": len(rows), "n_events": int(rows["y"].sum())}
        for metric, estimate in apparent(rows, seed=seed, draws=draws):
            yield {"model": model, "cohort": cohort, "role": "train"} | _row(metric, estimate) | counts
    for model, rows in tuning.groupby("model", sort=False):
        patients = predictions[predictions["model"] == model].drop_duplicates("patient_id")
        cohorts = patients["cohort"].unique()
        place = {"model": model, "cohort": cohorts[0] if len(cohorts) == 1 else ALL_COHORTS, "role": "train"}
        counts = {"n": len(patients), "n_events": int(patients["y"].sum())}
        for metric, estimate in inner(rows):
            yield place | _row(metric, estimate) | counts


def _row(metric: str, estimate: Estimate, subgroup: str = "all") -> dict[str, object]:
    return {
        "subgroup": subgroup,
        "metric": metric,
        "estimate": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        UNDEFINED: estimate.undefined,
    }
