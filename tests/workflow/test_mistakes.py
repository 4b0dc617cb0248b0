"""A mistake in the configuration is one message: the file, what was found, the nearest name; never a traceback."""

import pytest

pytestmark = pytest.mark.workflow

ALPHA = "config/studies/alpha-response.yaml"


def rename(mapping, old, new):
    mapping[new] = mapping.pop(old)


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (
            ALPHA,
            lambda study: rename(study["design"]["outer"], "folds", "fold"),
            ["unknown key 'design.outer.fold'", "'folds'"],
        ),
        (
            ALPHA,
            lambda study: rename(study["models"], "elastic_net", "elastic_nett"),
            ["'elastic_nett'", "'elastic_net'"],
        ),
        (
            ALPHA,
            lambda study: rename(study["models"]["lightgbm"]["search"], "num_leaves", "num_leafs"),
            ["'num_leafs'", "'num_leaves'"],
        ),
        (
            "config/sources/toy_alpha.yaml",
            lambda source: rename(source, "licence", "license"),
            ["unknown key 'license'", "'licence'"],
        ),
        (
            "config/config.yaml",
            lambda run: run.update(tracking_url="sqlite:///mlflow.db"),
            ["unknown key 'tracking_url'", "'tracking_uri'"],
        ),
    ],
    ids=["key", "model", "hyper-parameter", "source", "run"],
)
def test_a_wrong_name_is_met_with_the_nearest_before_anything_runs(clone, file, change, words):
    clone.edit(file, change)
    check(clone.snakemake(), [file, *words])


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (
            "config/config.yaml",
            lambda run: run.update(studies=["alpha-responce"]),
            ["config/studies/alpha-responce.yaml", "'alpha-response'"],
        ),
        (ALPHA, lambda study: study.update(datasets={"train": ["alfa"]}), ["config/datasets/alfa.yaml", "'alpha'"]),
        (
            "config/datasets/alpha.yaml",
            lambda dataset: dataset.update(source="toy_alfa"),
            ["config/sources/toy_alfa.yaml", "'toy_alpha'"],
        ),
    ],
    ids=["study", "dataset", "source"],
)
def test_a_name_without_a_file_is_met_with_the_nearest(clone, file, change, words):
    clone.edit(file, change)
    check(clone.snakemake(), words)


def check(run, words):
    assert run.code != 0
    assert run.jobs == set()
    assert [word for word in words if word not in run.text] == [], run.text
    assert "Traceback" not in run.text


def test_wrong_bytes_are_refused_with_both_digests(clone):
    wrong = "0" * 64
    right = []

    def change(source):
        right.append(source["files"]["clinical.csv"]["sha256"])
        source["files"]["clinical.csv"]["sha256"] = wrong

    clone.edit("config/sources/toy_alpha.yaml", change)
    run = clone.snakemake("results/fetch/toy_alpha.json")
    assert run.code != 0
    line = next(line for line in run.text.splitlines() if line.startswith("stratify fetch: error: "))
    assert "clinical.csv of source 'toy_alpha'" in line
    assert f"expected sha256 {wrong}, found {right[0]}" in line
    assert "config/sources/toy_alpha.yaml" in line
    assert "Traceback" not in run.text
    assert not (clone.folder / "data" / "raw" / "toy_alpha" / "clinical.csv").exists()


def test_an_unknown_feature_stops_its_study_with_the_nearest_name(project):
    project.edit(ALPHA, lambda study: study["features"].append("gene.CXLC9"))
    run = project.snakemake()
    assert run.code != 0
    assert "asks for feature 'gene.CXLC9', which no cohort has; did you mean 'gene.CXCL9'?" in run.text
    assert run.jobs == {("assemble", "alpha-response")}
    assert "Traceback" not in run.text
