"""Paired comparisons in cohorts held out as a whole, and over such cohorts together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.evaluate.bootstrap_mean import bootstrap_mean
from stratify.evaluate.calibration import weighted_mean as mean_of_draws
from stratify.evaluate.cohort import INTERNAL, Cohort
from stratify.evaluate.discrimination import Components, PairedDeLong, auroc, components, paired_delong
from stratify.evaluate.intervals import Estimate, percentile, two_sided_p
from stratify.evaluate.pooling import (
    MEAN_OF_COHORTS,
    RANDOM_EFFECTS,
    WEIGHTED_MEAN,
    CohortEstimate,
    by_role,
    pooled,
)

Floats = NDArray[np.float64]
Pairs = Sequence[tuple[str, str]]

BOOTSTRAP = "bootstrap over patients within cohorts"


@dataclass(frozen=True)
class Contrast:
    """A model and a comparator on the patients of one cohort that both can score."""

    model: str
    comparator: str
    cohort: str
    role: str
    metric: str
    difference: CohortEstimate
    """Model minus comparator, on the metric's own scale."""

    model_value: float
    comparator_value: float
    interval: tuple[float, float]
    p_value: float
    method: str
    draws: Floats
    """Shape (1 + draws,): the difference and its bootstrap over patients, both sides in the same draws."""

    def row(self) -> dict[str, object]:
        """Lay out the columns of the `comparisons` contract, without study and subgroup."""
        return _row(
            self, self.cohort, self.role, Estimate(self.difference.value, *self.interval), self.difference.n
        ) | {
            "model_value": self.model_value,
            "comparator_value": self.comparator_value,
            "p_value": self.p_value,
            "method": self.method,
        }


def contrasts(cohort: Cohort, pairs: Pairs) -> Iterator[Contrast]:
    """Compare pairs of predictors in a held-out cohort, each on the patients both can score.

    Parameters
    ----------
    cohort
        The cohort.
    pairs
        Names of a model and what it is compared with.

    Yields
    ------
    Contrast
        In `auroc` by DeLong's paired test; where both give probabilities, in `brier` by paired bootstrap. Without
        interval and p-value where the variance of the difference in AUROC is zero or unknown: scores of equal ranks.
    """
    shared = _SharedPatients(cohort)
    for model, comparator in pairs:
        one, other = cohort.predictors[model], cohort.predictors[comparator]
        both = one.scorable & other.scorable
        part = shared.part(both)
        n, n_events = part.y.size, int(part.y.sum())
        exact = paired_delong(shared.components(model, both), shared.components(comparator, both))
        yield Contrast(
            *(model, comparator, cohort.name, cohort.role, "auroc"),
            difference=CohortEstimate(exact.difference, _known_variance(exact), n, n_events, cohort.pool),
            model_value=exact.first,
            comparator_value=exact.second,
            interval=exact.interval(),
            p_value=exact.p_value(),
            method="paired DeLong",
            draws=shared.auroc_draws(model, both) - shared.auroc_draws(comparator, both),
        )
        if one.has_probability and other.has_probability:
            loss, other_loss = ((part.y - part.predictors[name].probability[0]) ** 2 for name in (model, comparator))
            draws = mean_of_draws(loss - other_loss, part.weights)
            estimate = percentile(draws)
            variance = float((loss - other_loss).var(ddof=1) / n) if n > 1 else np.nan
            yield Contrast(
                *(model, comparator, cohort.name, cohort.role, "brier"),
                difference=CohortEstimate(estimate.value, variance, n, n_events, cohort.pool),
                model_value=float(loss.mean()) if n else np.nan,
                comparator_value=float(other_loss.mean()) if n else np.nan,
                interval=(estimate.low, estimate.high) if part.has_both_classes else (np.nan, np.nan),
                p_value=two_sided_p(draws) if part.has_both_classes else np.nan,
                method=f"paired bootstrap over patients, {draws.size - 1} draws",
                draws=draws,
            )


def _known_variance(exact: PairedDeLong) -> float:
    """Give the variance of the difference; unknown where both scores separate the classes, so that it is zero."""
    separated = exact.first in (0.0, 1.0) and exact.second in (0.0, 1.0)
    return np.nan if separated else exact.variance


class _SharedPatients:
    """Parts of a cohort, and the predictors' structural components in them, each made once."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.parts: dict[bytes, Cohort] = {}
        self.known: dict[tuple[str, bytes], Components] = {}
        self.drawn: dict[tuple[str, bytes], Floats] = {}

    def part(self, patients: NDArray[np.bool_]) -> Cohort:
        key = patients.tobytes()
        if key not in self.parts:
            self.parts[key] = self.cohort.only(patients)
        return self.parts[key]

    def components(self, name: str, patients: NDArray[np.bool_]) -> Components:
        key = (name, patients.tobytes())
        if key not in self.known:
            part = self.part(patients)
            self.known[key] = components(part.y, part.predictors[name].score[0])
        return self.known[key]

    def auroc_draws(self, name: str, patients: NDArray[np.bool_]) -> Floats:
        key = (name, patients.tobytes())
        if key not in self.drawn:
            part = self.part(patients)
            self.drawn[key] = auroc(part.y, part.predictors[name].score[0], part.weights)
        return self.drawn[key]


def pooled_contrasts(contrasts: Sequence[Contrast]) -> Iterator[dict[str, object]]:
    """Pool the differences of held-out cohorts: by random effects, weighted by patients, and each counting the same.

    Parameters
    ----------
    contrasts
        Of all held-out cohorts, in one subgroup.

    Yields
    ------
    dict
        Columns of the `comparisons` contract, without study and subgroup. The model's and the comparator's values are
        averaged with the weights of the difference.
    """
    for role, members in by_role(contrasts).items():
        for key in dict.fromkeys((one.model, one.comparator, one.metric) for one in members):
            yield from _pooled(role, [one for one in members if (one.model, one.comparator, one.metric) == key])


def _pooled(role: str, members: list[Contrast]) -> Iterator[dict[str, object]]:
    by_hospital = role != INTERNAL
    found, _, weights = pooled([one.difference for one in members], by_hospital=by_hospital)
    used = [one for one in members if one.difference.poolable]
    estimate = Estimate(found.mean, *found.interval())
    units = f"{found.k} patient pools, {len(used)} cohorts" if by_hospital else f"{len(used)} cohorts"
    method = f"random effects (REML, Hartung-Knapp) over {units}"
    row = _row(members[0], RANDOM_EFFECTS, role, estimate, sum(one.difference.n for one in used))
    yield row | _sides(used, weights) | {"p_value": found.p_value(), "method": method}

    used = [one for one in members if np.isfinite(one.difference.value)]
    n = [float(one.difference.n) for one in used]
    yield _bootstrapped(WEIGHTED_MEAN, role, members[0], used, n) | {
        "method": f"mean weighted by patients over {len(used)} cohorts, {BOOTSTRAP}"
    }
    yield _bootstrapped(MEAN_OF_COHORTS, role, members[0], used, [1.0] * len(used)) | {
        "method": f"mean of {len(used)} cohorts, {BOOTSTRAP}"
    }


def _bootstrapped(
    place: str, role: str, of: Contrast, used: list[Contrast], weights: Sequence[float]
) -> dict[str, object]:
    """Average differences by weight; without interval and p-value where no draw says anything else than the others."""
    draws = bootstrap_mean([one.draws for one in used], weights)
    varies = bool(np.ptp(draws) > 0)
    estimate = percentile(draws) if varies else Estimate(float(draws[0]))
    shares = np.array(weights) / sum(weights) if len(used) > 1 else np.full(len(used), np.nan)
    row = _row(of, place, role, estimate, sum(one.difference.n for one in used))
    return row | _sides(used, shares) | {"p_value": two_sided_p(draws) if varies else np.nan}


def _sides(used: list[Contrast], weights: NDArray[np.float64]) -> dict[str, object]:
    if not used:
        return {"model_value": np.nan, "comparator_value": np.nan}
    return {name: float(weights @ [getattr(one, name) for one in used]) for name in ("model_value", "comparator_value")}


def _row(of: Contrast, cohort: str, role: str, estimate: Estimate, n: int) -> dict[str, object]:
    return {
        "model": of.model,
        "comparator": of.comparator,
        "cohort": cohort,
        "role": role,
        "metric": of.metric,
        "difference": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "n": n,
    }
