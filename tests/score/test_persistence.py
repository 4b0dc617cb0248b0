import functools
import json
import os
import pickle

import numpy as np
import pytest
import skops.io
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from stratify.errors import StratifyError
from stratify.score import PatientModel
from stratify.score.persistence import find_model_folder, save_model


def reseal(folder, content: bytes) -> None:
    """Put other bytes in the place of the pipeline, as someone with evil intent would: digest included."""
    import hashlib

    (folder / "pipeline.skops").write_bytes(content)
    record = json.loads((folder / "card.json").read_text())
    record["pipeline_sha256"] = hashlib.sha256(content).hexdigest()
    (folder / "card.json").write_text(json.dumps(record))


def test_saved_and_loaded_scores_the_same(model, patients, tmp_path):
    model.save(tmp_path / "model")
    again = PatientModel.load(tmp_path / "model")
    np.testing.assert_allclose(
        again.predict(patients)["probability"], model.predict(patients)["probability"], rtol=0, atol=0
    )
    assert again.card == model.card


@pytest.mark.parametrize("function", [os.system, exec])
def test_a_type_off_the_list_is_refused_by_name(model, tmp_path, function):
    model.save(tmp_path)
    reseal(tmp_path, skops.io.dumps(Pipeline([("evil", FunctionTransformer(function))])))
    with pytest.raises(StratifyError, match=rf"holds the type '.*{function.__name__}', which is not trusted"):
        PatientModel.load(tmp_path)


def test_nothing_is_executed_by_a_crafted_file(model, tmp_path):
    model.save(tmp_path)
    target = tmp_path / "executed"
    reseal(tmp_path, skops.io.dumps(functools.partial(os.system, f"touch {target}")))
    with pytest.raises(StratifyError, match="which is not trusted"):
        PatientModel.load(tmp_path)
    reseal(tmp_path, pickle.dumps({"a": 1}))
    with pytest.raises(StratifyError, match="not a readable model"):
        PatientModel.load(tmp_path)
    assert not target.exists()


def test_a_pipeline_that_could_not_be_loaded_is_not_saved(model, tmp_path):
    with pytest.raises(StratifyError, match="which is not trusted"):
        save_model(Pipeline([("own", FunctionTransformer(os.getenv))]), model.card, tmp_path / "model")
    assert not (tmp_path / "model" / "card.json").exists()


def test_a_changed_file_is_noticed(model, tmp_path):
    model.save(tmp_path)
    content = bytearray((tmp_path / "pipeline.skops").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "pipeline.skops").write_bytes(bytes(content))
    with pytest.raises(StratifyError, match="the file was changed or damaged"):
        PatientModel.load(tmp_path)


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(StratifyError, match=r"holds neither card\.json nor MLmodel"):
        find_model_folder(tmp_path)
    with pytest.raises(StratifyError, match=r"holds no card\.json"):
        PatientModel.load(tmp_path)


def test_a_half_written_folder(model, tmp_path):
    model.save(tmp_path)
    (tmp_path / "pipeline.skops").unlink()
    with pytest.raises(StratifyError, match=r"holds no pipeline\.skops"):
        PatientModel.load(tmp_path)


def test_an_mlflow_model_of_another_package(tmp_path):
    (tmp_path / "MLmodel").write_text("flavors: {python_function: {loader_module: mlflow.sklearn, data: m}}")
    with pytest.raises(StratifyError, match=r"not a model of this package: loader 'mlflow\.sklearn'"):
        find_model_folder(tmp_path)


def test_a_card_of_another_format(model, tmp_path):
    model.save(tmp_path)
    record = json.loads((tmp_path / "card.json").read_text()) | {"format": 99}
    (tmp_path / "card.json").write_text(json.dumps(record))
    with pytest.raises(StratifyError, match="format 99, this version reads format 1"):
        PatientModel.load(tmp_path)


def test_loading_a_folder_needs_no_mlflow(model_folder, patients):
    import subprocess
    import sys

    code = (
        "import sys, pathlib; from stratify.score import PatientModel; "
        f"PatientModel.load(pathlib.Path({str(model_folder)!r})); assert 'mlflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_model_that_learned_nothing_is_saved_and_loaded(model, patients, tmp_path):
    """A booster without any split is a tree of one leaf."""
    from stratify.fit.models import MODELS

    features = patients[model.card.feature_names]
    pipeline = MODELS["lightgbm"](features, 0).set_params(classifier__min_child_samples=1000)
    PatientModel(pipeline.fit(features, patients["y"]), model.card).save(tmp_path)
    assert PatientModel.load(tmp_path).predict(patients)["probability"].nunique() == 1


def test_the_folder_of_a_fit_leads_to_the_model_in_it(model, tmp_path):
    model.save(tmp_path / "elastic_net" / "model")
    assert find_model_folder(tmp_path / "elastic_net") == tmp_path / "elastic_net" / "model"
    assert find_model_folder(tmp_path / "elastic_net" / "model") == tmp_path / "elastic_net" / "model"
    with pytest.raises(StratifyError, match=r"not a model folder; there are models in it: .*/elastic_net/model$"):
        find_model_folder(tmp_path)


@pytest.mark.parametrize("data", ["../../etc", "/etc", None, 3, "link"])
def test_an_mlflow_model_that_keeps_its_files_elsewhere(tmp_path, data):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "link").symlink_to("/etc")
    flavor = {"loader_module": "stratify.score.pyfunc", "data": data}
    (folder / "MLmodel").write_text(json.dumps({"flavors": {"python_function": flavor}}))
    with pytest.raises(StratifyError, match="expected the path of a folder beside it"):
        find_model_folder(folder)


@pytest.mark.parametrize("content", ["flavors: []", "flavors: {python_function: 3}", "{}"])
def test_an_mlflow_model_without_a_flavor(tmp_path, content):
    (tmp_path / "MLmodel").write_text(content)
    with pytest.raises(StratifyError, match=r"expected flavors\.python_function, a mapping"):
        find_model_folder(tmp_path)
