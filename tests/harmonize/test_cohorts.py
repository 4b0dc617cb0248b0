"""The cohorts of the default run, from the published packages, against known counts."""

from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from stratify.artifacts.harmonize import CLINICAL, FINDINGS, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table
from stratify.cli import main

pytestmark = pytest.mark.package_index

CONFIG = Path(__file__).parents[2] / "config"
SOURCES = {"gide_2019": "tmeimmune_1_3_3", "desmedt_2007": "scikit_survival_0_28_0"}


@pytest.fixture(scope="session")
def harmonized(tmp_path_factory):
    """Fetch and harmonize each cohort once."""
    folder = tmp_path_factory.mktemp("cohorts")
    done: dict[str, Layout] = {}

    def run(dataset: str) -> Layout:
        if dataset not in done:
            where = ["--raw", str(folder / "raw"), "--results", str(folder / "results")]
            assert main(["fetch", "--source", str(CONFIG / f"sources/{SOURCES[dataset]}.yaml"), *where]) == 0
            assert main(["harmonize", "--dataset", str(CONFIG / f"datasets/{dataset}.yaml"), *where]) == 0
            done[dataset] = Layout(folder / "results")
        return done[dataset]

    return run


def test_gide_has_73_pretreatment_patients(harmonized):
    clinical = read_table(CLINICAL, harmonized("gide_2019").clinical("gide_2019"))
    assert clinical["timepoint"].value_counts().to_dict() == {"baseline": 73, "on_treatment": 18}
    baseline = clinical[clinical["timepoint"] == "baseline"]
    assert baseline["endpoint.published_response"].value_counts().to_dict() == {1: 40, 0: 33}
    assert baseline["clin.therapy_class"].value_counts().to_dict() == {"anti_pd1": 41, "anti_pd1_plus_anti_ctla4": 32}
    assert clinical.loc[clinical["timepoint"] == "on_treatment", "clin.therapy_class"].isna().all()
    assert set(clinical["clin.cancer_type"]) == {"melanoma"}


def test_gide_constant_genes_are_one_finding(harmonized):
    layout = harmonized("gide_2019")
    findings = read_table(FINDINGS, layout.findings("gide_2019"))
    assert findings[["finding", "severity", "n"]].to_numpy().tolist() == [["constant_features", "warning", 5256]]
    genes = read_table(MODALITY, layout.modality("gide_2019", "expression"))
    assert genes.shape == (59403, 92)
    assert genes.iloc[:, 1:].isna().all(axis="columns").sum() == 5256


@pytest.mark.parametrize(("gene", "auroc"), [("CXCL9", 0.836), ("CD8A", 0.807), ("STAT1", 0.805), ("CD274", 0.777)])
def test_gide_labels_and_genes_belong_together(harmonized, gene, auroc):
    layout = harmonized("gide_2019")
    clinical = read_table(CLINICAL, layout.clinical("gide_2019")).set_index("sample_id")
    clinical = clinical[clinical["timepoint"] == "baseline"]
    path = layout.modality("gide_2019", "expression")
    values = read_table(MODALITY, path, filters=[("feature", "==", f"gene.{gene}")]).set_index("feature").iloc[0]
    found = roc_auc_score(clinical["endpoint.published_response"], values[clinical.index].astype(float))
    assert found == pytest.approx(auroc, abs=0.0006)


def test_desmedt_has_198_patients(harmonized):
    layout = harmonized("desmedt_2007")
    clinical = read_table(CLINICAL, layout.clinical("desmedt_2007"))
    assert clinical["patient_id"].iloc[[0, -1]].tolist() == ["desmedt_2007:row_001", "desmedt_2007:row_198"]
    assert clinical["endpoint.dmfs_event"].sum() == 51
    assert clinical["clin.grade"].value_counts().to_dict() == {3.0: 83, 2.0: 83, 1.0: 30}
    assert clinical["clin.er_status"].value_counts().to_dict() == {"positive": 134, "negative": 64}
    event, days = clinical["endpoint.dmfs_event"] == 1, clinical["endpoint.dmfs_days"]
    five_years = 5 * 365.25
    assert ((event & (days <= five_years)).sum(), (days > five_years).sum()) == (35, 154)
    assert (~event & (days <= five_years)).sum() == 9
    assert read_table(FINDINGS, layout.findings("desmedt_2007")).empty


def test_desmedt_probes_equal_the_reference_reader(harmonized):
    from scipy.io import arff

    layout = harmonized("desmedt_2007")
    probes = read_table(MODALITY, layout.modality("desmedt_2007", "expression")).set_index("feature")
    assert probes.shape == (76, 198)
    raw = layout.results.parent / "raw/scikit_survival_0_28_0/breast_cancer_GSE7390-metastasis.arff"
    records, _ = arff.loadarff(raw)
    expected = pd.DataFrame(records).filter(regex=r"^X\d+.*_at$").astype("float32").add_prefix("probe.").T
    assert probes.index.tolist() == expected.index.tolist()
    assert (probes.to_numpy() == expected.to_numpy()).all()
