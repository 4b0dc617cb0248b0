"""Real expression: units, symbols, and agreement with scores that others computed from the same samples."""

import hashlib
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from stratify.config import load_source
from stratify.config.expression import GeneIds
from stratify.harmonize.expression import GeneTables, read_gene_table
from stratify.harmonize.modality import harmonize_modality
from stratify.harmonize.readers import reader_for

pytestmark = pytest.mark.cohorts

GENES = {"source": "gene_id_map", "file": "gene_id_map.tsv", "from": "entrez"}
RIAZ = "riaz_2017/GSE91061_BMS038109Sample.hg19KnownGene.raw.csv.gz"
LOG2_TPM = {"unit": "log2_tpm", "offset": 0.001, "to": "log2_tpm"}


@pytest.fixture(scope="module")
def published(mirror):
    """CD274 as scored by others: one row a patient, its cohort and identifiers."""
    scores = pd.read_csv(mirror / "compass_itrp/avgAbd_readouts_geneset.csv", index_col=0)["Target_marker_PDL1"]
    labels = pd.read_csv(mirror / "compass_itrp/00_clinical_label.csv", low_memory=False, index_col="Index")
    return labels.assign(cd274=scores)


@pytest.fixture(scope="module")
def riaz(mirror, modality):
    layout = modality(file=Path(RIAZ).name, id=None, index_column=True, unit="counts", to="log2_cpm", genes=GENES)
    raw = reader_for("table").read_modality(mirror / RIAZ, layout)
    tables = GeneTables(read_gene_table(mirror / "gene_id_map/gene_id_map.tsv", GeneIds(**GENES)))
    result = harmonize_modality(raw, layout, "expression", identity(raw), "riaz", tables=tables)
    return raw, result


def identity(raw):
    return pd.Series(raw.columns, index=raw.columns, dtype="str")


@pytest.fixture(scope="module")
def log2_tpm(mirror, modality):
    """Read every file of a cohort with rdata itself, once, and harmonize."""
    rdata = pytest.importorskip("rdata")
    read: dict[str, pd.DataFrame] = {}

    def harmonize(folder, **keys):
        if folder not in read:
            parts = []
            for path in sorted((mirror / folder).glob("*.rda")):
                with warnings.catch_warnings(action="ignore"):  # of R classes that rdata has no constructor for
                    experiment = next(iter(rdata.read_rda(path).values()))
                parts.append(next(iter(experiment.assays.data.listData.values())))
            raw = pd.concat(parts, axis="columns", join="inner").astype("float32")
            read[folder] = raw.set_axis(raw.index.astype("str")).set_axis(raw.columns.astype("str"), axis="columns")
        raw, layout = read[folder], modality(index_column=True, id=None, **(LOG2_TPM | keys))
        return raw, harmonize_modality(raw, layout, "expression", identity(raw), folder)

    return harmonize


def found(result):
    return {finding.finding: (finding.severity, finding.n) for finding in result.findings}


def test_the_gene_table_is_the_source_s(mirror):
    source = load_source(Path(__file__).parents[3] / "config/sources/gene_id_map.yaml")
    for name, file in source.files.items():
        assert hashlib.sha256((mirror / "gene_id_map" / name).read_bytes()).hexdigest() == file.sha256
    table = read_gene_table(mirror / "gene_id_map/gene_id_map.tsv", GeneIds(**GENES))
    assert len(table.symbols) == len(table.names["ensembl"]) == 15_672
    assert len(table.names["entrez"]) == 15_671
    assert table.names["entrez"]["6872"] == {"TAF1", "TIAF1"}


def test_riaz_counts_become_symbols_in_log2_cpm(riaz):
    raw, result = riaz
    assert raw.shape == (22_187, 109)
    assert result.table.shape == (15_522, 110)
    assert found(result) == {"unknown_genes": ("warning", 6664), "ambiguous_genes": ("warning", 1)}
    table = result.table.set_index("feature")
    expected = np.log2(1e6 * raw.loc["29126"].astype("float64") / raw.astype("float64").sum() + 1)  # CD274
    np.testing.assert_allclose(table.loc["gene.CD274"].astype("float64"), expected, rtol=1e-6)


def test_riaz_cd274_agrees_with_the_published_score(riaz, published):
    cd274 = riaz[1].table.set_index("feature").loc["gene.CD274"]
    cd274.index = cd274.index.str.rsplit("-", n=1).str[0]
    both = published[published["cohort"] == "Riaz"].join(cd274.rename("ours"), how="inner")
    assert len(both) == 51
    assert spearmanr(both["ours"], both["cd274"]).statistic == pytest.approx(0.958, abs=0.0006)


@pytest.mark.parametrize(
    ("folder", "cohort", "key", "n", "agreement"),
    [
        ("gide_2019", "Gide", "rnaseq_id", 41, 0.982),
        ("hugo_2016", "Hugo", "Patient ID", 26, 0.996),
        ("liu_2019", "Liu", "patient_id", 107, 0.931),
    ],
)
def test_cd274_agrees_with_the_published_score(log2_tpm, published, folder, cohort, key, n, agreement):
    raw, result = log2_tpm(folder)
    table = result.table.set_index("feature")
    assert not any(severity == "error" for severity, _ in found(result).values())
    assert (table.to_numpy()[raw.to_numpy() == raw.to_numpy().min()] == 0).all()
    linear = np.exp2(raw.astype("float64")) - 0.001
    np.testing.assert_allclose(table, np.log2(linear.clip(lower=0) + 1), atol=1e-5)
    both = (
        published[published["cohort"] == cohort]
        .set_index(key)
        .join(table.loc["gene.CD274"].rename("ours"), how="inner")
    )
    assert len(both) == n
    assert spearmanr(both["ours"], both["cd274"]).statistic == pytest.approx(agreement, abs=0.0006)


def test_a_liu_sample_without_cd274_was_hardly_sequenced(log2_tpm):
    _, result = log2_tpm("liu_2019")
    assert found(result) == {"few_genes_detected": ("warning", 2)}
    assert "Patient107 6,304, Patient143 1,988" in result.findings[0].detail


def test_a_wrong_offset_of_real_values_is_found(log2_tpm):
    _, result = log2_tpm("hugo_2016", offset=1)
    assert found(result)["offset_mismatch"][0] == "error"
