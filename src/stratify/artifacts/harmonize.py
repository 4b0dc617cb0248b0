"""What `harmonize` hands over: one cohort in our names and units, and the oddities found in it."""

import pandera.pandas as pa

from stratify.artifacts.columns import closed, integer, text

BASELINE = "baseline"
SEVERITIES = ["info", "warning", "error"]

AS_PUBLISHED = "__as_published"
"""Ending of a column that keeps a value which only published formulas may read, such as an imputed constant."""

CLINICAL = pa.DataFrameSchema(
    {
        "sample_id": pa.Column(str, unique=True),
        "patient_id": text(),
        "timepoint": text(),
    },
    name="clinical",
)
"""One row a sample. Further columns: characteristics (`clin.<name>`, float64 or str) and endpoints
(`endpoint.<name>`, float64 or str), missing as null."""

MODALITY = pa.DataFrameSchema(
    {
        "feature": pa.Column(str, unique=True),
        r"^(?!feature$)": pa.Column("float32", nullable=True, regex=True, required=False),
    },
    name="modality",
)
"""One row a feature (`<namespace>.<id>`), one float32 column a sample, named by `sample_id`; null where missing.
Features stand in rows so that a step can read the few it needs from tens of thousands."""

FINDINGS = closed(
    "findings",
    {
        "dataset": text(),
        "finding": text(),
        "severity": text(isin=SEVERITIES),
        "column": text(nullable=True),
        "n": integer(),
        "detail": text(),
        "acknowledged": text(nullable=True),
    },
)
"""One row an oddity: `n` values or rows concerned; `acknowledged` holds the reason from the dataset file."""
