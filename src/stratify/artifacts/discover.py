"""What `discover` hands over: each feature's association with the endpoint."""

from stratify.artifacts.columns import OF_STUDY, closed, integer, number, text

UNIVARIATE = closed(
    "univariate",
    {
        "study": text(),
        "cohort": text(),
        "feature": text(),
        "level": text(nullable=True),
        "effect": number(),
        "low": number(),
        "high": number(),
        "p_value": number(low=0, high=1),
        "q_value": number(low=0, high=1),
        "n": integer(),
        "n_events": integer(),
        "note": text(nullable=True),
    },
    metadata=OF_STUDY,
)
"""One row a feature (and category level) and cohort: `effect` is the log odds ratio of the positive class per
standard deviation (per presence of a category's level), with its 95 % interval; `q_value` is Benjamini-Hochberg's
over the features of the cohort; `note` says why there is no estimate."""
