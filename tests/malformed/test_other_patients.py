"""Results of another study, cohort, model or run: refused where they are read, and nobody is dropped in silence."""

import re
import shutil

import pandas as pd
import pytest
from corpus import Patients, study_of

from stratify.artifacts.harmonize import CLINICAL, FINDINGS, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table, write_table
from stratify.cli import main
from stratify.errors import StratifyError

STAGES = ["harmonize", "assemble", "split"]
FIT = ["fit", "--model", "elastic_net"]
COMPARE = ["fit", "--model", "comparators"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Two studies, each of a cohort of its own, up to their predictions."""
    folder = tmp_path_factory.mktemp("studies")
    for name, n in (("one", 24), ("other", 30)):
        run = study_of(folder, {name: Patients(n)}, name)
        assert [run(stage) for stage in STAGES] == [0, 0, 0]
        assert [run(*FIT), run(*COMPARE)] == [0, 0]
    return folder


@pytest.fixture
def folder(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


def refused(folder, capsys, stage):
    """Run a stage of the first study; return its one message, after which nothing has changed."""
    results = folder / "results"
    before = written(results)
    capsys.readouterr()
    assert main([*stage, "--study", str(folder / "config/studies/one.yaml"), "--results", str(results)]) == 2
    error = capsys.readouterr().err
    assert len(re.findall(r"^stratify \S+: error: ", error, re.MULTILINE)) == 1, error
    assert written(results) == before
    return error


def written(results):
    return {path: path.read_bytes() for path in results.rglob("*.parquet")}


NOT_OURS = r": expected results of study 'one', whose folder it stands in, found those of 'other'; delete it"
FOREIGN = [
    ("splits", FIT, rf"splits\.parquet{NOT_OURS}"),
    ("splits", COMPARE, rf"splits\.parquet{NOT_OURS}"),
    ("splits", ["evaluate"], rf"splits\.parquet{NOT_OURS}"),
    ("predictions", ["evaluate"], rf"comparators/predictions\.parquet{NOT_OURS}"),
    ("table", ["split"], r"table\.parquet: has patients of 'other', which is no cohort of study 'one' \(one\)"),
    ("table", ["discover"], r"table\.parquet: has patients of 'other'"),
    ("table", ["evaluate"], r"table\.parquet: has patients of 'other'"),
    ("table", FIT, r"table\.parquet: has patients of 'other'"),
    (
        "samples",
        ["assemble", "--sensitivity"],
        r"samples\.parquet: 30 patients are not in .*table\.parquet, such as other:p0",
    ),
]


@pytest.mark.parametrize(
    ("place", "stage", "message"), FOREIGN, ids=[f"{place} at {' '.join(stage)}" for place, stage, _ in FOREIGN]
)
def test_results_of_another_study_are_one_message(folder, capsys, place, stage, message):
    path = getattr(Layout(folder / "results"), place)
    shutil.copy(path("other"), path("one"))
    assert re.search(message, refused(folder, capsys, stage), re.DOTALL)


def test_measurements_and_patients_of_another_cohort_are_one_message(folder, capsys):
    layout = Layout(folder / "results")
    shutil.copy(layout.clinical("other"), layout.clinical("one"))
    for stage in (["assemble"], ["split"]):
        error = refused(folder, capsys, stage)
        assert (
            "clinical.parquet: expected results of dataset 'one', whose folder it stands in, found those of 'other'"
            in error
        )


LEFT_OUT = [
    ("splits", "r00f0", FIT, r"splits\.parquet: 1 patient is missing of the 24 in .*table\.parquet, such as one:p"),
    ("splits", "final", ["evaluate"], r"splits\.parquet: 1 patient is missing of the 24"),
    ("samples", None, ["assemble", "--sensitivity"], r"samples\.parquet: 1 patient is missing of the 24"),
]


@pytest.mark.parametrize(("place", "split", "stage", "message"), LEFT_OUT, ids=["a fold", "the final split", "samples"])
def test_nobody_is_dropped_in_silence(folder, capsys, place, split, stage, message):
    path = getattr(Layout(folder / "results"), place)("one")
    rows = pd.read_parquet(path)
    of_split = rows if split is None else rows[rows["split"] == split]
    rows.drop(index=of_split.index[3]).to_parquet(path)
    assert re.search(message, refused(folder, capsys, stage))


def test_a_prediction_that_the_splits_call_for_is_missed(folder, capsys):
    layout = Layout(folder / "results")
    path = layout.predictions("one")
    rows = pd.read_parquet(path)
    learned = rows[rows["split"].notna() & rows["role"].eq("cv")]
    rows.drop(index=learned.index[0]).to_parquet(path)
    error = refused(folder, capsys, ["evaluate"])
    assert re.search(
        r"comparators/predictions\.parquet: 1 prediction is missing of the \d+ that .*splits\.parquet", error
    )


def test_predictions_of_another_model_are_one_message(folder, capsys):
    layout = Layout(folder / "results")
    shutil.copy(layout.predictions("one"), layout.predictions("one", "elastic_net"))
    error = refused(folder, capsys, ["evaluate"])
    assert (
        "expected results of model 'elastic_net', whose folder it stands in, found those of 'group_mean', 'prevalence'"
        in error
    )


TABLES = [
    (CLINICAL, {"sample_id": ["b:1"], "patient_id": ["b:1"], "timepoint": ["baseline"]}),
    (MODALITY, {"feature": ["gene.A"], "b:1": pd.array([1], dtype="float32")}),
    (
        FINDINGS,
        {"dataset": ["b"], "finding": ["x"], "severity": ["info"], "column": ["c"], "n": [1], "detail": ["d"]}
        | {"acknowledged": ["e"]},
    ),
]


@pytest.mark.parametrize(("schema", "columns"), TABLES, ids=[schema.name for schema, _ in TABLES])
def test_a_table_of_another_dataset_is_neither_read_nor_written(tmp_path, schema, columns):
    for folder in "ab":
        (tmp_path / folder).mkdir()
    own = tmp_path / "b/t.parquet"
    write_table(pd.DataFrame(columns), schema, own)
    assert len(read_table(schema, own)) == 1
    shutil.copy(own, tmp_path / "a/t.parquet")
    with pytest.raises(StratifyError, match=r"a/t\.parquet: expected results of dataset 'a'.* found those of 'b'"):
        read_table(schema, tmp_path / "a/t.parquet")
    with pytest.raises(StratifyError, match="expected results of dataset 'a'"):
        write_table(pd.DataFrame(columns), schema, tmp_path / "a/u.parquet")
    assert not (tmp_path / "a/u.parquet").exists()
