"""The collections beside the default catalogue: hand-computed values, and the tables they were copied from."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stratify.assemble.signatures import load_catalogue, load_gene_sets, score_signatures
from stratify.errors import StratifyError

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
DEFAULT = load_catalogue(REFERENCE / "signatures.yaml")
EXTENDED = load_catalogue(REFERENCE / "signatures-extended.yaml")
CELLS = load_catalogue(REFERENCE / "cell-types.yaml")
ADDED = {**EXTENDED, **CELLS}


def score(name: str, **values: float) -> float:
    expression = pd.DataFrame({f"gene.{symbol.replace('_', '-')}": [value] for symbol, value in values.items()})
    return score_signatures(expression, {name: ADDED[name]}, "log2_tpm")[f"sig.{name}"].item()


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("pd1", {"PDCD1": 2.5}, 2.5),
        ("pdl1", {"CD274": 1.5}, 1.5),
        ("ctla4", {"CTLA4": 0.5}, 0.5),
        ("caf", {"FAP": 1, "ACTA2": 2, "MFAP5": 3, "COL11A1": 4, "TNC": 10}, 4.0),
        ("tls_hallmark", {"CCL19": 1, "CCL21": 2, "CXCL13": 3, "CCR7": 4, "CXCR5": 5, "SELL": 6, "LAMP3": 14}, 5.0),
        ("cell_nk", {"NCR1": 1, "XCL1": 3, "XCL2": 5}, 3.0),
        ("cell_t", {"CD3D": 1, "CD3E": 2, "CD3G": 3, "CD6": 4, "SH2D1A": 5, "TRAT1": 9}, 4.0),
    ],
)
def test_means_by_hand(name, values, expected):
    assert score(name, **values) == expected
    assert len(ADDED[name].genes) == len(values)


@pytest.mark.parametrize("name", [name for name, added in ADDED.items() if added.method == "mean"])
def test_every_mean_is_that_of_its_genes(name):
    genes = ADDED[name].genes
    values = {gene.replace("-", "_"): float(place) for place, gene in enumerate(genes, start=1)}
    assert score(name, **values, UNRELATED=99.0) == pytest.approx((len(genes) + 1) / 2)


def test_impres_by_hand():
    level = {"CD274": 5, "VSIR": 4, "CD86": 3, "CD200": 3, "CD40": 6, "CD28": 2, "CD276": 7, "TNFRSF14": 8}
    level |= {"CD27": 1, "PDCD1": 0, "CD80": 9, "TNFSF9": 1, "HAVCR2": 2, "TNFSF4": 1, "CTLA4": 1}
    # higher: CD274>VSIR, CD40>CD274, CD40>CD28, TNFRSF14>CD86, CD27>PDCD1, CD40>PDCD1, CD80>TNFSF9, CD86>HAVCR2,
    # CD86>TNFSF4; equal: CD86=CD200, CTLA4=TNFSF4; lower: CD28<CD276, CD28<CD86, CD40<CD80, PDCD1<TNFSF4
    assert score("impres", **level) == 9.0
    without = {symbol: value for symbol, value in level.items() if symbol != "CTLA4"}
    assert score("impres", **without) == pytest.approx(9 * 15 / 14)


@pytest.mark.parametrize(("name", "n"), [("mias", 100), ("gep18_ssgsea", 18)])
def test_enrichment_by_hand_when_the_set_is_on_top(name, n):
    genes = EXTENDED[name].genes
    universe = [*genes, *(f"U{place}" for place in range(3 * n))]
    values = pd.DataFrame([np.arange(4.0 * n)[::-1]], columns=[f"gene.{gene}" for gene in universe])
    found = score_signatures(values, {name: EXTENDED[name]}, "log2_tpm", universe=universe)[f"sig.{name}"].item()
    ranks = range(3 * n + 1, 4 * n + 1)
    inside = sum(rank**1.25 for rank in ranks) / sum(rank**0.25 for rank in ranks)
    assert found == pytest.approx(inside - (3 * n + 1) / 2)


def test_the_collections_do_not_touch_the_default_catalogue():
    assert len(DEFAULT) == 16
    assert not DEFAULT.keys() & ADDED.keys()
    assert not EXTENDED.keys() & CELLS.keys()
    whole = load_catalogue(REFERENCE / "signatures.yaml", REFERENCE / "signatures-extended.yaml")
    assert list(whole) == [*DEFAULT, *EXTENDED]
    with pytest.raises(StratifyError, match="the signature 'cd8' stands in an earlier catalogue too"):
        load_catalogue(REFERENCE / "signatures.yaml", REFERENCE / "signatures.yaml")


def test_every_entry_cites_its_row_and_pmid():
    assert all(added.pmid and "ow" in added.citation and "COMPASS" in added.citation for added in ADDED.values())
    assert all(cell.higher_means_response is None for cell in CELLS.values())


@pytest.fixture(scope="module")
def rows(mirror) -> dict[str, tuple[set[str], str]]:
    """Genes and reference of each row of the two tables."""
    found: dict[str, tuple[set[str], str]] = {}
    for path, name in (("gene_id_map/marker.tsv", "Geneset"), ("compass_itrp/conception.tsv", "GeneSet")):
        file = mirror / path
        sets = load_gene_sets(file, name=name, genes="Genes", separator=":")
        with file.open(encoding="utf-8", newline="") as opened:
            reference = {row[name]: row["Reference"] for row in csv.DictReader(opened, delimiter="\t")}
        found |= {key: (set(genes), reference[key]) for key, genes in sets.items()}
    return found


CORRECTED = {"TN-C": "TNC", "TIGTT'": "TIGIT", "PDL2": "PDCD1LG2"}


@pytest.mark.cohorts
@pytest.mark.parametrize("name", [name for name in ADDED if name != "impres"])
def test_genes_and_pmids_are_those_of_the_tables(rows, name):
    row = next(word for word in ADDED[name].citation.replace(",", " ").split() if word in rows)
    genes, reference = rows[row]
    assert set(ADDED[name].genes) == {CORRECTED.get(gene, gene) for gene in genes}
    assert ADDED[name].pmid in reference


@pytest.mark.cohorts
def test_the_pairs_of_impres_are_those_of_the_table(mirror):
    table = pd.read_csv(mirror / "gene_id_map/marker.tsv", sep="\t", index_col="Geneset")
    first, second = (table.loc[f"Auslander_IMPRES{side}", "Genes"].split(":") for side in (1, 2))
    assert EXTENDED["impres"].pairs == list(zip(first, second, strict=True))
    assert EXTENDED["impres"].pmid in table.loc["Auslander_IMPRES1", "Reference"]
