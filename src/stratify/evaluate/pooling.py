"""Held-out cohorts taken together: by random effects, weighted by patients, or each counting the same.

Patients are never pooled: a score is ranked within each cohort and the cohorts' AUROCs are averaged; ranking the
patients of all cohorts together would judge how the cohorts differ.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from stratify.evaluate import calibration
from stratify.evaluate.bootstrap_mean import bootstrap_mean
from stratify.evaluate.cohort import HELD_OUT, INTERNAL, Cohort
from stratify.evaluate.discrimination import DeLong, auroc, delong
from stratify.evaluate.intervals import Estimate, percentile
from stratify.evaluate.meta_analysis import MetaAnalysis, random_effects
from stratify.evaluate.rows import ALL, metric_row
from stratify.evaluate.subgroups import subgroups_of

Floats = NDArray[np.float64]

RANDOM_EFFECTS = "random_effects"
WEIGHTED_MEAN = "weighted_mean"
MEAN_OF_COHORTS = "mean_of_cohorts"
POOLED = (RANDOM_EFFECTS, WEIGHTED_MEAN, MEAN_OF_COHORTS)
"""They stand in the place of a cohort for what several say together."""

MINIMUM_EVENTS = 10
"""Patients a cohort needs in its smaller class to enter a random-effects mean: with fewer, the variance of its AUROC
is too poorly known to weigh it by. It is shown, and counts in the mean weighted by patients."""


@dataclass(frozen=True)
class CohortEstimate:
    """What one cohort says, on a scale on which cohorts are averaged."""

    value: float
    """NaN where it cannot be estimated."""

    variance: float
    """Sampling variance; NaN where unknown, zero where every sample would give the same."""

    n: int
    """Patients."""

    n_events: int
    """Patients of the positive class."""

    pool: str = ""
    """Hospital: cohorts of one may share people, laboratories and habits. A cohort without one is its own."""

    @property
    def poolable(self) -> bool:
        """Enters a random-effects mean: finite, with a known variance above zero, and enough of either class."""
        enough = min(self.n_events, self.n - self.n_events) >= MINIMUM_EVENTS
        return bool(enough and np.isfinite(self.value) and self.variance > 0)

    def on_scale(self, scale: Callable[[float], float], slope: float) -> "CohortEstimate":
        """Transform the value, and its variance by the delta method.

        Parameters
        ----------
        scale
            The transformation.
        slope
            Its derivative at the value.

        Returns
        -------
        CohortEstimate
        """
        return replace(self, value=scale(self.value), variance=self.variance * slope**2)


class _OfRole(Protocol):
    @property
    def role(self) -> str: ...


Part = TypeVar("Part", bound=_OfRole)


def by_role(parts: Sequence[Part]) -> dict[str, list[Part]]:
    """Group what held-out cohorts say: `internal`, `external`, and `all` of them where there are both.

    Parameters
    ----------
    parts
        One or more from each cohort.

    Returns
    -------
    dict of str to list
        Without empty groups.
    """
    groups = {role: [part for part in parts if part.role == role] for role in HELD_OUT}
    present = {role: members for role, members in groups.items() if members}
    return {**present, ALL: list(parts)} if len(present) > 1 else present


def pooled(
    estimates: Sequence[CohortEstimate], *, by_hospital: bool
) -> tuple[MetaAnalysis, list[CohortEstimate], Floats]:
    """Average by random effects.

    Parameters
    ----------
    estimates
        One a cohort.
    by_hospital
        Whether what may vary is the hospital: the cohorts of one pool are then first averaged by inverse variance, or
        five registries of one hospital would pass for five hospitals that agree. Otherwise it is the cohort.

    Returns
    -------
    (MetaAnalysis, list of CohortEstimate, array of float)
        The mean; the cohorts in it, those that are `poolable`; and the weight of each, which add up to 1. All NaN for
        fewer than two hospitals (or cohorts): one alone is no mean.
    """
    members = [one for one in estimates if one.poolable]
    names = [one.pool if by_hospital and one.pool else str(place) for place, one in enumerate(members)]
    units = list(dict.fromkeys(names))
    belongs = np.zeros((len(units), len(members)))
    belongs[[units.index(name) for name in names], range(len(members))] = 1
    precision = belongs / np.array([one.variance for one in members])
    total = precision.sum(axis=1)
    within = precision / total[:, None]
    found = random_effects(within @ np.array([one.value for one in members]), 1 / total)
    if found.k < 2:
        found = replace(found, mean=np.nan)
    return found, members, found.weights @ within


def weighted_mean(estimates: Sequence[CohortEstimate]) -> tuple[Estimate, list[CohortEstimate]]:
    """Average weighted by patients, as the literature does: the weights ignore how far cohorts differ.

    The interval is for these very cohorts (Σ w² times variance, normal), not for others like them.

    Parameters
    ----------
    estimates
        One a cohort.

    Returns
    -------
    (Estimate, list of CohortEstimate)
        The mean, and the cohorts in it: all with a value, however small. NaN for fewer than two, without interval where
        a variance is unknown.
    """
    members = [one for one in estimates if np.isfinite(one.value)]
    if len(members) < 2:
        return Estimate(np.nan), members
    weights = np.array([one.n for one in members]) / sum(one.n for one in members)
    mean = float(weights @ [one.value for one in members])
    variance = float(weights**2 @ [one.variance for one in members])
    if not variance > 0:
        return Estimate(mean), members
    reach = float(norm.ppf(0.975) * np.sqrt(variance))
    return Estimate(mean, mean - reach, mean + reach), members


def auroc_estimate(exact: DeLong, n: int, n_events: int, pool: str = "") -> CohortEstimate:
    """Take an AUROC with its variance; unknown where the classes are separated and DeLong's is zero.

    Parameters
    ----------
    exact
        From `delong`.
    n, n_events
        Patients, and those of the positive class.
    pool
        Hospital.

    Returns
    -------
    CohortEstimate
    """
    return CohortEstimate(exact.auroc, exact.variance if 0 < exact.auroc < 1 else np.nan, n, n_events, pool)


def pooled_rows(cohorts: Sequence[Cohort]) -> Iterator[dict[str, object]]:
    """Pool every predictor's performance over the held-out cohorts of each role, in each subgroup.

    Parameters
    ----------
    cohorts
        All cohorts of the study; cross-validated ones are left out.

    Yields
    ------
    dict
        Rows of the `metrics` contract without `study`, and `undefined_draws`. None for fewer than two held-out cohorts.
    """
    for subgroup, parts in subgroups_of(cohorts).items():
        if len(parts) < 2:
            return
        summaries = [summary(part, name) for part in parts for name in part.predictors]
        for role, members in by_role(summaries).items():
            yield from (row | {"subgroup": subgroup} for row in pooled_summaries(members, role))


@dataclass(frozen=True)
class Summary:
    """What is averaged of one predictor in one cohort."""

    model: str
    role: str
    auroc: CohortEstimate
    observed_expected: CohortEstimate
    brier: CohortEstimate
    auroc_draws: Floats
    """Shape (1 + draws,): the estimate and its bootstrap over patients; so is `brier_draws`."""
    brier_draws: Floats


def pooled_summaries(summaries: Sequence[Summary], role: str) -> Iterator[dict[str, object]]:
    """Pool every predictor's performance over cohorts.

    Parameters
    ----------
    summaries
        From `summary`; one a predictor and cohort.
    role
        Role of the cohorts, or `all`.

    Yields
    ------
    dict
        Rows of the `metrics` contract without `study`, and `undefined_draws`.
    """
    for name in dict.fromkeys(one.model for one in summaries):
        mine = [one for one in summaries if one.model == name]
        for place, metric, estimate, used in [
            *_random_effects(mine, role),
            *_weighted_means(mine),
            *_means_of_cohorts(mine),
        ]:
            counts = {"n": sum(one.n for one in used), "n_events": sum(one.n_events for one in used)}
            row = {"model": name, "cohort": place, "role": role} | counts
            yield row | metric_row(metric, estimate)


def summary(cohort: Cohort, name: str) -> Summary:
    """Measure of a predictor in a held-out cohort what is averaged over cohorts.

    Parameters
    ----------
    cohort
        The cohort; the predictor is judged on those it can score.
    name
        The predictor.

    Returns
    -------
    Summary
    """
    part = cohort.only(cohort.predictors[name].scorable)
    predictor = part.predictors[name]
    n, n_events = part.y.size, int(part.y.sum())
    exact = auroc_estimate(delong(part.y, predictor.score[0]), n, n_events, part.pool)
    ratio = loss = CohortEstimate(np.nan, np.nan, n, n_events, part.pool)
    loss_draws = np.full(len(part.weights), np.nan)
    if predictor.has_probability:
        p = predictor.probability[0]
        squares = (part.y - p) ** 2
        loss = replace(loss, value=float(squares.mean()), variance=squares.var(ddof=1) / n if n > 1 else np.nan)
        if n > 1 and n_events and p.sum() > 0:
            spread = part.y / part.y.mean() - p / p.mean()
            ratio = replace(ratio, value=float(np.log(n_events / p.sum())), variance=spread.var(ddof=1) / n)
        loss_draws = calibration.weighted_mean(squares, part.weights)
    area_draws = auroc(part.y, predictor.score[0], part.weights)
    return Summary(name, cohort.role, exact, ratio, loss, area_draws, loss_draws)


Pooled = tuple[str, str, Estimate, list[CohortEstimate]]


def _random_effects(summaries: list[Summary], role: str) -> Iterator[Pooled]:
    log_odds = [_on_log_odds(one.auroc) for one in summaries]
    found, used, _ = pooled(log_odds, by_hospital=role != INTERNAL)
    mean = float(expit(found.mean))
    intervals = {"auroc": found.interval()}
    if role != ALL:  # a new cohort is of the training hospital or of another, not of a mixture
        intervals["auroc_new_cohort"] = found.prediction_interval()
    for metric, (low, high) in intervals.items():
        yield RANDOM_EFFECTS, metric, Estimate(mean, float(expit(low)), float(expit(high))), used
    yield RANDOM_EFFECTS, "auroc_tau", Estimate(float(np.sqrt(found.tau2))), used
    yield RANDOM_EFFECTS, "cohorts_pooled", Estimate(found.k), used
    if any(np.isfinite(one.brier.value) for one in summaries):
        found, used, _ = pooled([one.observed_expected for one in summaries], by_hospital=role != INTERNAL)
        mean, low, high = (float(np.exp(value)) for value in (found.mean, *found.interval()))
        ratio = Estimate(mean, low, high)
        yield RANDOM_EFFECTS, "observed_expected", ratio, used


def _on_log_odds(area: CohortEstimate) -> CohortEstimate:
    if not 0 < area.value < 1:
        return replace(area, value=np.nan, variance=np.nan)
    return area.on_scale(lambda value: float(logit(value)), 1 / (area.value * (1 - area.value)))


def _weighted_means(summaries: list[Summary]) -> Iterator[Pooled]:
    area, used = weighted_mean([one.auroc for one in summaries])
    yield WEIGHTED_MEAN, "auroc", _within(area, 0.0, 1.0), used
    yield WEIGHTED_MEAN, "cohorts_pooled", Estimate(len(used)), used
    if any(np.isfinite(one.brier.value) for one in summaries):
        loss, used = weighted_mean([one.brier for one in summaries])
        yield WEIGHTED_MEAN, "brier", _within(loss, 0.0, 1.0), used


def _means_of_cohorts(summaries: list[Summary]) -> Iterator[Pooled]:
    ranked = [one for one in summaries if np.isfinite(one.auroc.value)]
    used = [one.auroc for one in ranked]
    yield MEAN_OF_COHORTS, "auroc", percentile(bootstrap_mean([one.auroc_draws for one in ranked])), used
    yield MEAN_OF_COHORTS, "cohorts_pooled", Estimate(len(used)), used
    judged = [one for one in summaries if np.isfinite(one.brier.value)]
    if judged:
        estimate = percentile(bootstrap_mean([one.brier_draws for one in judged]))
        yield MEAN_OF_COHORTS, "brier", estimate, [one.brier for one in judged]


def _within(estimate: Estimate, lowest: float, highest: float) -> Estimate:
    low, high = np.clip([estimate.low, estimate.high], lowest, highest)
    return Estimate(estimate.value, float(low), float(high))
