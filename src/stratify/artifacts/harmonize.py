"""What `harmonize` hands over: one cohort in our names and units, and the oddities found in it."""

from collections.abc import Iterable

import pandera.pandas as pa

from stratify.artifacts.columns import belongs_to, closed, integer, text

BASELINE = "baseline"
SEVERITIES = ["info", "warning", "error"]

AS_PUBLISHED = "__as_published"
"""Ending of a column that keeps a value which only published formulas may read, such as an imputed constant."""


def _datasets(identifiers: Iterable[str]) -> set[str]:
    """Take the dataset out of identifiers of patients or samples, ``<dataset>:<source id>``."""
    return {str(identifier).partition(":")[0] for identifier in identifiers}


CLINICAL = pa.DataFrameSchema(
    {
        "sample_id": pa.Column(str, unique=True),
        "patient_id": text(),
        "timepoint": text(),
    },
    name="clinical",
    metadata=belongs_to(dataset=lambda frame: _datasets(frame["patient_id"])),
)
"""One row a sample. Further columns: characteristics (`clin.<name>`, float64 or str) and endpoints
(`endpoint.<name>`, float64 or str), missing as null."""

MODALITY = pa.DataFrameSchema(
    {
        "feature": pa.Column(str, unique=True),
        r"^(?!feature$)": pa.Column("float32", nullable=True, regex=True, required=False),
    },
    name="modality",
    metadata=belongs_to(dataset=lambda frame: _datasets(frame.columns.drop("feature", errors="ignore"))),
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
    metadata=belongs_to(dataset="dataset"),
)
"""One row an oddity: `n` values or rows concerned; `acknowledged` holds the reason from the dataset file."""
