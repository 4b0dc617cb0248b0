"""What `fit` hands over: predictions, what tuning saw, and what the canaries measured."""

from stratify.artifacts.columns import NEVER_EMPTY, OF_MODEL, ROLES, closed, integer, number, text

COMPARATORS = "comparators"
"""Stands in the place of a model's name for the results of the naive and published comparators."""

PREDICTIONS = closed(
    "predictions",
    {
        "study": text(),
        "model": text(),
        "repeat": integer(nullable=True),
        "split": text(nullable=True),
        "role": text(isin=ROLES),
        "cohort": text(),
        "patient_id": text(),
        "y": integer(isin=[0, 1]),
        "time_days": number(),
        "event": integer(nullable=True, isin=[0, 1]),
        "score": number(),
        "probability": number(low=0, high=1),
    },
    metadata=NEVER_EMPTY | OF_MODEL,
)
"""One row a patient, model and split. `score` ranks (higher means the positive class) and is null where the model
cannot score the patient; `probability` is null for scores that are not probabilities. Fixed scores, which learn
nothing, have neither repeat nor split."""

TUNING = closed(
    "tuning",
    {
        "study": text(),
        "model": text(),
        "split": text(),
        "parameters": text(),
        "inner_auroc": number(low=0, high=1),
        "inner_neg_log_loss": number(high=0),
        "chosen": integer(isin=[0, 1]),
    },
    metadata=OF_MODEL,
)
"""One row a candidate and split: means over the inner folds of the split's training rows. `parameters` is JSON."""

LEARNING_CURVE = closed(
    "learning curve",
    {
        "study": text(),
        "model": text(),
        "n_studies": integer(),
        "repeat": integer(),
        "split": text(),
        "n_learned_from": integer(),
        "role": text(isin=ROLES),
        "cohort": text(),
        "patient_id": text(),
        "y": integer(isin=[0, 1]),
        "score": number(),
    },
    unique=["study", "model", "n_studies", "repeat", "split", "patient_id"],
    metadata=OF_MODEL,
)
"""One row a held-out patient and choice of training studies: the score of the model fitted to `n_learned_from` patients
of `n_studies` studies. Empty where the study does not ask for it."""

CANARY_MEASURES = closed(
    "canary measures",
    {
        "study": text(),
        "model": text(),
        "canary": text(),
        "measure": text(),
        "value": number(),
        "limit": number(),
        "n": integer(),
        "detail": text(),
    },
    metadata=NEVER_EMPTY | OF_MODEL,
)
"""One row a canary: `value` was measured; the canary is quiet while |value| <= `limit`."""
