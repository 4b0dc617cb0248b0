"""The form in which MLflow loads a model: a module-level loader and an object with `predict`."""

from pathlib import Path
from typing import Any

import pandas as pd

from stratify.errors import StratifyError
from stratify.score.model import PATIENT_ID, PatientModel
from stratify.score.patients import check_identifiers, identifiers


class PatientPyfunc:
    """Score a DataFrame row by row, in its order, with the columns `stratify score` writes.

    Parameters
    ----------
    model
        The model that scores.
    """

    def __init__(self, model: PatientModel) -> None:
        self.model = model

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Score patients.

        Parameters
        ----------
        model_input : DataFrame, shape (n_patients, n_columns)
            Features of the model, as far as known, and optionally `patient_id` (row numbers from 1 where absent).
        params
            Not used; MLflow passes it.

        Returns
        -------
        DataFrame, shape (n_patients, 8)
            `patient_id` and the columns of `PatientModel.predict`, in the order of the input's rows.

        Raises
        ------
        StratifyError
            An identifier is empty or stands twice, or a value is not of its column's type.
        """
        if not isinstance(model_input, pd.DataFrame):
            raise StratifyError(f"expected a pandas DataFrame, found {type(model_input).__name__}")
        if PATIENT_ID in model_input.columns:
            index = identifiers(model_input[PATIENT_ID])
            check_identifiers(index, PATIENT_ID, "input")
        else:
            index = pd.Index([str(row) for row in range(1, len(model_input) + 1)], name=PATIENT_ID, dtype="str")
        patients = model_input.drop(columns=PATIENT_ID, errors="ignore").set_index(index)
        return self.model.predict(patients).reset_index()


def _load_pyfunc(data_path: str) -> PatientPyfunc:
    """Load the folder MLflow stored; MLflow finds this function by its name."""
    return PatientPyfunc(PatientModel.load(Path(data_path)))
