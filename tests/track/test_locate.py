"""Scoring with a model by what the tracking store calls it."""

import json
import shutil

import mlflow
import numpy as np
import pandas as pd
import pytest

from stratify.cli import main
from stratify.score.example import synthetic_patients

STUDY = "toy-study"


@pytest.fixture
def patients(tracked) -> pd.DataFrame:
    from stratify.score import PatientModel

    drawn = synthetic_patients(PatientModel.load(tracked.layout.model(STUDY, "elastic_net")).card, 20, 1)
    drawn.to_parquet(tracked.folder / "patients.parquet")
    (tracked.folder / "scores.parquet").unlink(missing_ok=True)
    return drawn


def score(toy, reference: str) -> tuple[int, pd.DataFrame | None]:
    paths = [toy.folder / "patients.parquet", toy.folder / "scores.parquet"]
    arguments = ["--input", str(paths[0]), "--output", str(paths[1]), "--tracking-uri", toy.uri]
    status = main(["score", "--model", reference, *arguments])
    return status, pd.read_parquet(paths[1]) if paths[1].exists() else None


def test_every_way_to_name_a_model_gives_the_numbers_of_pyfunc(tracked, patients):
    run = tracked.record["runs"]["elastic_net"]["run_id"]
    stored = next(path.parent for path in (tracked.folder / "mlartifacts").rglob("MLmodel") if run in path.read_text())
    references = [
        f"models:/{STUDY}@champion",
        f"models:/{STUDY}/1",
        f"runs:/{run}/model",
        run,
        str(stored),
        str(tracked.layout.model(STUDY, "elastic_net")),
    ]
    expected = mlflow.pyfunc.load_model(f"models:/{STUDY}@champion").predict(patients.reset_index())
    for reference in references:
        status, found = score(tracked, reference)
        assert status == 0
        assert found["patient_id"].tolist() == expected["patient_id"].tolist()
        np.testing.assert_allclose(found["probability"], expected["probability"], rtol=0, atol=1e-12)
        pd.testing.assert_frame_equal(
            found.drop(columns="probability"), expected.drop(columns="probability"), check_dtype=False
        )


def test_pyfunc_takes_patients_as_they_come(tracked, patients):
    """Alone, without any value of a category, with whole numbers, numbered instead of named, with other columns."""
    model = mlflow.pyfunc.load_model(f"models:/{STUDY}@champion")
    batch = model.predict(patients.reset_index()).set_index("patient_id")
    for name in patients.index:
        alone = model.predict(patients.loc[[name]].reset_index())
        np.testing.assert_allclose(alone["probability"], [batch["probability"][name]], rtol=0, atol=1e-12)
    empty = pd.DataFrame([{"patient_id": 1, "clin.age_years": 60, "clin.sex": None, "gene.CD8A": None, "other": "x"}])
    found = model.predict(empty)
    assert found["missing_features"].tolist() == ["clin.sex, gene.CD8A"]
    assert found["probability"].notna().all()


def test_the_stored_example_is_synthetic_and_scores(tracked):
    model = mlflow.pyfunc.load_model(f"models:/{STUDY}@champion")
    example = model.input_example
    assert example["patient_id"].tolist() == ["example-1", "example-2", "example-3"]
    assert model.predict(example)["probability"].between(0, 1).all()


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("models:/toy-studi@champion", "no model 'toy-studi' is registered in .*; did you mean 'toy-study'?"),
        (f"models:/{STUDY}@champ", "has no alias 'champ'; did you mean 'champion'?"),
        (f"models:/{STUDY}/7", "has no version 7; valid names: 1"),
        ("models:/toy-study", "not a folder that exists, nor of the form .*; did you mean models:/toy-study@champion?"),
        (STUDY, "; did you mean models:/toy-study@champion?"),
        (f"{STUDY}@best", "; did you mean models:/toy-study@best?"),
        (f"{STUDY}/1", "; did you mean models:/toy-study/1?"),
        ("0" * 32, f"no run {'0' * 32} in"),
        (f"runs:/{'0' * 32}/model", f"no run {'0' * 32} in"),
    ],
)
def test_what_is_not_in_the_store(tracked, patients, capsys, reference, message):
    status, found = score(tracked, reference)
    said = capsys.readouterr().err
    first, _, last = message.partition(".*")
    assert (status, found) == (2, None)
    assert first in said
    assert last in said
    assert said.count("\n") == 1


def test_a_mistyped_folder_names_the_nearest(tracked, patients, capsys):
    folder = tracked.layout.model(STUDY, "elastic_net")
    typed = {
        str(folder).replace("elastic_net", "elastic_nett"): folder,
        str(folder).replace("/fit/", "/fitt/"): folder,
        str(folder).replace("/fit/", "/fitt/").replace("elastic_net", "nothing"): tracked.layout.results / "fit",
        str(folder / "card.json"): folder,
    }
    for reference, meant in typed.items():
        assert score(tracked, reference) == (2, None)
        assert f"did you mean the folder {meant.as_posix()!r}?" in capsys.readouterr().err


def test_the_folder_of_a_fit_is_as_good_as_the_model_in_it(tracked, patients):
    assert score(tracked, str(tracked.layout.model(STUDY, "elastic_net").parent))[0] == 0


def test_nobody_is_scored_as_nobody(tracked, patients):
    model = mlflow.pyfunc.load_model(f"models:/{STUDY}@champion")
    found = model.predict(patients.reset_index().iloc[:0])
    assert found.empty
    assert found.dtypes.equals(model.predict(patients.reset_index()).dtypes)


def test_a_run_without_a_model_says_which_kind_it_is(tracked, patients, capsys):
    status, _ = score(tracked, tracked.record["execution_run_id"])
    assert status == 2
    assert "execution) holds no model; choose a run whose tag role is model" in capsys.readouterr().err


def test_files_that_are_gone_or_changed(toy, patients, capsys):
    toy.track()
    patients.to_parquet(toy.folder / "patients.parquet")
    capsys.readouterr()
    for card in (toy.folder / "mlartifacts").rglob("card.json"):
        card.write_text(json.dumps(json.loads(card.read_text()) | {"pipeline_sha256": "0" * 64}))
    assert score(toy, f"models:/{STUDY}@champion") == (2, None)
    assert "the file was changed or damaged" in capsys.readouterr().err
    shutil.rmtree(toy.folder / "mlartifacts")
    assert score(toy, f"models:/{STUDY}@champion") == (2, None)
    said = capsys.readouterr().err
    assert "its files cannot be read" in said
    assert said.count("\n") == 1
