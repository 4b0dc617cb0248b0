"""The reader of cBioPortal's studies, on a generated one."""

import hashlib
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.harmonize import CLINICAL, FINDINGS, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.cli import main
from stratify.config import validate
from stratify.config.dataset import Clinical, DatasetConfig, Modality
from stratify.errors import StratifyError
from stratify.harmonize.readers.cbioportal import CbioportalReader
from stratify.harmonize.readers.noticed import take_findings
from stratify.synthetic_cbioportal import write_cbioportal_study

UNITS = {"mutations": "present", "mrna_seq_tpm": "log2_tpm", "cna": "copy_number_level"}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "toy"
    write_cbioportal_study(folder, 12, n_genes=8)
    return folder


def read_clinical(path: Path) -> pd.DataFrame:
    layout = {"reader": "cbioportal", "file": path.name, "timepoint": "baseline"}
    return CbioportalReader().read_clinical(path, validate(Clinical, layout, "test clinical"))


def read_profile(path: Path, profile: str = "mutations", **keys: Any) -> pd.DataFrame:
    base = {"reader": "cbioportal", "file": path.name, "namespace": "mut", "profile": profile}
    layout = {**base, "unit": UNITS.get(profile, "log2_tpm"), **keys}
    return CbioportalReader().read_modality(path, validate(Modality, layout, "test modality"))


def names(frame: pd.DataFrame) -> dict[str, tuple[str, int]]:
    return {finding.finding: (finding.severity, finding.n) for finding in take_findings(frame)}


def change(path: Path, old: str, new: str, count: int = 1) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, count))


def test_samples_are_joined_to_their_patients(study):
    found = read_clinical(study)
    assert found.shape[0] == 13
    assert found["SAMPLE_ID"].tolist()[-1] == "TOY-001-T2"
    assert found["TIMEPOINT"].value_counts().to_dict() == {"Pre-treatment": 12, "On-treatment": 1}
    of_first = found[found["PATIENT_ID"] == "TOY-001"]
    assert len(of_first) == 2
    assert len(set(of_first["AGE"])) == 1
    patients = pd.read_csv(study / "data_clinical_patient.txt", sep="\t", comment="#", dtype="str")
    shuffled = found.merge(patients, on="PATIENT_ID", suffixes=("", "_expected"))
    assert (shuffled["OS_MONTHS"] == shuffled["OS_MONTHS_expected"]).all()
    assert names(found) == {}


def test_a_column_of_both_tables_stays_two(study):
    for kind in ("patient", "sample"):
        change(study / f"data_clinical_{kind}.txt", "SEX" if kind == "patient" else "CANCER_TYPE", "NOTE")
    found = read_clinical(study)
    assert set(found["NOTE"]) == {"Melanoma"}
    assert set(found["patient.NOTE"]) <= {"Female", "Male"}


def test_mutations_equal_a_plain_count(study):
    counts = read_profile(study)
    raw = pd.read_csv(study / "data_mutations.txt", sep="\t")
    raw = raw[raw["Variant_Classification"] != "Silent"]
    expected = raw.groupby(["Hugo_Symbol", "Tumor_Sample_Barcode"]).size()
    assert counts.to_numpy().sum() == len(raw)
    for (gene, sample), n in expected.items():
        assert counts.loc[gene, sample] == n


def test_sequenced_without_mutation_is_zero_and_not_sequenced_is_absent(study):
    counts = read_profile(study)
    assert counts.shape[1] == 11
    assert (counts["TOY-001-T1"] == 0).all()
    assert "TOY-012-T1" not in counts
    assert "TOY-001-T2" not in counts


def test_without_case_list_and_panel_matrix_it_is_a_finding(study):
    (study / "case_lists/cases_sequenced.txt").unlink()
    counts = read_profile(study)
    assert "TOY-001-T1" not in counts
    assert names(counts)["profiled_not_declared"][0] == "warning"


PANEL_META = "genetic_alteration_type: GENE_PANEL_MATRIX\ndatatype: GENE_PANEL_MATRIX\ndata_filename: panels.txt\n"


def with_panels(study: Path) -> None:
    samples = read_clinical(study)["SAMPLE_ID"][:11]
    rows = "".join(f"{sample}\t{'SMALL' if at < 5 else 'WES'}\n" for at, sample in enumerate(samples))
    (study / "panels.txt").write_text("SAMPLE_ID\tmutations\n" + rows + "TOY-012-T1\tNA\n")
    (study / "meta_gene_panel_matrix.txt").write_text(PANEL_META)


def test_genes_outside_a_panel_are_missing_not_unmutated(study):
    with_panels(study)
    (study / "data_gene_panel_small.txt").write_text("stable_id: SMALL\ngene_list: BRAF\tNRAS\n")
    counts = read_profile(study)
    small = counts[[f"TOY-{number:03d}-T1" for number in range(1, 6)]]
    assert small.loc[["BRAF", "NRAS"]].notna().all(axis=None)
    assert small.loc[["TP53", "CDKN2A"]].isna().all(axis=None)
    assert counts.drop(columns=small.columns).notna().all(axis=None)


def test_panels_of_unknown_genes_are_a_finding(study):
    with_panels(study)
    assert names(read_profile(study))["panel_without_genes"] == ("error", 5)


def test_one_burden_of_several_panels_is_refused(study):
    with_panels(study)
    with pytest.raises(StratifyError, match="several panels"):
        read_profile(study, mutations={"burden": "tmb_per_mb", "megabases": 30})


def test_the_panel_matrix_says_who_was_sequenced_too(study):
    with_panels(study)
    (study / "case_lists/cases_sequenced.txt").unlink()
    assert read_profile(study).shape[1] == 11


def test_expression_and_copy_number(study):
    genes = read_profile(study, "mrna_seq_tpm", namespace="gene")
    expected = pd.read_csv(study / "data_mrna_seq_tpm.txt", sep="\t", index_col=0).drop(columns="Entrez_Gene_Id")
    assert (genes.dtypes == np.float32).all()
    np.testing.assert_allclose(genes.to_numpy(), expected.to_numpy(), rtol=1e-6)
    assert genes.columns.tolist() == expected.columns.tolist()
    levels = read_profile(study, "cna", namespace="cna")
    assert set(np.unique(levels)) <= {-2, -1, 0, 1, 2}


def test_the_study_name_before_a_profile_may_be_left_out(study):
    change(study / "meta_mutations.txt", "stable_id: mutations", "stable_id: synthetic_toy_mutations")
    assert read_profile(study).shape[1] == 11


def test_rows_without_gene_are_counted(study):
    change(study / "data_mrna_seq_tpm.txt", "TOYGENE1\t", "\t")
    genes = read_profile(study, "mrna_seq_tpm")
    assert len(genes) == 7
    assert names(genes) == {"rows_without_gene": ("warning", 1)}


@pytest.mark.parametrize("name", ["toy.tar.gz", "toy.tar", "toy.tar.xz", "toy.zip"])
def test_an_archive_is_read_like_the_folder(study, name):
    path = study.parent / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            for file in study.rglob("*.txt"):
                archive.write(file, f"toy/{file.relative_to(study)}")
    else:
        with tarfile.open(path, f"w:{name.removeprefix('toy.tar').removeprefix('.')}") as archive:
            archive.add(study, "toy")
    pd.testing.assert_frame_equal(read_clinical(path), read_clinical(study))
    for profile in UNITS:
        pd.testing.assert_frame_equal(read_profile(path, profile), read_profile(study, profile))


def drop_comments(path: Path) -> None:
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines() if not line.startswith("#")))


MALFORMED_CLINICAL: dict[str, tuple[Callable[[Path], object], str]] = {
    "no meta_study": (lambda s: (s / "meta_study.txt").unlink(), "no meta_study.txt in it"),
    "no meta of samples": (lambda s: (s / "meta_clinical_sample.txt").unlink(), "meta_clinical_sample.txt: missing"),
    "no sample file": (lambda s: (s / "data_clinical_sample.txt").unlink(), "no such file"),
    "no comment lines": (lambda s: drop_comments(s / "data_clinical_sample.txt"), "0 of the 4 lines"),
    "one comment line less": (lambda s: change(s / "data_clinical_patient.txt", "#1\t", "1\t"), "3 of the 4 lines"),
    "no sample id": (lambda s: change(s / "data_clinical_sample.txt", "SAMPLE_ID", "SAMPLE"), "no column SAMPLE_ID"),
    "comma separated": (
        lambda s: change(s / "data_clinical_sample.txt", "\t", ",", -1),
        "no column PATIENT_ID; the header is PATIENT_ID,SAMPLE_ID",
    ),
    "patient twice": (
        lambda s: change(s / "data_clinical_patient.txt", "TOY-002\t", "TOY-001\t"),
        "1 patient in several rows: TOY-001",
    ),
    "meta without a file": (
        lambda s: change(s / "meta_clinical_sample.txt", "data_filename", "file_name"),
        "no `data_filename`",
    ),
    "meta of another shape": (
        lambda s: (s / "meta_study.txt").write_text("toy\n"),
        "expected lines of `key: value`",
    ),
    "header only": (
        lambda s: (s / "data_clinical_sample.txt").write_text("#a\n#a\n#a\n#a\nPATIENT_ID\tSAMPLE_ID\n"),
        "a header and no rows",
    ),
}


@pytest.mark.parametrize(("damage", "message"), MALFORMED_CLINICAL.values(), ids=list(MALFORMED_CLINICAL))
def test_malformed_studies_are_named(study, damage, message):
    damage(study)
    with pytest.raises(StratifyError, match=message):
        read_clinical(study)


MALFORMED_PROFILES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "no such profile": ("mutation", lambda s: None, "did you mean 'mutations'"),
    "not a number": (
        "mrna_seq_tpm",
        lambda s: change(s / "data_mrna_seq_tpm.txt", "CXCL9\t\t", "CXCL9\t\thigh"),
        "column 'TOY-001-T1': expected numbers, found 'high",
    ),
    "no data file": ("cna", lambda s: (s / "data_cna.txt").unlink(), "data_cna.txt: the study has no such file"),
    "empty data file": ("cna", lambda s: (s / "data_cna.txt").write_text(""), "data_cna.txt: the file is empty"),
    "no gene column": (
        "cna",
        lambda s: change(s / "data_cna.txt", "Hugo_Symbol", "GENE"),
        "no column 'Hugo_Symbol'",
    ),
    "no samples": ("cna", lambda s: (s / "data_cna.txt").write_text("Hugo_Symbol\nBRAF\n"), "no column of a sample"),
    "sample twice": (
        "cna",
        lambda s: change(s / "data_cna.txt", "TOY-002-T1", "TOY-001-T1"),
        "2 columns are called 'TOY-001-T1'",
    ),
    "empty case list": (
        "mutations",
        lambda s: (s / "case_lists/cases_sequenced.txt").write_text("stable_id: x_sequenced\n"),
        "names no sample",
    ),
    "unknown classification": (
        "mutations",
        lambda s: change(s / "data_mutations.txt", "Silent", "Sylent"),
        "did you mean 'Silent'",
    ),
    "no sample column": (
        "mutations",
        lambda s: change(s / "data_mutations.txt", "Tumor_Sample_Barcode", "Barcode"),
        "no column 'Tumor_Sample_Barcode'",
    ),
}


@pytest.mark.parametrize(("profile", "damage", "message"), MALFORMED_PROFILES.values(), ids=list(MALFORMED_PROFILES))
def test_malformed_profiles_are_named(study, profile, damage, message):
    damage(study)
    with pytest.raises(StratifyError, match=message):
        read_profile(study, profile, unit=UNITS.get(profile, "present"))


@pytest.mark.parametrize(("profile", "unit"), [("mutations", "log2_tpm"), ("mrna_seq_tpm", "present")])
def test_a_profile_of_another_kind_than_declared(study, profile, unit):
    with pytest.raises(StratifyError, match="the dataset file says `unit:"):
        read_profile(study, profile, unit=unit)


def test_truncated_and_wrong_archives(study, tmp_path):
    path = tmp_path / "toy.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(study, "toy")
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(StratifyError, match=r"toy\.tar\.gz: not readable"):
        read_clinical(path)
    for name in ("toy.tar.gz", "toy.zip"):
        (tmp_path / name).write_text("no archive")
        with pytest.raises(StratifyError, match="not readable"):
            read_clinical(tmp_path / name)
    with pytest.raises(StratifyError, match="expected the folder of a study"):
        read_clinical(study / "data_clinical_sample.txt")


def test_a_folder_too_high(study, tmp_path):
    (tmp_path / "up").mkdir()
    study.rename(tmp_path / "up/toy")
    with pytest.raises(StratifyError, match="one folder further down: toy/"):
        read_clinical(tmp_path / "up")


def test_samples_without_patient_and_patients_without_sample_are_findings(study):
    change(study / "data_clinical_patient.txt", "TOY-003\t", "TOY-300\t")
    found = read_clinical(study)
    assert found.loc[found["PATIENT_ID"] == "TOY-003", "AGE"].isna().all()
    assert names(found) == {"samples_without_patient": ("error", 1), "patients_without_sample": ("warning", 1)}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"profile": None}, "name the 'profile'"),
        ({"mutations": {"profiled": {"file": "list.txt"}}}, "names its sequenced samples itself"),
        ({"orientation": "samples_by_features"}, "gives genes in rows"),
        ({"separator": ";"}, "does not take 'separator'"),
    ],
)
def test_keys_that_do_not_go_with_a_study(study, keys, message):
    with pytest.raises(StratifyError, match=message):
        read_profile(study, **keys)


def test_a_clinical_table_is_of_one_study():
    layout = {"reader": "cbioportal", "file": "a", "more_files": ["b"], "timepoint": "baseline"}
    with pytest.raises(StratifyError, match="takes one study"):
        validate(Clinical, layout, "test")


def test_a_burden_comes_from_one_place():
    content = yaml.safe_load(DATASET)
    content["clinical"]["columns"]["tmb_per_mb"] = "TMB_NONSYNONYMOUS"
    with pytest.raises(StratifyError, match=r"'tmb_per_mb' also comes from clinical\.columns"):
        validate(DatasetConfig, content, "test")


DATASET = """
title: Toy
source: toy
patient_pool: toy
study_family: toy
clinical:
  reader: cbioportal
  file: study
  timepoint: {from: TIMEPOINT, values: {Pre-treatment: baseline, On-treatment: on_treatment}}
  columns:
    age_years: AGE
    sex: {from: SEX, values: {Female: female, Male: male}}
    cancer_type: {constant: melanoma}
  endpoints:
    best_response: BEST_RESPONSE
    os_days: {from: OS_MONTHS, unit: month}
    os_event: {from: OS_STATUS, values: {"1:DECEASED": 1, "0:LIVING": 0}}
modalities:
  mutations:
    reader: cbioportal
    file: study
    profile: mutations
    namespace: mut
    unit: present
    mutations: {burden: tmb_per_mb, megabases: 30}
  expression:
    reader: cbioportal
    file: study
    profile: mrna_seq_tpm
    namespace: gene
    unit: log2_tpm
"""


@pytest.fixture
def harmonize(tmp_path: Path) -> Callable[..., tuple[int, Layout]]:
    """Make a cohort of a study folder, change a file of it, and run the command."""
    for folder in ("config/datasets", "config/sources"):
        (tmp_path / folder).mkdir(parents=True)

    def run(damage: Callable[[Path], object] = lambda study: None) -> tuple[int, Layout]:
        study = tmp_path / "raw/toy/study"
        write_cbioportal_study(study, 12, n_genes=8)
        damage(study)
        files = {
            f"study/{path.relative_to(study).as_posix()}": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for path in study.rglob("*.txt")
        }
        source = {"title": "Toy", "citation": "none", "files": files}
        (tmp_path / "config/sources/toy.yaml").write_text(yaml.safe_dump(source))
        (tmp_path / "config/datasets/toy.yaml").write_text(DATASET)
        where = ["--raw", str(tmp_path / "raw"), "--results", str(tmp_path / "results")]
        status = main(["harmonize", "--dataset", str(tmp_path / "config/datasets/toy.yaml"), *where])
        return status, Layout(tmp_path / "results")

    return run


def test_a_study_folder_is_one_dataset_file_away(harmonize):
    status, layout = harmonize()
    assert status == 0
    clinical = read_table(CLINICAL, layout.clinical("toy")).set_index("sample_id")
    assert clinical["timepoint"].value_counts().to_dict() == {"baseline": 12, "on_treatment": 1}
    assert clinical.loc["toy:TOY-001-T2", "patient_id"] == "toy:TOY-001"
    tmb = clinical["clin.tmb_per_mb"]
    assert tmb["toy:TOY-001-T1"] == 0
    assert tmb.index[tmb.isna()].tolist() == ["toy:TOY-012-T1", "toy:TOY-001-T2"]
    mutations = read_table(MODALITY, layout.modality("toy", "mutations")).set_index("feature")
    assert set(mutations["toy:TOY-002-T1"]) | set(mutations["toy:TOY-003-T1"]) == {0, 1}
    assert mutations["toy:TOY-001-T1"].eq(0).all()
    assert mutations["toy:TOY-012-T1"].isna().all()
    findings = read_table(FINDINGS, layout.findings("toy"))
    assert "mutations_not_counted" in set(findings["finding"])


def test_duplicate_sample_ids_stop_the_run(harmonize, capsys):
    status, _ = harmonize(lambda study: change(study / "data_clinical_sample.txt", "TOY-002-T1", "TOY-001-T1"))
    assert status == 2
    assert "duplicate_id" in capsys.readouterr().err


def test_a_gene_mutated_in_nobody_stays_zero(harmonize):
    def only_silent(study: Path) -> None:
        rows = (study / "data_mutations.txt").read_text()
        (study / "data_mutations.txt").write_text(rows + "KRAS\t\t1\t5\tMissense_Mutation\tA\tT\tSTRANGER\tp.G12D\n")
        change(study / "case_lists/cases_sequenced.txt", "TOY-001-T1", "TOY-001-T1\tSTRANGER")

    status, layout = harmonize(only_silent)
    assert status == 0
    kras = read_table(MODALITY, layout.modality("toy", "mutations")).set_index("feature").loc["mut.KRAS"]
    assert kras.drop(["toy:TOY-012-T1", "toy:TOY-001-T2"]).eq(0).all()


def test_a_file_that_the_source_does_not_list_is_not_read(harmonize, tmp_path, capsys):
    assert harmonize()[0] == 0
    (tmp_path / "raw/toy/study/data_gene_panel_x.txt").write_text("stable_id: X\n")
    where = ["--raw", str(tmp_path / "raw"), "--results", str(tmp_path / "results")]
    assert main(["harmonize", "--dataset", str(tmp_path / "config/datasets/toy.yaml"), *where]) == 2
    assert "does not list" in capsys.readouterr().err


def test_the_archive_of_a_study_is_one_file_of_the_source(harmonize, tmp_path):
    status, layout = harmonize()
    assert status == 0
    folder = {name: read_table(MODALITY, layout.modality("toy", name)) for name in ("mutations", "expression")}
    archive = tmp_path / "raw/toy/study.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        made.add(tmp_path / "raw/toy/study", "toy")
    files = {archive.name: {"sha256": hashlib.sha256(archive.read_bytes()).hexdigest()}}
    source = {"title": "Toy", "citation": "none", "files": files}
    (tmp_path / "config/sources/toy.yaml").write_text(yaml.safe_dump(source))
    dataset = tmp_path / "config/datasets/toy.yaml"
    dataset.write_text(DATASET.replace("file: study", "file: study.tar.gz"))
    where = ["--raw", str(tmp_path / "raw"), "--results", str(tmp_path / "results")]
    assert main(["harmonize", "--dataset", str(dataset), *where]) == 0
    for name, expected in folder.items():
        pd.testing.assert_frame_equal(read_table(MODALITY, layout.modality("toy", name)), expected)
