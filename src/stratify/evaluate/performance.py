"""The table of metrics of a study."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from stratify.artifacts.evaluate import METRICS
from stratify.config.study import StudyConfig
from stratify.evaluate.apparent import apparent, apparent_fixed, inner
from stratify.evaluate.cohort import Cohort, Predictor, cohorts_of
from stratify.evaluate.cross_validated import cross_validated
from stratify.evaluate.fixed_scores import fixed_score
from stratify.evaluate.held_out import PREVALENCE, held_out_rows, treat_all
from stratify.evaluate.intervals import DRAWS, Estimate
from stratify.evaluate.pooling import pooled_rows
from stratify.evaluate.rows import UNDEFINED, metric_row
from stratify.evaluate.strata import event_rates

ALL_COHORTS = "all"
"""Stands in the place of a cohort for what concerns the training patients of several cohorts together."""


def performance(
    predictions: pd.DataFrame,
    tuning: pd.DataFrame,
    splits: pd.DataFrame,
    pools: Mapping[str, str] = MappingProxyType({}),
    *,
    study_id: str,
    study: StudyConfig,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Measure every model and comparator of a study, cohort by cohort, and held-out cohorts together.

    Parameters
    ----------
    predictions : DataFrame
        Rows of the `predictions` contract: all models and comparators.
    tuning : DataFrame
        Rows of the `tuning` contract: all trained models.
    splits : DataFrame
        Rows of the `splits` contract, which name the suspected duplicates of training patients.
    pools
        Patient pool by cohort: what may vary in a random-effects mean is the hospital, not the registry. A cohort that
        is not listed is a pool of its own.
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
    cohorts = cohorts_of(predictions, splits, pools, seed=study.seed, draws=draws)
    rows: list[dict[str, object]] = []
    for cohort in cohorts:
        if not cohort.held_out:
            rows += _cross_validated(cohort, study)
    rows += held_out_rows(cohorts, study)
    rows += pooled_rows(cohorts)
    rows += _training(predictions, tuning, study.seed, draws)
    frame = pd.DataFrame(rows).assign(study=study_id)
    return frame[[*METRICS.columns, UNDEFINED]]


def _cross_validated(cohort: Cohort, study: StudyConfig) -> Iterator[dict[str, object]]:
    thresholds = study.strata.declared_probabilities
    for name, everyone in cohort.predictors.items():
        part = cohort.only(everyone.scorable)
        predictor, place = part.predictors[name], {"model": name, "cohort": cohort.name, "role": cohort.role}
        counts = {"n": part.y.size, "n_events": int(part.y.sum())}
        for metric, estimate in _estimates(part, predictor, thresholds):
            yield place | metric_row(metric, estimate) | counts
        if name in study.models and predictor.has_probability:
            for label, rate, n, events in event_rates(part, predictor, study.strata):
                yield place | metric_row("event_rate", rate, f"stratum_{label}") | {"n": n, "n_events": events}
    yield from treat_all(cohort, thresholds)


def _estimates(cohort: Cohort, predictor: Predictor, thresholds: list[float]) -> Iterable[tuple[str, Estimate]]:
    measure = fixed_score if predictor.fixed else cross_validated
    return measure(cohort, predictor, thresholds=thresholds, prevalence=cohort.predictors.get(PREVALENCE))


def _training(predictions: pd.DataFrame, tuning: pd.DataFrame, seed: int, draws: int) -> Iterator[dict[str, object]]:
    final = predictions[predictions["role"] == "train"]
    for (model, cohort), everyone in final.groupby(["model", "cohort"], sort=False):
        rows = everyone[everyone["score"].notna()]
        place = {"model": model, "cohort": cohort, "role": "train"}
        counts = {"n": len(rows), "n_events": int(rows["y"].sum())}
        fixed = bool(everyone["split"].isna().all())
        if fixed:
            whole = {"n": len(everyone), "n_events": int(everyone["y"].sum())}
            yield place | metric_row("coverage", Estimate(len(rows) / len(everyone))) | whole
        if len(rows):
            for metric, estimate in (apparent_fixed if fixed else apparent)(rows, seed=seed, draws=draws):
                yield place | metric_row(metric, estimate) | counts
    for model, rows in tuning.groupby("model", sort=False):
        patients = _learned_from(predictions[predictions["model"] == model])
        cohorts = patients["cohort"].unique()
        place = {"model": model, "cohort": cohorts[0] if len(cohorts) == 1 else ALL_COHORTS, "role": "train"}
        counts = {"n": len(patients), "n_events": int(patients["y"].sum())}
        for metric, estimate in inner(rows):
            yield place | metric_row(metric, estimate) | counts


def _learned_from(predictions: pd.DataFrame) -> pd.DataFrame:
    """List the patients a model learned from: those of its final fit, in cross-validation everyone."""
    trained = predictions[predictions["role"].isin(["train", "cv"])]
    return trained.drop_duplicates("patient_id")
