"""The form in which MLflow loads a model: a module-level loader and an object with `predict`."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from stratify.errors import StratifyError
from stratify.score.columns import check_columns
from stratify.score.model import PATIENT_ID, PatientModel
from stratify.score.patients import check_identifiers, identifiers
from stratify.score.values import refuse_nested


class RefusedPatientsError(StratifyError, MlflowException):
    """Patients that cannot be scored as given; MLflow's scoring server answers 400 with this message and nothing else.

    Parameters
    ----------
    message
        What is wrong, as a `StratifyError` says it.
    """

    def __init__(self, message: str) -> None:
        MlflowException.__init__(self, message, error_code=INVALID_PARAMETER_VALUE)

    def serialize_as_json(self) -> str:
        """Give the body of the answer; the server puts the patients' values into `message`, which are not repeated."""
        return json.dumps({"error_code": self.error_code, "message": str(self)})


class Scores(pd.DataFrame):
    """Scores whose records have None where a value is null: MLflow's scoring server writes NaN, which is not JSON."""

    def to_dict(self, *args: Any, **kwargs: Any) -> Any:
        """Convert as a DataFrame does, nulls to None."""
        return pd.DataFrame(self.astype(object).where(self.notna(), None)).to_dict(*args, **kwargs)


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
        RefusedPatientsError
            There is no column of the model, an identifier is empty or stands twice, or a value is not of its
            column's type.
        """
        try:
            return self._scores(model_input)
        except StratifyError as error:
            raise RefusedPatientsError(str(error)) from error

    def _scores(self, model_input: pd.DataFrame) -> pd.DataFrame:
        if not isinstance(model_input, pd.DataFrame):
            raise StratifyError(f"expected a pandas DataFrame, found {type(model_input).__name__}")
        # MLflow drops the columns a model does not know, and with the last of them every row.
        check_columns(self.model, [str(name) for name in model_input.columns], "the input")
        if PATIENT_ID in model_input.columns:
            refuse_nested(model_input[PATIENT_ID])
            index = identifiers(model_input[PATIENT_ID])
            check_identifiers(index, PATIENT_ID, "input")
        else:
            index = pd.Index([str(row) for row in range(1, len(model_input) + 1)], name=PATIENT_ID, dtype="str")
        patients = model_input.drop(columns=PATIENT_ID, errors="ignore").set_index(index)
        return Scores(self.model.predict(patients).reset_index())


def _load_pyfunc(data_path: str) -> PatientPyfunc:
    """Load the folder MLflow stored; MLflow finds this function by its name."""
    return PatientPyfunc(PatientModel.load(Path(data_path)))
