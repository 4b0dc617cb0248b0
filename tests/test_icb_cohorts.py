"""The ten checkpoint blockade cohorts of `AllData.xlsx`, harmonized by their dataset files, against known counts."""

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from stratify.artifacts.harmonize import CLINICAL, FINDINGS
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.cli import main
from stratify.config import load_dataset

pytestmark = pytest.mark.cohorts

CONFIG = Path(__file__).parents[1] / "config"

# patients and responders of each sheet
COUNTS = {
    "chowell_2022_train": (964, 282),
    "chowell_2022_test": (515, 127),
    "msk1": (453, 116),
    "msk2": (104, 14),
    "vanguri_2022": (246, 61),
    "kato_2020": (35, 5),
    "shim_2020": (198, 61),
    "ravi_2023": (309, 121),
    "pradat_2023": (57, 38),
    "msk_non_icb": (841, None),
}
SIX_VARIABLES = ["tmb_per_mb", "prior_systemic_therapy", "albumin_g_per_dl", "nlr", "age_years", "cancer_type"]
MISSING = {
    "msk2": {"prior_systemic_therapy": 4, "platelets_k_per_ul": 1},
    "shim_2020": {"albumin_g_per_dl": 8, "nlr": 8},
    "vanguri_2022": {"msi_status": 1, "pdl1_tps_percent": 45},
    "ravi_2023": {"albumin_g_per_dl": 309, "nlr": 309, "stage_iv": 20, "cna_percent": 309},
    "kato_2020": {"albumin_g_per_dl": 35, "nlr": 35, "prior_systemic_therapy": 35, "therapy_class": 35},
}
AS_PUBLISHED = {
    "kato_2020": {"albumin_g_per_dl": 3.8, "nlr": 6.2, "prior_systemic_therapy": 1},
    "ravi_2023": {"albumin_g_per_dl": 3.8, "nlr": 6.2},
}
EMPTY = {
    "kato_2020": {"pdl1_tps_percent", "cna_percent", "therapy_class"},
    "shim_2020": {"cna_percent"},
    "vanguri_2022": {"hla_loh"},
    "ravi_2023": {"cna_percent", "ecog"},
    "pradat_2023": {"pdl1_tps_percent", "msi_status", "pfs_days", "pfs_event"},
}


@pytest.fixture(scope="module")
def layout(mirror, tmp_path_factory) -> Layout:
    results = tmp_path_factory.mktemp("icb")
    for dataset in COUNTS:
        file = CONFIG / f"datasets/{dataset}.yaml"
        arguments = ["harmonize", "--dataset", str(file), "--raw", str(mirror), "--results", str(results)]
        assert main(arguments) == 0, dataset
    return Layout(results)


@pytest.fixture
def clinical(layout):
    return lambda dataset: read_table(CLINICAL, layout.clinical(dataset)).set_index("patient_id")


@pytest.fixture
def findings(layout):
    def read(dataset: str, finding: str) -> pd.DataFrame:
        found = read_table(FINDINGS, layout.findings(dataset))
        return found[found["finding"] == finding].set_index("column")

    return read


@pytest.mark.parametrize("dataset", COUNTS)
def test_every_patient_and_responder_is_there(clinical, dataset):
    n, responders = COUNTS[dataset]
    table = clinical(dataset)
    assert table.index.tolist() == [f"{dataset}:{number}" for number in range(1, n + 1)]
    assert (table["timepoint"] == "baseline").all()
    if responders is None:
        assert "endpoint.published_response" not in table
    else:
        assert table["endpoint.published_response"].value_counts().to_dict() == {1: responders, 0: n - responders}


@pytest.mark.parametrize("dataset", COUNTS)
def test_what_is_missing_is_exactly_what_the_file_lacks(clinical, dataset):
    table = clinical(dataset)
    expected = dict.fromkeys(SIX_VARIABLES, 0) | MISSING.get(dataset, {})
    assert {name: int(table[f"clin.{name}"].isna().sum()) for name in expected} == expected


@pytest.mark.parametrize("dataset", COUNTS)
def test_values_equal_the_workbook(clinical, mirror, dataset):
    """Read the sheet by openpyxl, row for row, without any of our readers."""
    sheet = load_dataset(CONFIG / f"datasets/{dataset}.yaml").clinical.sheet
    book = openpyxl.load_workbook(mirror / "loris_2024/AllData.xlsx", read_only=True)
    header, *rows = book[sheet].iter_rows(values_only=True)
    raw = pd.DataFrame(rows, columns=header)
    table = clinical(dataset)
    days = 1 if dataset == "ravi_2023" else 30.4375
    pairs = [("clin.tmb_per_mb", "TMB", 1), ("clin.age_years", "Age", 1), ("clin.cna_percent", "FCNA", 100)]
    pairs += [("endpoint.pfs_days", "PFS_Months", days), ("clin.stage_iv", "Stage", 1)]
    pairs += [] if dataset == "vanguri_2022" else [("endpoint.os_days", "OS_Months", days)]
    for ours, theirs, factor in pairs:
        if ours not in table:
            assert theirs not in raw
            continue
        expected = [None if value is None else value * factor for value in raw[theirs]]
        assert table[ours].tolist() == pytest.approx(pd.Series(expected, dtype=float).tolist(), nan_ok=True), ours
    if "Sex" in raw:
        assert (table["clin.sex"].to_numpy() == raw["Sex"].map({1: "male", 0: "female"}).to_numpy()).all()


@pytest.mark.parametrize("dataset", COUNTS)
def test_no_error_is_left_without_a_reason(layout, dataset):
    found = read_table(FINDINGS, layout.findings(dataset))
    assert found.loc[found["severity"] == "error", "acknowledged"].notna().all()
    empty = set(found.loc[found["finding"] == "all_missing_column", "column"])
    assert empty == EMPTY.get(dataset, set())


@pytest.mark.parametrize("dataset", COUNTS)
def test_imputed_constants_are_kept_for_published_formulas_only(clinical, findings, dataset):
    expected = AS_PUBLISHED.get(dataset, {})
    table = clinical(dataset)
    kept = {name: table[name].unique().tolist() for name in table if str(name).endswith("__as_published")}
    assert kept == {f"clin.{name}__as_published": [value] for name, value in expected.items()}
    assert set(findings(dataset, "constant_column").index) == set(expected)


def test_all_six_cohorts_of_one_hospital_are_one_pool():
    pools = {dataset: load_dataset(CONFIG / f"datasets/{dataset}.yaml").patient_pool for dataset in COUNTS}
    same = {dataset for dataset, pool in pools.items() if pool == "msk"}
    assert same == {"chowell_2022_train", "chowell_2022_test", "msk1", "msk2", "vanguri_2022", "msk_non_icb"}
    assert len({pool for pool in pools.values() if pool != "msk"}) == 4


def test_cancer_types_have_one_name_in_every_cohort(clinical):
    names = {name for dataset in COUNTS for name in clinical(dataset)["clin.cancer_type"].unique()}
    assert names == {
        *("bladder", "breast", "central_nervous_system", "colorectal", "endometrial", "esophageal", "gastric"),
        *("head_and_neck", "hepatobiliary", "melanoma", "mesothelioma", "nsclc", "ovarian", "pancreatic", "renal"),
        *("sarcoma", "sclc", "unknown_primary"),
    }
    assert clinical("msk2")["clin.cancer_type"].value_counts().to_dict() == {
        "central_nervous_system": 75,
        "unknown_primary": 29,
    }


def test_therapy_classes_agree_with_chowell_2022(clinical):
    both = pd.concat([clinical("chowell_2022_train"), clinical("chowell_2022_test")])
    assert both["clin.therapy_class"].value_counts().to_dict() == {
        "anti_pd1_or_pdl1": 1221,
        "anti_pd1_plus_anti_ctla4": 253,
        "anti_ctla4": 5,
    }


def test_ravi_in_months_is_refused(mirror, tmp_path):
    """The file's own name for the unit, taken at its word, makes survival of 232 years."""
    shutil.copytree(CONFIG / "sources", tmp_path / "config/sources")
    (tmp_path / "config/datasets").mkdir()
    believed = (CONFIG / "datasets/ravi_2023.yaml").read_text().replace("unit: day", "unit: month")
    file = tmp_path / "config/datasets/ravi_2023.yaml"
    file.write_text(believed)
    results = tmp_path / "results"
    assert main(["harmonize", "--dataset", str(file), "--raw", str(mirror), "--results", str(results)]) != 0
    found = read_table(FINDINGS, Layout(results).findings("ravi_2023"))
    wrong = found[found["finding"] == "impossible_unit"].set_index("column")
    assert set(wrong.index) == {"pfs_days", "os_days"}
    assert wrong.loc["os_days", "detail"] == (
        "in months the maximum of 2,779 would be 232 years; perhaps `unit: day`, which makes it 7.6 years"
    )
    assert not Layout(results).clinical("ravi_2023").exists()


def test_ravi_in_days_is_possible(clinical):
    assert clinical("ravi_2023")["endpoint.os_days"].max() == 2779


def test_vanguri_survival_is_left_out_and_progression_kept(clinical, findings):
    table = clinical("vanguri_2022")
    assert table[["endpoint.os_days", "endpoint.os_event"]].isna().all(axis=None)
    assert table[["endpoint.pfs_days", "endpoint.pfs_event"]].notna().all(axis=None)
    found = findings("vanguri_2022", "only_events_recorded").loc["os_event"]
    assert (found["n"], found["severity"]) == (150, "error")


def test_vanguri_nlr_is_the_column_on_the_scale_of_the_hospital(clinical, findings):
    detail = findings("vanguri_2022", "proportional_columns").loc["nlr", "detail"]
    assert detail == "'NLR' is 2 times 'NLR_original' in all 246 rows that have both"

    def median(dataset: str) -> float:
        table = clinical(dataset)
        return float(table.loc[table["clin.cancer_type"] == "nsclc", "clin.nlr"].median())

    ours = median("vanguri_2022")
    others = [median("chowell_2022_train"), median("chowell_2022_test"), median("msk1")]
    assert ours == pytest.approx(5.0)
    assert all(abs(ours - other) < abs(ours / 2 - other) for other in others)


def test_pradat_response_is_survival_of_six_months(clinical, findings):
    assert set(findings("pradat_2023", "label_defined_by_time").index) == {"published_response"}
    table = clinical("pradat_2023")
    half_a_year = table["endpoint.os_days"] > 365.25 / 2
    assert (half_a_year == (table["endpoint.published_response"] == 1)).all()


@pytest.mark.parametrize("dataset", [name for name in COUNTS if name != "pradat_2023"])
def test_no_other_label_follows_from_a_time(findings, dataset):
    assert findings(dataset, "label_defined_by_time").empty


def test_the_control_cohort_is_cut_off_where_the_formula_cuts_off(clinical, findings):
    assert findings("msk_non_icb", "values_at_ceiling")["n"].to_dict() == {"tmb_per_mb": 12, "nlr": 6, "age_years": 18}
    assert clinical("msk_non_icb")[["clin.tmb_per_mb", "clin.nlr", "clin.age_years"]].max().tolist() == [50, 25, 85]
    assert all(findings(dataset, "values_at_ceiling").empty for dataset in COUNTS if dataset != "msk_non_icb")


def test_ages_in_classes_are_found(findings):
    assert {dataset for dataset in COUNTS if len(findings(dataset, "coarse_values"))} == {"msk1", "msk2"}


def test_missing_values_that_formulas_need_are_findings_with_a_reason(findings):
    for dataset, column, n in (
        ("shim_2020", "albumin_g_per_dl", 8),
        ("shim_2020", "nlr", 8),
        ("msk2", "prior_systemic_therapy", 4),
        ("vanguri_2022", "pdl1_tps_percent", 45),
    ):
        found = findings(dataset, "characteristic_missing").loc[column]
        assert found["n"] == n
        assert isinstance(found["acknowledged"], str)


@pytest.mark.parametrize("dataset", COUNTS)
def test_contradictions_are_the_known_ones_and_caveats_are_written(clinical, findings, dataset):
    contradictions = findings(dataset, "label_time_contradiction")["n"].to_dict()
    assert contradictions == {
        "kato_2020": {"pfs_days": 1},
        "shim_2020": {"pfs_days": 3},
        "vanguri_2022": {"os_event": 1},
        "ravi_2023": {"os_event": 1},
    }.get(dataset, {})
    assert load_dataset(CONFIG / f"datasets/{dataset}.yaml").caveats
