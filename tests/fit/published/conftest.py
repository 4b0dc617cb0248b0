"""The LORIS workbook in the names of the study table, without the dataset files, and synthetic patients like it."""

import numpy as np
import pandas as pd
import pytest

TYPES = {
    "Head & Neck": "head_and_neck",
    "Unknown primary": "unknown_primary",
    "NSCLC": "nsclc",
    "SCLC": "sclc",
    "CNS": "cns",
}
LEVELS = {
    "clin.sex": {0: "female", 1: "male"},
    "clin.msi_status": {0: "stable", 1: "unstable"},
    "clin.therapy_class": {0: "anti_pd1_or_pdl1", 1: "anti_pd1_plus_anti_ctla4", 2: "anti_ctla4"},
}
NAMES = {
    "TMB": "clin.tmb_per_mb",
    "PDL1_TPS(%)": "clin.pdl1_tps_percent",
    "Systemic_therapy_history": "clin.prior_systemic_therapy",
    "Albumin": "clin.albumin_g_per_dl",
    "CancerType": "clin.cancer_type",
    "NLR": "clin.nlr",
    "Age": "clin.age_years",
    "FCNA": "clin.cna_percent",
    "Drug": "clin.therapy_class",
    "Sex": "clin.sex",
    "MSI": "clin.msi_status",
    "Stage": "clin.stage_iv",
    "HLA_LOH": "clin.hla_loh",
    "HED": "clin.hla_divergence",
    "Platelets": "clin.platelets_k_per_ul",
    "HGB": "clin.hemoglobin_g_per_dl",
    "BMI": "clin.bmi_kg_per_m2",
}


def in_our_names(sheet: pd.DataFrame) -> pd.DataFrame:
    """Bring a sheet to the study table's columns; values as published (doubled ratios, imputed constants)."""
    table = sheet.rename(columns=NAMES)[[name for column, name in NAMES.items() if column in sheet]].copy()
    table["clin.cancer_type"] = table["clin.cancer_type"].map(lambda name: TYPES.get(name, name.lower()))
    for name, levels in LEVELS.items():
        if name in table:
            table[name] = table[name].map(levels).astype("str").where(table[name].notna())
    if "clin.cna_percent" in table:
        table["clin.cna_percent"] *= 100
    for source, name in {"Response": "y", "LORIS": "loris"}.items():
        if source in sheet:
            table[name] = sheet[source]
    return table


@pytest.fixture(scope="session")
def workbook(mirror) -> dict[str, pd.DataFrame]:
    sheets = pd.read_excel(mirror / "loris_2024" / "AllData.xlsx", sheet_name=None)
    return {name: in_our_names(sheet) for name, sheet in sheets.items()}


@pytest.fixture
def patients() -> pd.DataFrame:
    """Make 160 patients with all inputs and a response that follows albumin and TMB."""
    rng = np.random.default_rng(3)
    n = 160
    table = pd.DataFrame(
        {
            "clin.tmb_per_mb": rng.lognormal(2, 1, n),
            "clin.pdl1_tps_percent": rng.uniform(0, 100, n),
            "clin.prior_systemic_therapy": rng.integers(0, 2, n).astype(float),
            "clin.albumin_g_per_dl": rng.normal(3.9, 0.4, n),
            "clin.cancer_type": rng.choice(["melanoma", "nsclc", "renal", "unknown_primary"], n),
            "clin.nlr": rng.lognormal(1.5, 0.7, n),
            "clin.age_years": rng.uniform(25, 95, n),
            "clin.cna_percent": rng.uniform(0, 80, n),
            "clin.therapy_class": rng.choice(["anti_pd1_or_pdl1", "anti_pd1_plus_anti_ctla4", "anti_ctla4"], n),
            "clin.sex": rng.choice(["female", "male"], n),
            "clin.msi_status": rng.choice(["stable", "unstable"], n),
            "clin.stage_iv": rng.integers(0, 2, n).astype(float),
            "clin.hla_loh": rng.integers(0, 2, n).astype(float),
            "clin.hla_divergence": rng.uniform(0, 12, n),
            "clin.platelets_k_per_ul": rng.normal(250, 80, n),
            "clin.hemoglobin_g_per_dl": rng.normal(12, 2, n),
            "clin.bmi_kg_per_m2": rng.normal(27, 5, n),
        },
        index=pd.Index([f"toy:p{i:03}" for i in range(n)], name="patient_id"),
    )
    drive = 2 * (table["clin.albumin_g_per_dl"] - 3.9) + 0.05 * (table["clin.tmb_per_mb"] - 10)
    return table.assign(y=(drive + rng.normal(0, 1, n) > 0.3).astype(int))
