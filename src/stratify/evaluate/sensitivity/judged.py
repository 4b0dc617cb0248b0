"""Performance of every predictor in varied cohorts, and over them together."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from stratify.evaluate import calibration
from stratify.evaluate.cohort import Cohort
from stratify.evaluate.discrimination import DeLong
from stratify.evaluate.intervals import Estimate, percentile
from stratify.evaluate.pooling import Summary, by_role, pooled_summaries, summary
from stratify.evaluate.rows import metric_row
from stratify.evaluate.sensitivity.variants import Variant

Row = dict[str, object]


class Judge:
    """Judge variants of the same cohorts; what a variant leaves as it was is measured once.

    Parameters
    ----------
    cohorts
        Held-out cohorts.
    """

    def __init__(self, cohorts: Sequence[Cohort]) -> None:
        self.cohorts = [_Measured(cohort) for cohort in cohorts]

    def __call__(self, variant: Variant, *, each: bool) -> Iterator[Row]:
        """Measure all predictors on a variant.

        Parameters
        ----------
        variant
            What changes.
        each
            Whether to give the cohorts' own rows too, and not only what they say together.

        Yields
        ------
        dict
            Columns `model`, `cohort`, `metric`, `estimate`, `low`, `high`, `n`, `n_events`.
        """
        varied = [one.varied(variant(one.cohort)) for one in self.cohorts]
        present = [one for one in varied if one.cohort.y.size]
        if each:
            for one in present:
                yield from one.rows()
        summaries = [found for one in present for found in one.summaries]
        if summaries:
            role, members = list(by_role(summaries).items())[-1]  # both roles together where there are both
            yield from pooled_summaries(members, role)


class _Measured:
    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort

    def varied(self, cohort: Cohort) -> "_Measured":
        return self if cohort is self.cohort else _Measured(cohort)

    @cached_property
    def summaries(self) -> list[Summary]:
        return [summary(self.cohort, name) for name in self.cohort.predictors] if self.cohort.y.size else []

    def rows(self) -> Iterator[Row]:
        for found in self.summaries:
            part = self.cohort.only(self.cohort.predictors[found.model].scorable)
            place = {"model": found.model, "cohort": part.name, "n": part.y.size, "n_events": int(part.y.sum())}
            exact = DeLong(found.auroc.value, found.auroc.variance)
            yield place | metric_row("auroc", Estimate(exact.auroc, *exact.interval()))
            predictor = part.predictors[found.model]
            if predictor.has_probability:
                ratio = calibration.observed_expected(part.y, predictor.probability[0], part.weights)
                for metric, draws in (("brier", found.brier_draws), ("observed_expected", ratio)):
                    known = percentile(draws) if part.has_both_classes else Estimate(float(draws[0]))
                    yield place | metric_row(metric, known)
