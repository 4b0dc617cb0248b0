"""Agreement with published implementations; runs where the extra `bench` is installed."""

import numpy as np
import pandas as pd
import pytest

from stratify.assemble.signatures import score_gene_sets

GENES = [f"G{gene}" for gene in range(2000)]


@pytest.fixture(scope="module")
def expression() -> pd.DataFrame:
    values = np.random.default_rng(8).normal(5, 2, (12, len(GENES)))
    return pd.DataFrame(values, columns=GENES, index=[f"s{row}" for row in range(12)])


@pytest.fixture(scope="module")
def gene_sets() -> dict[str, list[str]]:
    rng = np.random.default_rng(9)
    return {f"S{size}": list(rng.choice(GENES, size, replace=False)) for size in (5, 20, 90, 150)}


def test_ssgsea_is_that_of_gseapy(expression, gene_sets):
    gseapy = pytest.importorskip("gseapy")
    table = gseapy.ssgsea(expression.T, gene_sets, outdir=None, min_size=1, no_plot=True).res2d
    theirs = table.pivot_table(index="Name", columns="Term", values="ES", aggfunc="first").astype("float64")
    ours = score_gene_sets(expression.add_prefix("gene."), gene_sets, "ssgsea").scores
    np.testing.assert_allclose(ours, theirs.loc[ours.index, ours.columns], rtol=1e-6, atol=1e-6)


def test_aucell_is_that_of_decoupler(expression, gene_sets):
    decoupler = pytest.importorskip("decoupler")
    net = pd.DataFrame([(name, gene) for name, genes in gene_sets.items() for gene in genes])
    result = decoupler.mt.aucell(expression, net.set_axis(["source", "target"], axis=1), tmin=1)
    theirs = result[0] if isinstance(result, tuple) else result
    ours = score_gene_sets(expression.add_prefix("gene."), gene_sets, "aucell").scores
    assert (ours > 0).any(axis=None)
    np.testing.assert_allclose(ours, theirs.loc[ours.index, ours.columns], atol=1e-6)
