"""Six cohorts with expression of many genes, harmonized by their dataset files, against known counts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata

from stratify.artifacts.harmonize import FINDINGS
from stratify.artifacts.store import read_table
from stratify.assemble.table import assemble
from stratify.config import StudyConfig, load_dataset, load_study
from stratify.errors import StratifyError

pytestmark = pytest.mark.cohorts

CONFIG = Path(__file__).parents[1] / "config"
STUDY = load_study(CONFIG / "studies/melanoma-icb-genes.yaml")

# who leaves, in order: reason and number; then responders and non-responders among those who stay
ATTRITION = {
    "liu_2019": ([("not before treatment (on_treatment)", 5), ("not before treatment (unknown)", 12)], 41, 63),
    "gide_2019_genes": ([], 19, 22),
    "vanallen_2015": ([("response missing", 1)], 7, 34),
    "hugo_2016": ([("not before treatment (on_treatment)", 1)], 14, 12),
    "riaz_2017": ([("response not evaluable (NE)", 3), ("no feature of the study measured", 21)], 10, 39),
    "imvigor210": (
        [("further baseline sample of the same patient", 1), ("response not evaluable (NE)", 49)],
        68,
        230,
    ),
}
IN_THE_FILE = {
    "liu_2019": 121,
    "gide_2019_genes": 41,
    "vanallen_2015": 42,
    "hugo_2016": 27,
    "riaz_2017": 73,
    "imvigor210": 348,
}
GENES = {
    "liu_2019": 16_737,
    "gide_2019_genes": 19_961,
    "vanallen_2015": 20_242,
    "hugo_2016": 19_961,
    "imvigor210": 872,
}
# Columns that hold the outcome, or what was known only after treatment began.
LEAKS = {
    "liu_2019": {"response", "TimeToBR", "cyclesOnTherapy", "txOngoing", "postCTLA4", "postCombinedCTLA_PD1"},
    "gide_2019_genes": {"response", "Site.of.EDT.Biopsy", "Days.to.EDT.Biopsy"},
    "vanallen_2015": {
        "group",
        "response",
        "response.1",
        "response_6mo",
        "response_1yr",
        "response_2yr",
        "nonresponse",
        "long.survival",
        "survival_1yr",
        "survival_2yr",
        "date_death",
        "date_progression",
        "therapy_end",
    },
    "hugo_2016": {"response"},
    "riaz_2017": {"BOR", "myBOR", "myBOR2", "myBOR3", "IBOR", "PFSWK", "OSWK"},
    "imvigor210": {"binaryResponse", "Best.Confirmed.Overall.Response"},
}
# cohort and column of identifiers in compass_itrp, number of patients in both, rank correlation of CD274
CD274 = {
    "liu_2019": ("Liu", "patient_id", 107, 0.931),
    "gide_2019_genes": ("Gide", "rnaseq_id", 41, 0.982),
    "hugo_2016": ("Hugo", "Patient ID", 26, 0.996),
    "riaz_2017": ("Riaz", "patient_id", 51, 0.958),
    "imvigor210": ("IMVigor210", "Sample_id", 298, 0.958),
}


def without_prefix(names):
    return names.str.split(":").str[1]


def of_one_cohort(dataset: str) -> StudyConfig:
    content = STUDY.model_dump(exclude={"design", "biomarkers"})
    content |= {"datasets": {"train": [dataset]}, "features": ["gene.CD274"]}
    return StudyConfig.model_validate(content | {"design": {"kind": "repeated_nested_cv"}})


@pytest.mark.parametrize("dataset", ATTRITION)
def test_everyone_is_accounted_for(gene_cohort, dataset):
    leaving, responders, others = ATTRITION[dataset]
    assembled = assemble("one", of_one_cohort(dataset), [gene_cohort(dataset)], {})
    steps = assembled.attrition[["reason", "n_excluded"]].to_numpy().tolist()
    assert steps == [["in the file", 0], *map(list, leaving), ["patients in the study", 0]]
    assert assembled.attrition["n_remaining"].iloc[0] == IN_THE_FILE[dataset]
    assert assembled.table["y"].value_counts().to_dict() == {1: responders, 0: others}


@pytest.mark.parametrize("dataset", LEAKS)
def test_what_holds_the_outcome_is_no_feature(dataset):
    path = CONFIG / f"datasets/{dataset}.yaml"
    clinical = load_dataset(path).clinical
    read = {column.source for column in clinical.columns.values()}
    assert not read & LEAKS[dataset]
    assert not read & {column.source for column in clinical.endpoints.values()}
    text = path.read_text()
    assert [name for name in LEAKS[dataset] if name not in text and not name.startswith("post")] == []


@pytest.mark.parametrize("dataset", CD274)
def test_cd274_ranks_patients_as_the_published_score_does(gene_cohort, mirror, dataset):
    name, column, n, expected = CD274[dataset]
    folder = mirror / "compass_itrp"
    labels = pd.read_csv(folder / "00_clinical_label.csv", index_col="Index", low_memory=False)
    scores = pd.read_csv(folder / "avgAbd_readouts_geneset.csv", index_col="Index")["Target_marker_PDL1"]
    there = labels[labels["cohort"] == name]
    published = pd.Series(scores[there.index].to_numpy(), index=there[column].to_numpy())
    ours = gene_cohort(dataset).measurements["expression"].loc["gene.CD274"]
    ours.index = without_prefix(ours.index)
    both = pd.concat([ours, published], axis="columns", join="inner").dropna()
    assert len(both) == n
    assert both.corr("spearman").iloc[0, 1] == pytest.approx(expected, abs=0.0006)


@pytest.mark.parametrize("dataset", GENES)
def test_every_gene_is_kept(gene_cohort, dataset):
    expression = gene_cohort(dataset).measurements["expression"]
    assert expression.shape == (GENES[dataset], IN_THE_FILE[dataset])
    assert expression.notna().all(axis=None)


@pytest.mark.filterwarnings("ignore:Missing constructor for R class")
@pytest.mark.parametrize("dataset", ["vanallen_2015", "hugo_2016"])
def test_melanoma_expression_is_log2_tpm_plus_one(gene_cohort, mirror, dataset):
    """Read by rdata, without any of our readers."""
    config = load_dataset(CONFIG / f"datasets/{dataset}.yaml")
    experiment = next(iter(rdata.read_rda(mirror / config.source / config.clinical.file).values()))
    assay = next(iter(experiment.assays.data.listData.values()))
    tpm = (2.0 ** np.asarray(assay) - 0.001).clip(min=0)
    ours = gene_cohort(dataset).measurements["expression"]
    assert without_prefix(ours.columns).tolist() == list(map(str, assay.columns))
    np.testing.assert_allclose(ours.to_numpy(), np.log2(tpm + 1), atol=1e-5)
    assert tpm.sum(axis=0).max() < 1_000_100


@pytest.mark.parametrize("dataset", ATTRITION)
def test_no_error_is_left_without_a_reason(gene_layout, dataset):
    found = read_table(FINDINGS, gene_layout.findings(dataset))
    assert found.loc[found["severity"] == "error", "acknowledged"].notna().all()


def test_riaz_times_end_in_death_where_the_file_does_not_say_censored(gene_cohort, mirror):
    raw = pd.read_csv(mirror / "riaz_2017/bms038_clinical_data.csv").set_index("PatientID")
    table = gene_cohort("riaz_2017").clinical.set_index("sample_id")
    table.index = without_prefix(table.index)
    assert table["endpoint.os_event"].tolist() == (1 - raw["OS_SOR"]).tolist()
    assert table["endpoint.os_days"].tolist() == raw["OS"].tolist()
    assert table.index[table["endpoint.best_response"] == "NE"].tolist() == ["Pt23", "Pt74", "Pt76"]


def test_riaz_mutations_are_those_of_sequenced_patients(gene_cohort, mirror):
    raw = pd.read_csv(mirror / "riaz_2017/pre_therapy_nonsynonmous_mutations.csv")
    riaz = gene_cohort("riaz_2017")
    count = riaz.clinical.set_index("sample_id")["clin.mutation_count"]
    count.index = without_prefix(count.index)
    assert len(raw) == 28_589
    assert count.dropna().to_dict() == raw["Patient"].value_counts().reindex(count.dropna().index).to_dict()
    measured = {name: table.columns[table.notna().any()] for name, table in riaz.measurements.items()}
    assert len(measured["expression"]) == 51
    assert len(measured["expression"].intersection(measured["mutations"])) == 46


def test_counts_cannot_be_mixed_with_tpm(gene_cohort):
    content = STUDY.model_dump()
    content["datasets"] = {"train": ["hugo_2016", "riaz_2017"]}
    content |= {"features": ["gene.CD274"]}
    with pytest.raises(StratifyError, match="different units: hugo_2016 log2_tpm, riaz_2017 log2_cpm"):
        assemble(
            "mixed",
            StudyConfig.model_validate(content),
            [gene_cohort("hugo_2016"), gene_cohort("riaz_2017")],
            {},
        )


def test_gide_runs_are_the_pre_treatment_runs_of_the_anti_pd1_arm(gene_cohort):
    other = load_dataset(CONFIG / "datasets/gide_2019.yaml").clinical.columns["therapy_class"]
    assert sorted(without_prefix(gene_cohort("gide_2019_genes").clinical["sample_id"])) == sorted(
        other.groups["anti_pd1"]
    )


def test_imvigor210_is_counts_plus_a_half_per_million(gene_cohort):
    """Divided by their smallest, a sample's linear values are the odd numbers 2 x count + 1."""
    linear = 2.0 ** gene_cohort("imvigor210").measurements["expression"].astype("float64")
    counts = (linear / linear.min() - 1) / 2
    small = counts.where(counts < 3_000).to_numpy()
    assert np.nanmax(np.abs(small - np.round(small))) < 0.002


def test_imvigor210_has_one_patient_twice(gene_cohort):
    clinical = gene_cohort("imvigor210").clinical
    twice = clinical[clinical["patient_id"].duplicated(keep=False)]
    assert twice["patient_id"].unique().tolist() == ["imvigor210:10285"]
    assert twice["endpoint.published_response"].isna().all()
