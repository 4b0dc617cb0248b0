"""What `assemble` hands over: who is in a study, what is known of each patient, and who was left out and why."""

import pandera.pandas as pa

from stratify.artifacts.columns import NEVER_EMPTY, OF_STUDY, closed, integer, number, text

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
    metadata=NEVER_EMPTY,
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
    metadata=OF_STUDY,
)
"""One row a step of a cohort, in order; step 0 is everyone in the file. `n_positive` is given once the label is
known; `excluded_ids` is a JSON list of patients."""

SAMPLES = closed("samples", {"patient_id": text(), "sample_id": text()}, unique=["patient_id"])
"""The sample by which each patient of the study table is described."""

LABELS = closed(
    "labels",
    {"study": text(), "patient_id": text(), "label": text(), "y": integer(nullable=True, isin=[0, 1])},
    unique=["patient_id", "label"],
    metadata=OF_STUDY,
)
"""What the other labels of the study's `sensitivity` say of each patient: 1, 0, null where the rule cannot classify
them or their cohort lacks the endpoint. A table of its own, so that no label can be read as a feature."""

LEFT_OUT = closed(
    "left out",
    {"study": text(), "analysis": text(isin=["without", "leave_out"]), "variant": text(), "patient_id": text()},
    unique=["analysis", "variant", "patient_id"],
    metadata=OF_STUDY,
)
"""Who leaves in which analysis of the study's `sensitivity`: variant is the name of a group, or a column and a level of
it (`clin.cancer_type melanoma`). The clinical columns stay behind, so that no model can read one for being named."""
