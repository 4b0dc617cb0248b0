"""Model folders of other versions: what loads, and what is refused in which words."""

import hashlib
import json
import logging

import numpy as np
import pytest
import skops.io

from stratify.cli import main
from stratify.errors import StratifyError
from stratify.score import PatientModel
from stratify.score.example import synthetic_patients
from stratify.score.patients import write_rows
from stratify.score.persistence import load_model


@pytest.fixture
def saved(model, tmp_path):
    model.save(tmp_path / "model")
    return tmp_path / "model"


def edit(folder, **changes) -> None:
    """Change what stands in `card.json`, beside the card; a function gets the value there was."""
    record = json.loads((folder / "card.json").read_text())
    for key, change in changes.items():
        record[key] = change(record[key]) if callable(change) else change
    (folder / "card.json").write_text(json.dumps(record))


def edit_reference(folder, change) -> None:
    """Change the reference patients and seal them again."""
    content = json.loads((folder / "reference.json").read_text())
    change(content)
    text = json.dumps(content)
    (folder / "reference.json").write_text(text)
    edit(folder, reference_sha256=hashlib.sha256(text.encode()).hexdigest())


def made_with(**versions):
    return lambda there: there | {name.replace("_", "-"): version for name, version in versions.items()}


def refusal(folder) -> str:
    with pytest.raises(StratifyError) as error:
        PatientModel.load(folder)
    return str(error.value)


def test_under_the_same_versions_nothing_is_said(saved, caplog):
    caplog.set_level(logging.INFO)
    PatientModel.load(saved)
    assert caplog.messages == []


def test_under_other_versions_a_proved_model_loads_with_one_line(saved, caplog):
    caplog.set_level(logging.INFO)
    edit(saved, made_with=made_with(scikit_learn="1.8.0", stratify_omics="0.0.9"))
    PatientModel.load(saved)
    (said,) = caplog.messages
    assert "stratify-omics was 0.0.9, is" in said
    assert "scikit-learn was 1.8.0, is" in said
    assert said.endswith("10 reference patients get the same probabilities")


def test_other_probabilities_under_other_versions_are_refused_with_the_way_back(saved):
    edit(saved, made_with=made_with(scikit_learn="1.8.0", python="3.10.2"))
    edit_reference(saved, lambda content: content.update(probability=[0.5, *content["probability"][1:]]))
    said = refusal(saved)
    assert "1 of 10 reference patients (synthetic) differ, by up to 0." in said
    assert "scikit-learn was 1.8.0, is " in said
    assert "scikit-learn==1.8.0" in said
    assert "numpy==" in said
    assert said.endswith(
        "skops==" + json.loads((saved / "card.json").read_text())["made_with"]["skops"] + "`, python 3.10.2"
    )


def test_other_probabilities_under_the_same_versions_are_refused(saved):
    edit_reference(saved, lambda content: content.update(probability=[0.5, *content["probability"][1:]]))
    said = refusal(saved)
    assert "no recorded version differs" in said
    assert "pip install" not in said


@pytest.mark.parametrize(("shift", "loads"), [(1e-12, True), (1e-7, False)])
def test_rounding_is_no_difference(saved, shift, loads):
    edit_reference(saved, lambda content: content.update(probability=[p + shift for p in content["probability"]]))
    if loads:
        PatientModel.load(saved)
    else:
        assert "10 of 10 reference patients" in refusal(saved)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content.pop("probability"),
        lambda content: content.update(probability=[]),
        lambda content: content.update(probability=["high"] * 10),
        lambda content: content.update(probability=[None] * 10),
        lambda content: content.update(patients={}),
        lambda content: content.update(patients={"clin.age_years": ["old"] * 10}),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(saved, damage):
    edit_reference(saved, damage)
    assert "reference patients" in refusal(saved)


def test_a_model_that_cannot_score_under_another_version_names_it(saved, monkeypatch):
    edit(saved, made_with=made_with(lightgbm="4.0.0"))

    def removed(self, patients):
        raise AttributeError("no attribute 'monotone'")

    monkeypatch.setattr(PatientModel, "predict", removed)
    said = refusal(saved)
    assert "cannot score the reference patients it was saved with: AttributeError: no attribute 'monotone'" in said
    assert "lightgbm was 4.0.0, is" in said


def test_a_model_that_another_library_cannot_read_names_it(saved, monkeypatch):
    edit(saved, made_with=made_with(skops="0.99.0"))
    monkeypatch.setattr(skops.io, "loads", lambda *_, **__: (_ for _ in ()).throw(ModuleNotFoundError("sklearn.gone")))
    said = refusal(saved)
    assert "not a readable model: ModuleNotFoundError: sklearn.gone; skops was 0.99.0, is" in said


def test_a_model_without_records_that_cannot_score_is_one_message(saved, monkeypatch):
    edit(saved, format=1)
    monkeypatch.setattr(PatientModel, "predict", lambda *_: (_ for _ in ()).throw(AttributeError("gone")))
    said = refusal(saved)
    assert "made by version 0.0.1, before models recorded their versions, and cannot score here" in said


def test_a_later_format_says_which_version_reads_it(saved):
    edit(saved, format=3, card=lambda card: card | {"package_version": "9.8.7", "sites": ["a"]})
    said = refusal(saved)
    assert "format 3, made by version 9.8.7 of this package; this is version 0." in said
    assert "reads formats 1 and 2: install version 9.8.7 or later" in said
    assert "unknown key" not in said


def test_a_card_of_a_later_version_says_so_before_it_names_a_key(saved):
    edit(saved, card=lambda card: card | {"package_version": "9.8.7", "sites": ["a"]})
    assert "card.json: made by version 9.8.7 of this package; this is version" in refusal(saved)


def test_a_card_that_is_wrong_is_not_said_to_be_of_a_later_version(saved):
    edit(saved, card=lambda card: card | {"sites": ["a"]})
    assert "unknown key 'sites'" in refusal(saved)
    assert "made by" not in refusal(saved)


def test_a_card_without_the_keys_that_have_a_default_is_read(saved):
    """As a card of an earlier version is, which did not know them."""
    optional = ["transductive_reason", "caveats", "gene_universe", "research_use_only", "parameters"]
    edit(saved, card=lambda card: {key: value for key, value in card.items() if key not in optional})
    assert PatientModel.load(saved).card.caveats == []


@pytest.mark.parametrize("number", [None, 0, -1, "2", 2.0, True, [2]])
def test_a_format_that_is_none_is_refused(saved, number):
    edit(saved, format=number)
    assert "this version reads formats 1 and 2" in refusal(saved)


@pytest.mark.parametrize(
    ("there", "message"),
    [
        (None, "expected names and versions of packages, found None"),
        ({"numpy": 2}, "expected names and versions of packages"),
        (made_with(numpy="2.4.6; rm -rf ~"), "expected names and versions of packages"),
        (lambda there: there | {"$(reboot)": "1"}, "expected names and versions of packages"),
        ({"python": "3.11.7"}, "the version of stratify-omics is missing"),
    ],
)
def test_versions_that_are_none_are_refused(saved, there, message):
    edit(saved, made_with=there)
    assert message in refusal(saved)


def test_a_library_that_this_version_does_not_know_is_named(saved, caplog):
    caplog.set_level(logging.INFO)
    edit(saved, made_with=made_with(no_such_library="1.0"))
    PatientModel.load(saved)
    assert "no-such-library was 1.0, is none here" in caplog.text


def test_a_folder_without_reference_patients_is_no_whole_model(saved):
    (saved / "reference.json").write_text("{}")
    assert "the file was changed or damaged" in refusal(saved)
    (saved / "reference.json").unlink()
    assert "holds no reference.json" in refusal(saved)


def test_a_refusal_is_one_line_exit_code_2_and_no_output(saved, capsys, tmp_path):
    patients = tmp_path / "patients.csv"
    write_rows(synthetic_patients(PatientModel.load(saved).card), patients)
    edit(saved, made_with=made_with(numpy="1.0.0"))
    edit_reference(saved, lambda content: content.update(probability=[0.5] * 10))
    arguments = ["--model", saved, "--input", patients, "--output", tmp_path / "scores.csv"]
    assert main(["score", *map(str, arguments)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "numpy was 1.0.0, is" in said
    assert not (tmp_path / "scores.csv").exists()


def test_the_same_model_is_saved_with_the_same_reference(model, saved, tmp_path):
    model.save(tmp_path / "again")
    for name in ("reference.json", "card.json"):
        first = (saved / name).read_text().replace("\n", "")
        again = (tmp_path / "again" / name).read_text().replace("\n", "")
        if name == "card.json":  # skops numbers its nodes by address
            first, again = (json.dumps(json.loads(text) | {"pipeline_sha256": ""}) for text in (first, again))
        assert first == again


def test_the_record_is_not_part_of_the_card(saved, model):
    """What the tracking store digests: a refit under other versions to the same numbers adds no run."""
    edit(saved, made_with=made_with(numpy="1.0.0"))
    assert load_model(saved)[1].card == model.card
    assert not np.isnan(load_model(saved)[1].reference["probability"]).any()
