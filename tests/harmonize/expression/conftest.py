"""Gene tables and expression, small enough to check by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stratify.harmonize.expression import GeneTable, GeneTables
from stratify.harmonize.modality import HarmonizedModality, harmonize_modality

HGNC_HEADER = (
    "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus\tlocation\tlocation_sortable\talias_symbol\talias_name\t"
    "prev_symbol\tprev_name\tgene_group\tentrez_id\tensembl_gene_id"
)


def hgnc_row(symbol, entrez="", ensembl="", alias="", previous="", status="Approved"):
    quoted = [f'"{cell}"' if "|" in cell else cell for cell in (alias, previous)]
    cells = ["HGNC:1", symbol, "a name", "protein-coding gene", "gene with protein product", status, "1p1", "01p1"]
    return "\t".join([*cells, quoted[0], "", quoted[1], "", "", entrez, ensembl])


@pytest.fixture(scope="session")
def genes() -> GeneTable:
    """Genes A to D; 30 and P are two genes each, OLDA was A, TWO1 and TWO2 are names of D."""
    names = {
        "ensembl": {"ENSG01": {"A"}, "ENSG02": {"B"}, "ENSG03": {"A"}},
        "entrez": {"1": {"A"}, "2": {"B"}, "11": {"A"}, "30": {"B", "C"}},
        "previous": {"OLDA": {"A"}, "TWO1": {"D"}},
        "alias": {"P": {"B", "C"}, "TWO2": {"D"}, "OLDA": {"B"}},
    }
    frozen = {kind: {name: frozenset(meant) for name, meant in of.items()} for kind, of in names.items()}
    return GeneTable(frozenset({"A", "B", "C", "D", "C10orf54"}), frozen)


@pytest.fixture(scope="session")
def harmonized(modality, genes) -> Callable[..., HarmonizedModality]:
    """Harmonize a table given as genes by samples `s1`, `s2`, …"""

    def run(
        values: Any, names: list[str], base_pairs: dict[str, float] | None = None, **keys: Any
    ) -> HarmonizedModality:
        columns = [f"s{at + 1}" for at in range(np.shape(values)[1])]
        raw = pd.DataFrame(np.float32(values), index=pd.Index(names, dtype="str"), columns=columns)
        known = pd.Series(columns, index=columns, dtype="str")
        tables = GeneTables(genes, None if base_pairs is None else pd.Series(base_pairs, dtype="float64"))
        return harmonize_modality(raw, modality(**keys), "expression", known, "toy", tables=tables)

    return run


@pytest.fixture(scope="session")
def from_entrez() -> dict[str, str]:
    return {"source": "map", "file": "map.tsv", "from": "entrez"}


@pytest.fixture(scope="session")
def transcriptome() -> Callable[..., np.ndarray]:
    """Make TPM of 2,000 genes, a tenth of them zero, each sample summing to a million."""

    def make(n_samples: int = 6, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        values = rng.lognormal(2, 2, (2000, n_samples)) * (rng.random((2000, n_samples)) > 0.1)
        return 1e6 * values / values.sum(axis=0)

    return make
