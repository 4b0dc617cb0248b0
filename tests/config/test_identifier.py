"""Names that become parts of paths and command lines hold nothing that a shell or a file system would read."""

from pathlib import Path

import pytest

from stratify.config import DatasetConfig, RunConfig, StudyConfig, load_dataset, load_source, load_study, validate
from stratify.config.load import read_yaml
from stratify.errors import StratifyError

REAL = {
    RunConfig: "config/config.yaml",
    StudyConfig: "config/studies/melanoma-icb-response.yaml",
    DatasetConfig: "config/datasets/liu_2019.yaml",
}
HOSTILE = ["../x", "a/b", "a;touch y", "$(touch y)", "`y`", "two words", "-rf", ".hidden", "a\nb", "x\n", "é", ""]
WORDS = "expected a name of letters, digits, '_', '.' and '-' that starts with a letter or digit, found"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    ("model", "place", "content"),
    [
        (RunConfig, "studies.0", lambda name: {"studies": [name]}),
        (StudyConfig, "datasets.train.0", lambda name: {"datasets": {"train": [name]}}),
        (StudyConfig, "datasets.evaluate.0", lambda name: {"datasets": {"train": ["a"], "evaluate": [name]}}),
        (StudyConfig, "signatures.0", lambda name: {"signatures": [name]}),
        (DatasetConfig, "source", lambda name: {"source": name}),
    ],
)
def test_a_name_that_is_no_identifier_is_refused(model, place, content, name):
    whole = read_yaml(Path(REAL[model])) | content(name)
    with pytest.raises(StratifyError) as refused:
        validate(model, whole, "a.yaml")
    assert f"{place}: {WORDS} {name!r}" in str(refused.value)


@pytest.mark.parametrize("name", ["two words", "a;touch y", "$(touch y)", "-rf", "x\n"])
@pytest.mark.parametrize("load", [load_study, load_dataset, load_source])
def test_the_file_of_a_study_dataset_or_source_is_named_likewise(tmp_path, load, name):
    path = tmp_path / f"{name}.yaml"
    path.write_text("title: x\n")
    with pytest.raises(StratifyError, match="rename the file"):
        load(path)
