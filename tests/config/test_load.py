from pathlib import Path

import pytest
import yaml

from stratify.config import (
    DatasetConfig,
    StudyConfig,
    load_dataset,
    load_run,
    load_source,
    load_study,
    read_yaml,
    validate,
)
from stratify.errors import StratifyError

CONFIG = Path(__file__).parents[2] / "config"


@pytest.fixture
def study():
    return yaml.safe_load((CONFIG / "studies" / "breast-metastasis-5y.yaml").read_text())


@pytest.fixture
def dataset():
    return yaml.safe_load((CONFIG / "datasets" / "gide_2019.yaml").read_text())


def test_every_file_of_the_repository_loads_and_what_it_names_exists():
    run = load_run(CONFIG / "config.yaml")
    for name in run.studies:
        for cohort in load_study(CONFIG / "studies" / f"{name}.yaml").datasets.train:
            config = load_dataset(CONFIG / "datasets" / f"{cohort}.yaml")
            source = load_source(CONFIG / "sources" / f"{config.source}.yaml")
            assert config.clinical.file in source.files
            assert all(modality.file in source.files for modality in config.modalities.values())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"titel": "x"}, "unknown key 'titel'; did you mean 'title'"),
        ({"strata": {"declared_probabilites": [0.2]}}, "unknown key 'strata.declared_probabilites'; did you mean"),
        (
            {"design": {"kind": "repeated_nested_cv", "outer": {"fold": 5}}},
            r"'design.outer.fold'; did you mean 'folds'",
        ),
        ({"design": {"kind": "repeated_nested_cv", "outer": {"folds": "five"}}}, "design.outer.folds: .*found 'five'"),
        ({"design": {"kind": "repeated_nested_cv", "outer": {"folds": 1}}}, "design.outer.folds: .*found 1"),
        (
            {"endpoint": {"rule": "landmark", "days": 3}},
            r"endpoint.rule: unknown rule 'landmark'; did you mean 'landmark_e",
        ),
        ({"endpoint": {"rule": "landmark_event", "time": "t", "event": "e", "day": 3}}, "did you mean 'days'"),
        ({"sensitivity": {"local_patients": [10]}}, "sensitivity needs held-out cohorts.*found repeated_nested_cv"),
        ({"sensitivity": {"local_patients": [20, 10]}}, r"local_patients must increase, found \[20, 10\]"),
        ({"sensitivity": {"leave_out_each": ["cancer_type"]}}, "a clinical column, such as clin.cancer_type"),
        ({"sensitivity": {"label": {}}}, "unknown key 'sensitivity.label'; did you mean 'labels'"),
        ({"models": []}, "models: expected at least one entry, found none"),
        ({"champion": {"among": ["forest"]}}, "champion.among names .'forest'., which is not among"),
        ({"transductive": True}, "must give its transductive_reason"),
        ({"strata": {"declared_probabilities": [0.5, 0.2]}}, "must increase, found"),
        ({"strata": {"declared_probabilities": [0.5], "labels": ["a"]}}, "1 cut-offs make 2 strata, found 1 labels"),
        ({"features": ["age"]}, "features.0: expected a feature with its namespace, such as .*, found 'age'$"),
        ({"title": None}, "title: expected text, found nothing$"),
    ],
)
def test_a_wrong_study_file_is_one_message_with_its_place(study, change, message):
    with pytest.raises(StratifyError, match=message) as error:
        validate(StudyConfig, study | change, "config/studies/x.yaml")
    assert str(error.value).startswith("config/studies/x.yaml: ")
    assert "\n" not in str(error.value)


def test_a_missing_key_is_named(study):
    del study["question"]
    with pytest.raises(StratifyError, match="key 'question' is required and missing"):
        validate(StudyConfig, study, "x")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"from": "Age", "units": "year"}, "did you mean 'unit'"),
        ({"unit": "year"}, "give either 'from' .* or 'constant'"),
        ({"from": "Age", "constant": 3}, "give either 'from' .* or 'constant'"),
        ({"from": "Age", "values": {1: "a"}, "groups": {"a": [1]}}, "'values' or 'groups', not both"),
    ],
)
def test_a_wrong_column_map_is_named(dataset, column, message):
    dataset["clinical"]["columns"] = {"age_years": column}
    with pytest.raises(StratifyError, match=message):
        validate(DatasetConfig, dataset, "x")


def test_a_list_of_models_takes_each_models_own_grid(study):
    loaded = validate(StudyConfig, study | {"models": ["elastic_net", "lightgbm"]}, "x")
    assert loaded.models["elastic_net"].search == {}
    assert loaded.candidates == ["elastic_net", "lightgbm"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1,\n", "not valid YAML"),
        ("- a\n- b\n", "expected a mapping of keys .*, found a list"),
        ("", "expected a mapping of keys .*, found nothing"),
        ("a: 1\na: 2\n", "key written twice: .'a'."),
        ("a: !!python/object/apply:os.system ['true']\n", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_mapping_is_one_message(tmp_path, text, message):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(StratifyError, match=message):
        read_yaml(path)


def test_bytes_that_are_no_text_are_one_message(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(StratifyError, match=r"x\.yaml, line 1: not UTF-8 text but UTF-16"):
        read_yaml(tmp_path / "x.yaml")


def test_a_missing_file_names_its_neighbour():
    with pytest.raises(StratifyError, match="no such file; did you mean 'gide_2019'"):
        load_dataset(CONFIG / "datasets" / "gide_2018.yaml")


def test_a_hidden_file_is_no_neighbour(tmp_path):
    (tmp_path / ".mine.yaml").touch()
    with pytest.raises(StratifyError, match=r"no such file; the folder .* holds no .yaml file"):
        read_yaml(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("breast-metastasis-5y", "config/studies/breast-metastasis-5y.yaml"),
        ("gide_2019.yaml", "config/datasets/gide_2019.yaml"),
        ("config/datasets/gide_2019", "config/datasets/gide_2019.yaml"),
    ],
)
def test_a_name_without_folder_or_ending_is_met_with_its_file(monkeypatch, written, meant):
    monkeypatch.chdir(CONFIG.parent)
    with pytest.raises(StratifyError, match=f"^{written}: no such file; did you mean '{meant}'"):
        read_yaml(Path(written))


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['touch {canary}']", "!!python/name:os.system", "!own x"]
)
def test_a_tag_is_refused_and_not_executed(tmp_path, tag):
    canary = tmp_path / "executed"
    (tmp_path / "study.yaml").write_text("title: " + tag.replace("{canary}", str(canary)))
    with pytest.raises(StratifyError, match=r"study\.yaml: not valid YAML: could not determine a constructor"):
        read_yaml(tmp_path / "study.yaml")
    assert not canary.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "\n".join(f"k{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10) if n else 'x'}]" for n in range(12)),
            "aliases written out",
        ),
        ("\n".join(f"k{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], x: 1}}" for n in range(1, 9)), "not valid"),
        ("a: &a [*a]", "an alias stands inside"),
        ("a: " + "[" * 5000, "nested deeper than 50 levels"),
        ("a: 2024-13-45", "not a valid timestamp"),
        ("a: !!int x", "not valid YAML"),
        ("a: !!bool perhaps", "not valid YAML"),
        ("a: " + "1" * 5000, "not valid YAML"),
    ],
)
def test_a_text_that_stands_for_far_more_or_for_nothing(tmp_path, text, message):
    (tmp_path / "study.yaml").write_text(text)
    with pytest.raises(StratifyError, match=message):
        read_yaml(tmp_path / "study.yaml")


def test_aliases_within_reason_are_read_and_merge_keys_are_not(tmp_path):
    (tmp_path / "study.yaml").write_text("a: &a [1, 2]\nb: *a\n")
    assert read_yaml(tmp_path / "study.yaml") == {"a": [1, 2], "b": [1, 2]}
    (tmp_path / "study.yaml").write_text("a: &a {x: 1}\nb: {<<: *a, y: 2}\n")
    with pytest.raises(StratifyError, match=r"could not determine a constructor for the tag .*merge"):
        read_yaml(tmp_path / "study.yaml")
