"""Canary 4: a patient scored alone gets the score they get in the batch."""

from typing import Any

import numpy as np
import pandas as pd

from stratify.score.model import PatientModel

LIMIT = 1e-9


def single_patient(model: PatientModel, table: pd.DataFrame) -> dict[str, Any]:
    """Score every patient in one batch and each alone.

    Parameters
    ----------
    model
        The model that will be registered.
    table
        The study table.

    Returns
    -------
    dict
        One measure: the largest difference of a score (log odds).
    """
    patients = table.set_index("patient_id")
    batch = model.score(patients)["score"].to_numpy()
    alone = np.array([model.score(patients.loc[[patient]])["score"].iloc[0] for patient in patients.index])
    return {
        "canary": "single_patient",
        "measure": "largest difference between a score alone and in the batch",
        "value": float(np.abs(batch - alone).max()),
        "limit": LIMIT,
        "n": len(patients),
        "detail": "every patient of the study, model trained on all",
    }
