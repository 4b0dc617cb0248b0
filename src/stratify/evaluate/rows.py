"""The shape of a row of metrics."""

from stratify.evaluate.intervals import Estimate

UNDEFINED = "undefined_draws"
"""Extra column: bootstrap draws in which a metric was undefined."""

ALL = "all"
"""Subgroup of every row that is not of fewer patients; also the role of what internal and external cohorts share."""


def metric_row(metric: str, estimate: Estimate, subgroup: str = ALL) -> dict[str, object]:
    """Lay out what an estimate says; model, cohort, role and counts are the caller's.

    Parameters
    ----------
    metric
        Name of the metric.
    estimate
        Its value and interval.
    subgroup
        Whom it is about.

    Returns
    -------
    dict
    """
    return {
        "subgroup": subgroup,
        "metric": metric,
        "estimate": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        UNDEFINED: estimate.undefined,
    }
