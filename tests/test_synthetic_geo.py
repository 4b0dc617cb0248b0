"""The generated series matrix is what a reader finds, traps included."""

import numpy as np
import pandas as pd
import pytest

from stratify.config import validate
from stratify.config.dataset import Clinical, Modality
from stratify.harmonize.readers import reader_for
from stratify.synthetic import SIGNAL_GENES
from stratify.synthetic_genes import gene_names
from stratify.synthetic_geo import write_gene_table, write_series_matrix

READER = reader_for("geo_series_matrix")
FILE = {"reader": "geo_series_matrix", "file": "series.txt.gz"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("geo")
    write_series_matrix(folder / "series.txt.gz", 40, genes=["IFNG"], n_genes=20)
    write_gene_table(folder / "genes.txt", genes=["IFNG"], n_genes=20)
    return folder


@pytest.fixture(scope="module")
def clinical(folder):
    return READER.read_clinical(folder / "series.txt.gz", validate(Clinical, FILE | {"timepoint": "baseline"}, "test"))


@pytest.fixture(scope="module")
def expression(folder):
    keys = {"namespace": "gene", "orientation": "features_by_samples", "unit": "tpm"}
    return READER.read_modality(folder / "series.txt.gz", validate(Modality, FILE | keys, "test"))


def test_samples(clinical, expression):
    assert clinical.index.equals(expression.columns)
    assert len(clinical) == 40 + 8 + 6 + 2
    baseline = clinical[clinical["time point"] == "PRE"]
    assert (len(baseline), baseline["patient"].nunique()) == (50, 48)
    assert set(clinical.loc[clinical["time point"] == "ON", "patient"]) <= set(baseline["patient"])
    untreated = clinical["treatment"] == "none"
    assert (clinical["response"] == "not applicable").equals(untreated)
    assert clinical["patient"].value_counts().loc[lambda n: n > 1].eq(2).all()


def test_what_a_sample_lacks_moves_the_others_up(clinical):
    without = clinical["age"].isna()
    assert 0 < without.sum() < len(clinical) / 4
    assert clinical.loc[without, "Sex"].isin(["F", "M"]).all()
    assert clinical["ldh (U/L)"].eq("230").all()


def test_response_is_in_the_signal_genes_alone(folder, clinical, expression):
    symbols = pd.read_csv(folder / "genes.txt", sep="\t", dtype="str").set_index("entrez_id")["symbol"]
    assert [symbols.get(name) for name in expression.index] == [*gene_names(["IFNG"], 20)[:-1], None]
    responds = clinical["response"].isin(["complete response", "partial response"]).to_numpy()
    treated = clinical["response"].str.contains("response|disease").to_numpy()
    log2 = np.log2(expression.to_numpy() + 1)
    shift = log2[:, responds & treated].mean(axis=1) - log2[:, treated & ~responds].mean(axis=1)
    found = pd.Series(shift, index=[symbols.get(name, "unknown") for name in expression.index])
    assert found[list(SIGNAL_GENES)].mean() == pytest.approx(1, abs=0.3)
    assert found.drop(list(SIGNAL_GENES)).mean() == pytest.approx(0, abs=0.3)


def test_the_same_seed_gives_the_same_file(folder, tmp_path):
    write_series_matrix(tmp_path / "again.txt.gz", 40, genes=["IFNG"], n_genes=20)
    assert (tmp_path / "again.txt.gz").read_bytes() == (folder / "series.txt.gz").read_bytes()
    write_series_matrix(tmp_path / "other.txt.gz", 40, genes=["IFNG"], n_genes=20, seed=2)
    assert (tmp_path / "other.txt.gz").read_bytes() != (folder / "series.txt.gz").read_bytes()


def test_genes_are_filled_up_and_listed_once():
    assert gene_names(["CD8A", "IFNG"], 7) == [*SIGNAL_GENES, "IFNG", "TOYGENE1", "TOYGENE2"]
    assert gene_names(["IFNG"], 2) == [*SIGNAL_GENES, "IFNG"]
