"""Performance in cohorts that were held out as a whole: one score a patient, of models and comparators alike."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from stratify.config.study import StudyConfig
from stratify.evaluate import calibration
from stratify.evaluate.cohort import Cohort, Predictor
from stratify.evaluate.cross_validated import skill
from stratify.evaluate.discrimination import delong
from stratify.evaluate.fixed_scores import fixed_score
from stratify.evaluate.intervals import Estimate, percentile
from stratify.evaluate.net_benefit import metric_name, net_benefit
from stratify.evaluate.rows import ALL, metric_row
from stratify.evaluate.strata import event_rates
from stratify.evaluate.subgroups import SCORED_BY_REFERENCE, subgroups_of

Floats = NDArray[np.float64]
Row = dict[str, object]

PREVALENCE = "prevalence"
TREAT_ALL = "treat_all"
COHORT_PREVALENCE = "cohort_prevalence"
"""Stands in the place of a model's name for a forecaster that knows the share of events among the very patients it is
judged on: an oracle, not a comparator anyone could have used."""


def held_out_rows(cohorts: Iterable[Cohort], study: StudyConfig) -> Iterator[Row]:
    """Measure every predictor in every held-out cohort and subgroup.

    Parameters
    ----------
    cohorts
        All cohorts of the study; cross-validated ones are left out.
    study
        The study; its strata give the thresholds of net benefit, its reference the patients of one subgroup.

    Yields
    ------
    dict
        Rows of the `metrics` contract without `study`, and `undefined_draws`.
    """
    known: dict[int, list[Row]] = {}
    for subgroup, parts in subgroups_of(cohorts).items():
        for part in parts:
            if id(part) not in known:
                known[id(part)] = list(_measured(part, study))
            yield from (row | {"subgroup": subgroup} for row in known[id(part)])
            if subgroup == ALL:
                yield from _by_stratum(part, study)
                yield from _on_patients_of_reference(part, study)


def _measured(cohort: Cohort, study: StudyConfig) -> Iterator[Row]:
    thresholds = study.strata.declared_probabilities
    for name, everyone in cohort.predictors.items():
        part = cohort.only(everyone.scorable)
        for metric, estimate in _estimates(part, part.predictors[name], thresholds):
            known = estimate if part.has_both_classes else Estimate(estimate.value)
            yield _place(part, name) | metric_row(metric, known)
        yield _place(cohort, name) | metric_row("coverage", coverage(everyone))
    yield from treat_all(cohort, thresholds)
    oracle = percentile(oracle_brier(cohort.y, cohort.weights))
    known = oracle if cohort.has_both_classes else Estimate(oracle.value)
    yield _place(cohort, COHORT_PREVALENCE) | metric_row("brier", known)


def _estimates(cohort: Cohort, predictor: Predictor, thresholds: list[float]) -> Iterator[tuple[str, Estimate]]:
    prevalence = cohort.predictors.get(PREVALENCE)
    yield from fixed_score(cohort, predictor, thresholds=thresholds, prevalence=prevalence)
    if predictor.has_probability:
        own = calibration.brier(cohort.y, predictor.probability[0], cohort.weights)
        yield "brier_skill_cohort", percentile(skill(own, oracle_brier(cohort.y, cohort.weights)))


def oracle_brier(y: NDArray[np.int64], weights: Floats) -> Floats:
    """Give the Brier score of a forecaster who tells everyone the event rate of these very patients.

    Parameters
    ----------
    y : array of 0 and 1, shape (n,)
        The class.
    weights : array of float, shape (draws, n)
        How often each patient counts in each draw.

    Returns
    -------
    array of float, shape (draws,)
        The rate times its complement, draw by draw: the lowest Brier score of any single probability.
    """
    rate = calibration.weighted_mean(y.astype(float), weights)
    return np.asarray(rate * (1 - rate))


def coverage(predictor: Predictor) -> Estimate:
    """Give the share of the patients that a predictor can score; NaN for nobody. A count, so without interval."""
    return Estimate(float(predictor.scorable.mean()) if predictor.scorable.size else np.nan)


def treat_all(cohort: Cohort, thresholds: list[float]) -> Iterator[Row]:
    """Give the net benefit of treating everyone, which a model has to exceed.

    Parameters
    ----------
    cohort
        The patients.
    thresholds
        Probabilities at which net benefit is measured.

    Yields
    ------
    dict
        One row a threshold.
    """
    certain = np.ones(cohort.y.size)
    for threshold in thresholds:
        estimate = percentile(net_benefit(cohort.y, certain, cohort.weights, threshold=threshold))
        yield _place(cohort, TREAT_ALL) | metric_row(metric_name(threshold), estimate)


def _by_stratum(cohort: Cohort, study: StudyConfig) -> Iterator[Row]:
    for name in [one for one in study.models if one in cohort.predictors]:
        part = cohort.only(cohort.predictors[name].scorable)
        if part.predictors[name].has_probability:
            for label, rate, n, events in event_rates(part, part.predictors[name], study.strata):
                row = _place(part, name) | metric_row("event_rate", rate, f"stratum_{label}")
                yield row | {"n": n, "n_events": events}


def _on_patients_of_reference(cohort: Cohort, study: StudyConfig) -> Iterator[Row]:
    """Measure AUROC and Brier score where the reference comparator has a score."""
    if study.reference not in cohort.predictors:
        return
    patients = cohort.predictors[study.reference].scorable
    for name, everyone in cohort.predictors.items():
        part = cohort.only(patients & everyone.scorable)
        place, predictor = _place(part, name), part.predictors[name]
        exact = delong(part.y, predictor.score[0])
        yield place | metric_row("auroc", Estimate(exact.auroc, *exact.interval()), SCORED_BY_REFERENCE)
        if predictor.has_probability:
            estimate = percentile(calibration.brier(part.y, predictor.probability[0], part.weights))
            yield place | metric_row("brier", estimate, SCORED_BY_REFERENCE)


def _place(cohort: Cohort, model: str) -> Row:
    return {
        "model": model,
        "cohort": cohort.name,
        "role": cohort.role,
        "n": cohort.y.size,
        "n_events": int(cohort.y.sum()),
    }
