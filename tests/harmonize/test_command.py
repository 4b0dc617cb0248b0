"""`stratify harmonize` on small cohorts on disk."""

import hashlib

import pytest
import yaml

from stratify.artifacts.harmonize import CLINICAL, FINDINGS, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.cli import main

CLINICAL_CSV = "id,Age,Alb,OS,Dead\n01,61,3.8,12,1\n02,47,3.8,8,0\n03,55,3.8,40,1\n"
GENES_CSV = "gene,01,02,03\nCXCL9,1,2,3\nACTB,5,5,5\n"


def publish(folder, **texts):
    """Write raw files, and a source file with their digests."""
    files = {}
    for name, text in texts.items():
        path = folder / f"raw/box/{name}.csv"
        path.write_text(text)
        files[path.name] = {"path": f"box/{path.name}", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    source = {"title": "Box", "citation": "c", "package": {"name": "box", "version": "1"}, "files": files}
    (folder / "config/sources/box.yaml").write_text(yaml.safe_dump(source))


@pytest.fixture
def cohort(tmp_path):
    """A dataset file with its source and raw files; give a function that changes it and runs the command."""
    dataset = {
        "title": "Toy",
        "source": "box",
        "patient_pool": "toy",
        "study_family": "toy",
        "clinical": {
            "file": "c.csv",
            "id": "id",
            "timepoint": "baseline",
            "columns": {"age_years": "Age"},
            "endpoints": {"os_days": {"from": "OS", "unit": "month"}, "os_event": "Dead"},
        },
        "modalities": {
            "expression": {
                "file": "m.csv",
                "namespace": "gene",
                "id": "gene",
                "orientation": "features_by_samples",
                "unit": "zscore",
            }
        },
    }
    for folder in ("config/datasets", "config/sources", "raw/box"):
        (tmp_path / folder).mkdir(parents=True)
    publish(tmp_path, c=CLINICAL_CSV, m=GENES_CSV)

    def run(change=lambda dataset: None):
        change(dataset)
        path = tmp_path / "config/datasets/toy.yaml"
        path.write_text(yaml.safe_dump(dataset))
        where = ["--raw", str(tmp_path / "raw"), "--results", str(tmp_path / "results")]
        return main(["harmonize", "--dataset", str(path), *where]), Layout(tmp_path / "results")

    return run


def map_albumin(dataset):
    dataset["clinical"]["columns"]["albumin_g_per_dl"] = "Alb"


def test_writes_every_table(cohort):
    status, layout = cohort()
    assert status == 0
    clinical = read_table(CLINICAL, layout.clinical("toy"))
    assert clinical["endpoint.os_days"].tolist() == [365.25, 243.5, 1217.5]
    genes = read_table(MODALITY, layout.modality("toy", "expression")).set_index("feature")
    assert genes.columns.tolist() == clinical["sample_id"].tolist() == ["toy:01", "toy:02", "toy:03"]
    assert genes.loc["gene.CXCL9"].tolist() == [1, 2, 3]
    assert genes.loc["gene.ACTB"].isna().all()
    findings = read_table(FINDINGS, layout.findings("toy"))
    assert findings[["dataset", "finding", "severity", "column", "n"]].to_numpy().tolist() == [
        ["toy", "constant_features", "warning", "expression", 1]
    ]


def test_an_open_error_stops_with_findings_but_no_tables(cohort, capsys):
    _, layout = cohort()
    assert layout.clinical("toy").is_file()
    status, _ = cohort(map_albumin)
    assert status == 2
    error = capsys.readouterr().err
    assert "1 finding stops the run" in error
    assert "- {finding: constant_column, column: albumin_g_per_dl, reason: …}" in error
    assert read_table(FINDINGS, layout.findings("toy"))["severity"].tolist() == ["error", "warning"]
    assert not layout.clinical("toy").exists()
    assert not layout.modality("toy", "expression").exists()


def test_an_acknowledged_error_lets_the_run_go_on(cohort):
    def change(dataset):
        map_albumin(dataset)
        spec = {"finding": "constant_column", "column": "albumin_g_per_dl", "reason": "imputed by the authors"}
        dataset["acknowledge"] = [spec]

    status, layout = cohort(change)
    assert status == 0
    table = read_table(CLINICAL, layout.clinical("toy"))
    assert table["clin.albumin_g_per_dl"].isna().all()
    assert table["clin.albumin_g_per_dl__as_published"].tolist() == [3.8] * 3
    findings = read_table(FINDINGS, layout.findings("toy")).set_index("finding")
    assert findings.loc["constant_column", "acknowledged"] == "imputed by the authors"


def test_a_stale_acknowledgement_stops(cohort, capsys):
    status, _ = cohort(lambda dataset: dataset.update(acknowledge=[{"finding": "duplicate_id", "reason": "r"}]))
    assert status == 2
    assert "acknowledges duplicate_id, which is not found" in capsys.readouterr().err


def test_days_called_months_stop(cohort, capsys, tmp_path):
    publish(tmp_path, c=CLINICAL_CSV.replace(",40,", ",2779,"), m=GENES_CSV)
    status, _ = cohort()
    assert status == 2
    assert "impossible_unit [os_days]: in months the maximum of 2,779 would be 232 years" in capsys.readouterr().err


def drop_gene_file(dataset):
    dataset["modalities"]["expression"]["file"] = "n.csv"


def number_rows(dataset):
    dataset["modalities"]["expression"].update(id=None, orientation="samples_by_features")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_gene_file, "source 'box' has no file 'n.csv'; did you mean 'm.csv'?"),
        (lambda dataset: dataset.update(source="bax"), "bax.yaml: no such file; did you mean 'box'?"),
        (number_rows, "modalities.expression: give 'id', the column that names the samples"),
        (lambda dataset: dataset["clinical"].update(id="ID"), "no column 'ID'"),
        (lambda dataset: dataset["clinical"]["columns"].update({"Age years": "Age"}), "clinical.columns.Age years"),
    ],
)
def test_a_wrong_dataset_file_is_one_message(cohort, capsys, change, message):
    status, layout = cohort(change)
    error = capsys.readouterr().err
    assert status == 2
    assert message in error
    assert "Traceback" not in error
    assert not layout.clinical("toy").exists()


def test_a_missing_raw_file_is_one_message(cohort, capsys, tmp_path):
    (tmp_path / "raw/box/c.csv").unlink()
    assert cohort()[0] == 2
    error = capsys.readouterr().err
    assert "c.csv of source 'box': no such file" in error
    assert "run `stratify fetch --source config/sources/box.yaml`" in error


def test_a_raw_file_that_was_changed_is_not_read(cohort, capsys, tmp_path):
    (tmp_path / "raw/box/m.csv").write_text(GENES_CSV.replace("1,2,3", "1,2,4"))
    status, layout = cohort()
    assert status == 2
    assert "m.csv of source 'box': wrong bytes" in capsys.readouterr().err
    assert not layout.clinical("toy").exists()


def test_a_second_run_writes_the_same_bytes(cohort):
    _, layout = cohort()
    paths = [layout.clinical("toy"), layout.modality("toy", "expression"), layout.findings("toy")]
    before = [path.read_bytes() for path in paths]
    cohort()
    assert [path.read_bytes() for path in paths] == before


def test_modality_is_read_by_feature(cohort):
    _, layout = cohort()
    few = read_table(MODALITY, layout.modality("toy", "expression"), filters=[("feature", "in", ["gene.CXCL9"])])
    assert few["feature"].tolist() == ["gene.CXCL9"]
