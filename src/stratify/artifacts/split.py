"""What `split` hands over: which patients a model may see."""

from stratify.artifacts.columns import NEVER_EMPTY, OF_STUDY, closed, integer, text

FINAL = "final"
"""The split whose training rows make the model that is registered. It has held-out rows in the design `external`,
where that very model is judged."""

DUPLICATE = "duplicate"
"""Role of a held-out patient who looks like a patient of the split's training rows: predicted like the others, but
outside the headline results."""

SPLITS = closed(
    "splits",
    {
        "study": text(),
        "repeat": integer(nullable=True),
        "split": text(),
        "patient_id": text(),
        "role": text(isin=["train", "test", DUPLICATE]),
    },
    unique=["split", "patient_id", "role"],
    metadata=NEVER_EMPTY | OF_STUDY,
)
"""One row a patient and split. Splits of one repetition have disjoint test rows that cover the cohort; splits without
a repetition hold out whole cohorts."""
