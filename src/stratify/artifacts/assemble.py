"""What `assemble` hands over: who is in a study, what is known of each patient, and who was left out and why."""

import pandera.pandas as pa

from stratify.artifacts.columns import closed, integer, number, text

IDENTITY = ["patient_id", "cohort", "patient_pool", "study_family", "y", "time_days", "event"]
"""Columns of the study table that are not features."""

TABLE = pa.DataFrameSchema(
    {
        "patient_id": pa.Column(str, unique=True),
        "cohort": text(),
        "patient_pool": text(),
        "study_family": text(),
        "y": integer(isin=[0, 1]),
        "time_days": number(),
        "event": integer(nullable=True, isin=[0, 1]),
        r"^[a-z][a-z0-9]*\..+$": pa.Column(nullable=True, regex=True, required=False),
    },
    name="study table",
    strict=True,
)
"""One row a patient, sorted by `patient_id`; features are `<namespace>.<name>`, float64 or str (category)."""

ATTRITION = closed(
    "attrition",
    {
        "study": text(),
        "cohort": text(),
        "step": integer(),
        "reason": text(),
        "n_excluded": integer(),
        "n_remaining": integer(),
        "n_positive": integer(nullable=True),
        "excluded_ids": text(),
    },
)
"""One row a step of a cohort, in order; step 0 is everyone in the file. `n_positive` is given once the label is
known; `excluded_ids` is a JSON list of patients."""
