import pandas as pd
import pytest

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


@pytest.mark.parametrize("columns", [["patient_id", "clin.age_years", "clin.sex", "gene.GZMA"], []])
def test_nobody_gives_an_empty_result_of_the_same_form(model_folder, patients, columns):
    model = _load_pyfunc(str(model_folder))
    found = model.predict(pd.DataFrame(columns=columns, dtype=object))
    pd.testing.assert_frame_equal(found, model.predict(patients.reset_index()).iloc[:0], check_index_type=False)
