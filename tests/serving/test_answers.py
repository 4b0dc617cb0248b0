"""Whatever is sent to a served model, the answer is right or says what is wrong."""

import io
import json
import subprocess
import sys

import mlflow
import numpy as np
import pandas as pd
import pytest

ROW = {"patient_id": "a", "clin.age_years": 50, "clin.grade": 2, "clin.er_status": "positive"}


def strict(text: str) -> dict:
    """Read JSON as browsers and R do: NaN is none of it."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the answer"))


def send(server, **body) -> tuple[int, dict]:
    status, text = server.post(json.dumps(body))
    return status, strict(text)


def rows_of(frame: pd.DataFrame) -> list[dict]:
    return json.loads(frame.reset_index().to_json(orient="records", double_precision=15))


def test_the_readme_line_gives_the_models_score(ask, served_model):
    asked = ask()
    assert asked.returncode == 0, asked.stderr
    [found] = strict(asked.stdout)["predictions"]
    body = json.loads(next(word for word in asked.args if word.startswith("{")))
    patients = pd.DataFrame(body["dataframe_records"]).set_index("patient_id")
    assert len(patients.columns) > 1
    expected = served_model.predict(patients)
    assert found["patient_id"] == patients.index[0]
    assert found["probability"] == pytest.approx(expected["probability"].item(), rel=0, abs=1e-12)


def test_it_listens_to_this_machine_alone(server):
    log = (server.folder / "server.log").read_text()
    assert f"running on http://127.0.0.1:{server.port}" in log
    assert server.listening() == {"127.0.0.1"}


@pytest.mark.parametrize("n", [1, 1000])
def test_command_line_pyfunc_and_http_give_the_same_scores(server, served_patients, tmp_path, n):
    path, output = tmp_path / "patients.csv", tmp_path / "scores.parquet"
    served_patients.head(n).to_csv(path)
    uri, model = f"sqlite:///{server.folder}/mlflow.db", "models:/breast-metastasis-5y@champion"
    words = ["--model", model, "--input", str(path), "--output", str(output), "--tracking-uri", uri]
    run = subprocess.run(
        [sys.executable, "-m", "stratify", "score", *words], check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    from_command = pd.read_parquet(output)
    patients = pd.read_csv(path, dtype={"patient_id": "str"})
    folder = next((server.folder / "mlartifacts").rglob("MLmodel")).parent
    from_pyfunc = mlflow.pyfunc.load_model(str(folder)).predict(patients)
    records = patients.astype(object).where(patients.notna(), None).to_dict(orient="records")
    status, answer = send(server, dataframe_records=records)
    assert status == 200
    found = pd.DataFrame(answer["predictions"])
    assert found["patient_id"].tolist() == served_patients.index[:n].tolist()
    for other in (from_command, from_pyfunc):
        assert found["patient_id"].tolist() == other["patient_id"].tolist()
        np.testing.assert_allclose(found["probability"], other["probability"], rtol=0, atol=1e-12)
        assert found["stratum"].tolist() == other["stratum"].tolist()


@pytest.mark.parametrize("form", ["dataframe_split", "instances", "inputs", "parquet"])
def test_every_form_gives_the_same_scores(server, served_patients, served_model, form):
    frame = served_patients.head(20)
    if form == "parquet":
        buffer = io.BytesIO()
        frame.reset_index().to_parquet(buffer, index=False)
        status, text = server.post(buffer.getvalue(), "application/vnd.apache.parquet")
    else:
        rows = rows_of(frame)
        split = {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
        status, text = server.post(json.dumps({form: split if form == "dataframe_split" else rows}))
    found = pd.DataFrame(strict(text)["predictions"]).set_index("patient_id")
    assert status == 200
    np.testing.assert_allclose(found["probability"], served_model.predict(frame)["probability"], rtol=0, atol=1e-12)


def test_missing_columns_are_named_in_the_answer(server):
    status, answer = send(server, dataframe_records=[{"patient_id": "a", "clin.age_years": 50}])
    assert status == 200
    assert answer["predictions"][0]["missing_features"] == "clin.tumor_size_cm, clin.grade, clin.er_status"


def test_a_patient_without_any_value_is_null_not_nan(server):
    status, answer = send(
        server, dataframe_records=[{"patient_id": "a", "clin.age_years": None}, ROW | {"patient_id": "b"}]
    )
    assert status == 200
    assert answer["predictions"][0]["probability"] is None
    assert answer["predictions"][0]["stratum"] == "not_scored"
    assert answer["predictions"][1]["probability"] > 0


@pytest.mark.parametrize("value", ["50", True, 50])
def test_a_number_may_be_written_as_text(server, served_model, value):
    status, answer = send(server, dataframe_records=[ROW | {"clin.age_years": value}])
    expected = served_model.predict(pd.DataFrame([ROW | {"clin.age_years": float(value)}]).set_index("patient_id"))
    assert status == 200
    assert answer["predictions"][0]["probability"] == pytest.approx(expected["probability"].item(), rel=0, abs=1e-12)


def test_extra_columns_and_params_change_nothing(server):
    plain = send(server, dataframe_records=[ROW])
    assert plain[0] == 200
    assert send(server, dataframe_records=[ROW | {"shoe_size": 43}], params={"x": 1}) == plain


def test_identifiers_come_back_as_sent(server):
    sent = ["007", "Zoë 患者", "toy:1"]
    status, answer = send(server, dataframe_records=[ROW | {"patient_id": name} for name in sent])
    assert status == 200
    assert [row["patient_id"] for row in answer["predictions"]] == sent


OURS = {
    "text": ([ROW | {"clin.age_years": "old"}], "column 'clin.age_years' must hold numbers, found text: 'old'"),
    "list": ([ROW | {"clin.age_years": [1, 2]}], "column 'clin.age_years' must hold numbers"),
    "mapping in a category": (
        [ROW | {"clin.er_status": {"x": 1}}],
        "column 'clin.er_status' must hold text or numbers",
    ),
    "infinite": ([ROW | {"clin.age_years": float("inf")}], "must hold finite numbers"),
    "too large": ([ROW | {"clin.age_years": 10**400}], "must hold finite numbers"),
    "repeated": ([ROW, ROW], "1 identifier in 'patient_id' stands more than once"),
    "no identifier": ([ROW | {"patient_id": None}], "1 patient has an empty 'patient_id'"),
    "list as identifier": ([ROW | {"patient_id": [1]}], "column 'patient_id' must hold text or numbers"),
    "nobody": ([], "the input has none of the model's 4 features"),
    "no column of the model": ([{"patient_id": "a", "age": 50}], "the input has none of the model's 4 features"),
    "numbers": ([1, 2], "the input has none of the model's 4 features"),
}


@pytest.mark.parametrize("case", OURS)
def test_what_the_model_refuses_is_one_message(server, case):
    rows, message = OURS[case]
    status, answer = send(server, dataframe_records=rows)
    assert status == 400
    assert message in answer["message"]
    assert set(answer) == {"error_code", "message"}


@pytest.mark.parametrize(
    "body", ['{"messages": [{"role": "user"}]}', '{"inputs": 3}', '{"dataframe_records": [[1, 2]]}']
)
def test_what_is_no_table_of_patients_is_refused(server, body):
    status, text = server.post(body)
    assert status == 400
    assert "the input has none of the model's 4 features" in strict(text)["message"]


COLUMNS = ["patient_id", "clin.age_years", "clin.age_years"]
NOT_READ = {
    "empty": b"",
    "cut off": b'{"dataframe_records": [',
    "no object": b"[1]",
    "no table": b"{}",
    "not UTF-8": b'{"dataframe_records": [{"patient_id": "\xff"}]}',
    "ragged": b'{"dataframe_split": {"columns": ["patient_id"], "data": [["a", 1]]}}',
    "column twice": json.dumps({"dataframe_split": {"columns": COLUMNS, "data": [["a", 1, 2]]}}).encode(),
}


@pytest.mark.parametrize("case", NOT_READ)
def test_what_mlflow_cannot_read_is_refused_without_a_traceback(server, case):
    status, text = server.post(NOT_READ[case])
    assert status == 400
    assert strict(text)["message"]
    assert "Traceback" not in text
    assert "site-packages" not in text


def test_another_content_type_is_refused(server):
    assert server.post("x", "text/xml")[0] == 415


def test_50_megabytes_are_scored_or_refused(server, served_patients, served_model):
    padding = "x" * (50_000_000 // 1000)
    rows = [row | {"note": padding} for row in rows_of(served_patients)]
    status, answer = send(server, dataframe_records=rows)
    assert status == 200
    found = [row["probability"] for row in answer["predictions"]]
    np.testing.assert_allclose(found, served_model.predict(served_patients)["probability"], rtol=0, atol=1e-12)
    assert send(server, dataframe_records=[ROW | {"clin.age_years": padding * 1000}])[0] == 400
    assert send(server, dataframe_records=[ROW])[0] == 200
