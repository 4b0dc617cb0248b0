"""The registered champion scores patients the same from the command line and from MLflow, alone and in company."""

import mlflow
import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.workflow

MODEL = "models:/alpha-response@champion"
N = 6


@pytest.fixture(scope="module")
def patients(finished, tmp_path_factory):
    """An example written by the command line, as a table and its path."""
    path = tmp_path_factory.mktemp("score") / "patients.csv"
    run = finished.command("stratify", "example", "--model", MODEL, "--output", str(path), "--patients", str(N))
    assert run.code == 0, run.text
    return path


@pytest.fixture(scope="module")
def scores(finished, patients):
    return score(finished, patients)


@pytest.fixture
def loaded(finished):
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(f"sqlite:///{finished.folder}/mlflow.db")
    mlflow.set_registry_uri(f"sqlite:///{finished.folder}/mlflow.db")
    yield mlflow.pyfunc.load_model(MODEL)
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


def read(path):
    return pd.read_csv(path, dtype={"patient_id": "str"})


def score(project, path):
    output = path.with_name(f"scores_of_{path.name}")
    run = project.command("stratify", "score", "--model", MODEL, "--input", str(path), "--output", str(output))
    assert run.code == 0, run.text
    return read(output).set_index("patient_id")


def test_every_patient_gets_a_probability(scores, patients):
    assert list(scores.index) == list(read(patients)["patient_id"])
    assert len(scores) == N
    assert scores["probability"].between(0, 1).all()
    assert scores["probability"].std() > 0


def test_mlflow_gives_the_same_numbers(scores, patients, loaded):
    predicted = loaded.predict(read(patients)).set_index("patient_id")
    np.testing.assert_allclose(predicted["probability"], scores["probability"], rtol=0, atol=1e-12)
    assert predicted["stratum"].tolist() == scores["stratum"].tolist()


def test_order_and_company_change_no_score(scores, patients, finished):
    shuffled = read(patients).sample(frac=1, random_state=3)
    assert shuffled["patient_id"].tolist() != read(patients)["patient_id"].tolist()
    for name, frame in (("shuffled", shuffled), ("alone", shuffled.head(1))):
        path = patients.with_name(f"{name}.csv")
        frame.to_csv(path, index=False)
        again = score(finished, path)
        expected = scores.loc[again.index, "probability"]
        np.testing.assert_allclose(again["probability"], expected, rtol=0, atol=1e-12)


def test_each_patient_alone_gets_the_score_of_the_batch_from_mlflow(scores, patients, loaded):
    rows = read(patients)
    alone = [loaded.predict(rows.iloc[[place]])["probability"].item() for place in range(N)]
    np.testing.assert_allclose(alone, scores["probability"], rtol=0, atol=1e-12)


def test_a_mistyped_alias_is_met_with_the_nearest(finished, patients, tmp_path):
    output = tmp_path / "scores.csv"
    words = ["--model", "models:/alpha-response@champon", "--input", str(patients), "--output", str(output)]
    run = finished.command("stratify", "score", *words)
    assert run.code == 2
    assert run.text.startswith("stratify score: error: ")
    assert "did you mean 'champion'?" in run.text
    assert not output.exists()
