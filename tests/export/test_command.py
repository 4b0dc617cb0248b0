"""`stratify export`, and what a reader of its file sees."""

import logging
import sys
from dataclasses import replace

import mudata
import numpy as np
import pandas as pd
import pytest

from stratify import RESEARCH_USE_ONLY, __version__
from stratify.artifacts.layout import Layout
from stratify.cli import main
from stratify.commands.export import run
from stratify.errors import StratifyError

from .conftest import STUDY, study_of, with_unit, write_results

pytestmark = [
    pytest.mark.filterwarnings("ignore:From 0.4 .update:FutureWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword"),
    pytest.mark.filterwarnings("ignore:var_names are not unique"),
    pytest.mark.filterwarnings("ignore:Cannot join columns"),
]


def command(arguments):
    return [
        "export",
        *("--study", str(arguments.study), "--results", str(arguments.results)),
        *("--to", str(arguments.to)),
    ]


@pytest.fixture
def table(arguments):
    return pd.read_parquet(Layout(arguments.results).table(STUDY)).set_index("patient_id")


@pytest.fixture
def study(arguments):
    run(arguments)
    return mudata.read_h5mu(arguments.to)


def test_patients_stand_in_the_order_of_the_table_with_all_that_is_not_measured(study, table):
    assert list(study.obs_names) == list(table.index)
    assert len(table) == 12 + 8 + 6
    for name in ("patient_pool", "study_family", "y", "time_days", "event", "clin.age_years", "clin.sex"):
        expected = table[name].astype(object).where(table[name].notna(), None)
        found = study.obs[name].astype(object).where(study.obs[name].notna(), None)
        assert found.tolist() == expected.tolist(), name
    assert study.obs["dataset"].tolist() == table["cohort"].tolist()


def test_text_is_read_as_categories_and_a_missing_one_stays_missing(study):
    assert isinstance(study.obs["clin.sex"].dtype, pd.CategoricalDtype)
    assert study.obs["clin.sex"].isna()["near:P003"]
    assert set(study.obs["clin.sex"].cat.categories) == {"female", "male"}


def test_study_features_are_those_of_the_table(study, table):
    features = study["features"].to_df()
    assert list(features.columns) == ["sig.cyt", "gene.CXCL9"]
    assert list(features.index) == list(table.index)
    for name in features.columns:
        assert np.array_equal(features[name], table[name], equal_nan=True), name
    assert np.isnan(features.loc["near:P005", "gene.CXCL9"])
    assert features[table["cohort"].eq("clinical_only")].isna().all(axis=None)


def test_measurements_are_the_harmonized_values_of_the_sample_that_the_study_took(study, cohorts):
    measured = study["expression"].to_df()
    assert measured.to_numpy().dtype == np.float32
    near, far = (cohort.measurements["expression"] for cohort in cohorts[:2])
    for patient in measured.index:
        source = near if patient.startswith("near") else far
        for gene in measured.columns:
            expected = source[patient].get(f"gene.{gene}", np.nan)
            assert np.array_equal(measured.loc[patient, gene], expected, equal_nan=True), (patient, gene)
    assert study["expression"].obs["sample_id"].tolist() == list(measured.index)


def test_whoever_was_not_measured_has_no_row_but_stays_a_patient(study):
    rows = set(study["expression"].obs_names)
    assert rows == {name for name in study.obs_names if not name.startswith("clinical_only")} - {"near:P002"}
    assert study.obs["expression_unit"].isna().sum() == 6 + 1


def test_genes_say_in_how_many_cohorts_they_were_measured(study):
    counts = study["expression"].var["n_datasets"]
    assert counts.to_dict() == {
        **dict.fromkeys(["CXCL9", "CD8A", "GZMA", "PRF1", "GENE1"], 2),
        **dict.fromkeys(["GENE0", "ONLY_FAR"], 1),
    }
    assert study["expression"].var["namespace"].unique().tolist() == ["gene"]


def test_the_file_says_what_it_is(study):
    said = study.uns
    assert said["study"] == STUDY
    assert said["title"] == "Toy"
    assert said["positive"] == "response"
    assert said["units"] == {"expression": {"near": "log2_tpm", "far": "log2_tpm"}}
    assert said["code_version"] == __version__
    assert said["research_use_only"] == RESEARCH_USE_ONLY


def test_different_units_are_said_aloud_and_kept_by_patient(tmp_path, make_study, cohorts, signatures, caplog):
    cohorts[1] = with_unit(cohorts[1], "log2_cpm")
    study = study_of(make_study, features=["clin.*"], biomarkers={})
    arguments = write_results(tmp_path, study, cohorts, signatures)
    with caplog.at_level(logging.INFO, logger="stratify"):
        run(arguments)
    assert "units differ between datasets (far log2_cpm, near log2_tpm)" in caplog.text
    read = mudata.read_h5mu(arguments.to)
    units = read.obs.groupby("dataset", observed=True)["expression_unit"].unique()
    assert units["near"].dropna().tolist() == ["log2_tpm"]
    assert units["far"].tolist() == ["log2_cpm"]
    assert read["expression"].obs["unit"].tolist() == read.obs["expression_unit"].dropna().tolist()


def test_no_warning_of_units_that_are_the_same(arguments, caplog):
    with caplog.at_level(logging.INFO, logger="stratify"):
        run(arguments)
    assert "units differ" not in caplog.text
    assert "26 patients of 3 datasets" in caplog.text
    assert "modality features: 26 patients, 2 features besides the clinical ones in obs" in caplog.text
    assert "modality expression: 19 patients, 7 features, 5 of them in all 2 datasets" in caplog.text


def test_one_gene_in_two_modalities(tmp_path, make_study, cohorts, signatures):
    far = cohorts[1]
    mutations = pd.DataFrame([[1.0, 0.0]], index=["mut.CD8A"], columns=["far:P001", "far:P000"], dtype="float32")
    config = far.config.model_copy(
        update={"modalities": far.config.modalities | {"mutations": far.config.modalities["expression"]}}
    )
    cohorts[1] = replace(far, config=config, measurements=far.measurements | {"mutations": mutations})
    arguments = write_results(tmp_path, study_of(make_study), cohorts, signatures)
    run(arguments)
    read = mudata.read_h5mu(arguments.to)
    assert read["mutations"].to_df()["CD8A"].to_dict() == {"far:P000": 0.0, "far:P001": 1.0}
    expression = far.measurements["expression"].loc["gene.CD8A"]
    assert read["expression"].to_df().loc["far:P001", "CD8A"] == expression["far:P001"]


def test_a_study_of_clinical_features_only_has_every_patient(tmp_path, make_study, cohorts, signatures):
    study = study_of(
        make_study,
        datasets={"train": ["clinical_only"]},
        features=["clin.*"],
        biomarkers={},
        design={"kind": "repeated_nested_cv"},
    )
    arguments = write_results(tmp_path, study, cohorts[2:], signatures)
    run(arguments)
    read = mudata.read_h5mu(arguments.to)
    assert list(read.mod) == ["features"]
    assert read.shape == (6, 0)
    assert read.obs["clin.age_years"].notna().all()


def test_an_older_file_is_replaced_and_nothing_else_is_left(arguments):
    arguments.to.parent.mkdir(parents=True)
    arguments.to.write_text("older")
    assert main(command(arguments)) == 0
    assert mudata.read_h5mu(arguments.to).n_obs == 26
    assert [path.name for path in arguments.to.parent.iterdir()] == ["cohort.h5mu"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("cohort.h5ad", "found ending '.h5ad'.*name it cohort.h5mu"),
        ("cohort", "found ending ''.*name it cohort.h5mu"),
        ("results", "is a folder; name a file that ends in .h5mu"),
    ],
)
def test_another_target_is_refused_before_anything_is_read(arguments, tmp_path, target, message):
    arguments.to, arguments.study = tmp_path / target, tmp_path / "nowhere.yaml"
    with pytest.raises(StratifyError, match=message):
        run(arguments)


def test_a_mistyped_study_is_one_message(arguments, capsys):
    arguments.study = arguments.study.with_name("toy-studdy.yaml")
    assert main(command(arguments)) == 2
    error = capsys.readouterr().err
    assert "did you mean 'toy-study'?" in error
    assert error.count("\n") == 1
    assert not arguments.to.exists()


@pytest.mark.parametrize("missing", ["assemble/toy-study/table.parquet", "harmonize/far/expression.parquet"])
def test_results_that_are_not_there_yet_are_one_message(arguments, capsys, missing):
    (arguments.results / missing).unlink()
    assert main(command(arguments)) == 2
    error = capsys.readouterr().err
    assert f"{missing}: no such file; run `snakemake " in error
    assert error.count("\n") == 1
    assert not arguments.to.exists()


def test_a_patient_without_a_known_sample_is_refused(arguments):
    path = Layout(arguments.results).samples(STUDY)
    pd.read_parquet(path).iloc[1:].to_parquet(path, index=False)
    with pytest.raises(StratifyError, match=r"samples.parquet: 1 patient is missing of the 26 in .* run `snakemake "):
        run(arguments)


def test_without_the_library_the_message_says_what_to_install(arguments, monkeypatch):
    monkeypatch.setitem(sys.modules, "mudata", None)
    with pytest.raises(StratifyError, match=r"pip install 'stratify-omics\[export\]'"):
        run(arguments)
