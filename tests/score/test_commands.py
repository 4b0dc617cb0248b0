"""`stratify score` and `stratify example` as a user types them, with a model folder."""

import numpy as np
import pandas as pd
import pytest

from stratify.cli import main


@pytest.fixture
def score(model_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(content: str, output: str = "scores.csv", model: str | None = None, name: str = "patients.csv"):
        (tmp_path / name).write_text(content)
        status = main(["score", "--model", model or str(model_folder), "--input", name, "--output", output])
        return status, capsys.readouterr().err

    return run


def test_example_then_score(model, model_folder, tmp_path, capsys):
    patients, scores = tmp_path / "patients.csv", tmp_path / "scores.csv"
    assert main(["example", "--model", str(model_folder), "--output", str(patients), "--patients", "12"]) == 0
    assert main(["score", "--model", str(model_folder), "--input", str(patients), "--output", str(scores)]) == 0
    found = pd.read_csv(scores, dtype={"patient_id": "str"}).set_index("patient_id")
    expected = model.predict(pd.read_csv(patients).set_index("patient_id"))
    assert len(found) == 12
    np.testing.assert_allclose(found["probability"], expected["probability"], rtol=0, atol=1e-12)
    assert found["stratum"].tolist() == expected["stratum"].tolist()
    assert "Research use only" in found["intended_use"].iloc[0]


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "xlsx"])
def test_every_format_gives_the_same_scores(model, model_folder, tmp_path, ending):
    patients, scores = tmp_path / f"patients.{ending}", tmp_path / "scores.parquet"
    assert main(["example", "--model", str(model_folder), "--output", str(patients)]) == 0
    assert main(["score", "--model", str(model_folder), "--input", str(patients), "--output", str(scores)]) == 0
    from stratify.score.example import synthetic_patients

    expected = model.predict(synthetic_patients(model.card))["probability"]
    np.testing.assert_allclose(pd.read_parquet(scores)["probability"], expected, rtol=0, atol=1e-12)


def test_the_summary_names_ignored_columns_and_the_intended_use(score, caplog):
    status, _ = score("patient_id,clin.age_years,shoe_size\na,50,44\nb,,40\n")
    assert status == 0
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "columns the model does not know, ignored: shoe_size" in said
    assert "2 patients:" in said
    assert "not_scored 1" in said
    assert "Research use only" in said


@pytest.mark.parametrize("output", ["patients.csv", "./patients.csv", "below/../patients.csv", "link.csv"])
def test_the_input_is_not_overwritten(score, tmp_path, output):
    (tmp_path / "below").mkdir()
    (tmp_path / "link.csv").symlink_to("patients.csv")
    content = "patient_id,clin.age_years\na,50\n"
    status, said = score(content, output=output)
    assert (status, "--input and --output are the same file" in said) == (2, True)
    assert (tmp_path / "patients.csv").read_text() == content


def test_the_summary_counts_one_patient_as_one(score, caplog):
    assert score("patient_id,clin.age_years\na,50\n")[0] == 0
    assert "1 patient: " in caplog.text


def test_a_file_without_any_feature_is_refused_with_the_nearest_names(score, tmp_path):
    status, said = score("patient_id,age_years,SEX\na,50,male\n")
    assert status == 2
    assert (
        "patients.csv: the file has none of the model's 4 features; for example "
        "'age_years': did you mean 'clin.age_years'? 'SEX': did you mean 'clin.sex'?" in said
    )
    assert said.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["patients.csv"]


def test_absent_features_are_named_with_the_nearest_columns(score, caplog):
    assert score("patient_id,clin.age_years,Sex\na,50,male\n")[0] == 0
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    named = "clin.sex (is column 'Sex' meant as 'clin.sex'?), sig.cyt, gene.CD8A"
    assert warned == [f"the file lacks 3 of the model's 4 features: {named}"]


def test_a_decimal_comma_in_a_file_with_semicolons(score):
    status, said = score("patient_id;clin.age_years\na;50,5\n")
    assert (status, "'50,5' (patient a); a decimal comma? write a point" in said) == (2, True)


def test_many_ignored_columns_are_counted(score, caplog):
    genes = [f"gene.G{number}" for number in range(50)]
    assert score(f"patient_id,clin.age_years,{','.join(genes)}\na,50{',1' * 50}\n")[0] == 0
    assert "gene.G19 and 30 more" in caplog.text


def test_a_transductive_study_is_cautioned(model, patients, tmp_path, caplog):
    from stratify.score import ModelCard, PatientModel

    card = ModelCard.model_validate(model.card.model_dump() | {"transductive_reason": "ranked within the cohort"})
    PatientModel(model.pipeline, card).save(tmp_path / "model")
    patients.to_parquet(tmp_path / "patients.parquet")
    paths = ["--input", str(tmp_path / "patients.parquet"), "--output", str(tmp_path / "scores.csv")]
    assert main(["score", "--model", str(tmp_path / "model"), *paths]) == 0
    assert "transductive study: ranked within the cohort" in caplog.text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,clin.age_years\na,50\n", "no column 'patient_id'"),
        (
            "patient_id,clin.age_years\na,old\n",
            "column 'clin.age_years' must hold numbers, found text: 'old' (patient a)",
        ),
        ("patient_id,clin.age_years\na,inf\n", "must hold finite numbers"),
        ("patient_id,clin.age_years\na,50\na,51\n", "stands more than once"),
        ("patient_id,clin.age_years\n", "a header but no patients"),
        ("", "the file is empty"),
    ],
)
def test_an_input_that_cannot_be_scored(score, tmp_path, content, message):
    status, said = score(content)
    assert status == 2
    assert message in said
    assert said.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["patients.csv"]


def test_an_earlier_output_survives_an_error(score, tmp_path):
    (tmp_path / "scores.csv").write_text("earlier")
    assert score("patient_id,clin.age_years\na,old\n")[0] == 2
    assert (tmp_path / "scores.csv").read_text() == "earlier"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("models:/toy@champion", "there is no file mlflow.db; run the workflow first"),
        ("0123456789abcdef0123456789abcdef", "there is no file mlflow.db"),
        ("no/such/folder", "not a folder that exists, nor of the form models:/<name>@<alias>"),
        (".", "holds neither card.json nor MLmodel"),
        ("toy", "or a run id; did you mean models:/toy@champion?"),
        ("patients.csv", "did you mean the folder '.'?"),
    ],
)
def test_a_model_that_is_not_there(score, tmp_path, reference, message, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    status, said = score("patient_id,clin.age_years\na,50\n", model=reference)
    assert status == 2
    assert message in said
    assert said.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["patients.csv"]


def test_an_output_of_unknown_format(score, tmp_path):
    status, said = score("patient_id,clin.age_years\na,50\n", output="scores.pdf")
    assert (status, "unknown format '.pdf'" in said) == (2, True)
    assert not (tmp_path / "scores.pdf").exists()


@pytest.mark.parametrize(("option", "value"), [("--patients", "0"), ("--seed", "-1")])
def test_an_example_that_cannot_be_drawn(model_folder, tmp_path, capsys, option, value):
    output = tmp_path / "patients.csv"
    assert main(["example", "--model", str(model_folder), "--output", str(output), option, value]) == 2
    assert f"{option} must" in capsys.readouterr().err
    assert not output.exists()
