"""What `evaluate` hands over: performance with intervals, paired comparisons, judged canaries."""

from stratify.artifacts.columns import ROLES, closed, integer, number, text, truth
from stratify.artifacts.fit import CANARY_MEASURES

METRICS = closed(
    "metrics",
    {
        "study": text(),
        "model": text(),
        "cohort": text(),
        "role": text(isin=ROLES),
        "subgroup": text(),
        "metric": text(),
        "estimate": number(),
        "low": number(),
        "high": number(),
        "n": integer(),
        "n_events": integer(),
    },
    unique=["study", "model", "cohort", "role", "subgroup", "metric"],
)
"""One row an estimate with its 95 % interval. The model `treat_all` is the net benefit of treating everyone. Subgroup
`stratum_<label>` holds the `event_rate` of a stratum. Role `train` holds the apparent fit, and `inner_<metric>`, on
which the champion is chosen (low and high: its spread over outer splits)."""

COMPARISONS = closed(
    "comparisons",
    {
        "study": text(),
        "model": text(),
        "comparator": text(),
        "cohort": text(),
        "metric": text(),
        "difference": number(),
        "low": number(),
        "high": number(),
        "p_value": number(low=0, high=1),
        "method": text(),
        "n": integer(),
    },
)
"""One row a paired comparison: `difference` is model minus comparator on the `n` patients both can score."""

CANARIES = closed("canaries", {**CANARY_MEASURES.columns, "passed": truth()})
"""The canary measures with their verdict."""
