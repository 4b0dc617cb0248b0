import json

import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from stratify.errors import StratifyError
from stratify.score.pyfunc import _load_pyfunc


def test_rows_come_back_in_their_order_with_their_identifiers(model, model_folder, patients):
    loaded = _load_pyfunc(str(model_folder))
    frame = patients.reset_index().sample(frac=1, random_state=0)
    found = loaded.predict(frame)
    assert found["patient_id"].tolist() == frame["patient_id"].tolist()
    expected = model.predict(patients).loc[frame["patient_id"]].reset_index()
    pd.testing.assert_frame_equal(found, expected, rtol=0, atol=1e-12)


def test_without_identifiers_rows_are_numbered(model_folder, patients):
    found = _load_pyfunc(str(model_folder)).predict(patients.reset_index(drop=True).iloc[[4, 2]])
    assert found["patient_id"].tolist() == ["1", "2"]


def test_an_identifier_that_stands_twice(model_folder):
    frame = pd.DataFrame({"patient_id": [1, 1], "clin.age_years": [50, 60]})
    with pytest.raises(StratifyError, match="input: 1 identifier in 'patient_id' stands more than once: '1'"):
        _load_pyfunc(str(model_folder)).predict(frame)


def test_something_else_than_a_table(model_folder):
    with pytest.raises(StratifyError, match="expected a pandas DataFrame, found list"):
        _load_pyfunc(str(model_folder)).predict([1, 2])


def test_nobody_gives_an_empty_result_of_the_same_form(model_folder, patients):
    model = _load_pyfunc(str(model_folder))
    columns = ["patient_id", "clin.age_years", "clin.sex", "gene.GZMA"]
    found = model.predict(pd.DataFrame(columns=columns, dtype=object))
    pd.testing.assert_frame_equal(found, model.predict(patients.reset_index()).iloc[:0], check_index_type=False)


@pytest.mark.parametrize("columns", [[], ["patient_id"], ["patient_id", "age"]])
def test_a_table_without_any_feature(model_folder, columns):
    with pytest.raises(StratifyError, match="the input has none of the model's 4 features"):
        _load_pyfunc(str(model_folder)).predict(pd.DataFrame([["1", "2"][: len(columns)]], columns=columns))


@pytest.mark.parametrize("column", ["patient_id", "clin.sex"])
@pytest.mark.parametrize("value", [[1], {"a": 1}])
def test_a_list_or_a_mapping_is_no_value(model_folder, column, value):
    row = {"patient_id": "a", "clin.age_years": 50, column: value}
    with pytest.raises(StratifyError, match=f"column '{column}' must hold text or numbers, found"):
        _load_pyfunc(str(model_folder)).predict(pd.DataFrame([row]))


def test_what_is_refused_is_a_mistake_of_the_request_to_mlflow(model_folder):
    frame = pd.DataFrame({"patient_id": ["a"], "clin.age_years": ["old"]})
    with pytest.raises(MlflowException) as refused:
        _load_pyfunc(str(model_folder)).predict(frame)
    refused.value.message = f"Failed to predict data {frame}"
    assert refused.value.get_http_status_code() == 400
    assert json.loads(refused.value.serialize_as_json()) == {
        "error_code": "INVALID_PARAMETER_VALUE",
        "message": "column 'clin.age_years' must hold numbers, found text: 'old' (patient a)",
    }


def test_records_have_none_where_nobody_was_scored(model_folder):
    frame = pd.DataFrame({"patient_id": ["a"], "clin.age_years": [None]})
    found = _load_pyfunc(str(model_folder)).predict(frame)
    assert found["probability"].dtype == "float64"
    assert found.to_dict(orient="records")[0]["probability"] is None
