"""What `split` hands over: which patients a model may see."""

from stratify.artifacts.columns import closed, integer, text

FINAL = "final"
"""The split whose training rows make the model that is registered; it has no test rows."""

SPLITS = closed(
    "splits",
    {
        "study": text(),
        "repeat": integer(nullable=True),
        "split": text(),
        "patient_id": text(),
        "role": text(isin=["train", "test"]),
    },
    unique=["split", "patient_id", "role"],
)
"""One row a patient and split. Splits of one repetition have disjoint test rows that cover the cohort."""
