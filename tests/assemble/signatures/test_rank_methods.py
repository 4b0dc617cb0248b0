from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from stratify.assemble.signatures import score_gene_sets

RNG = np.random.default_rng(4)
GENES = [f"G{gene}" for gene in range(400)]
SETS = {"small": GENES[:3], "wide": GENES[10:90], "again": GENES[5:60:2]}


def table(values) -> pd.DataFrame:
    return pd.DataFrame(np.atleast_2d(values), columns=[f"gene.G{gene}" for gene in range(np.shape(values)[-1])])


def walk_down(values: np.ndarray, in_set: np.ndarray, order: np.ndarray) -> float:
    """The running sum of single-sample GSEA as the literature words it: from the highest gene to the lowest."""
    weight = rankdata(values) ** 0.25
    hit = np.where(in_set, weight, 0.0)[order] / weight[in_set].sum()
    miss = (~in_set)[order] / (~in_set).sum()
    return float(np.cumsum(hit - miss).sum())


def recovery(values: np.ndarray, in_set: np.ndarray) -> float:
    """Area under the curve of members found among the top genes, rank by rank, over that of a perfect set."""
    top = int(np.ceil(0.05 * len(values)))
    found = in_set[np.argsort(-values)][: top - 1]
    best = np.arange(1, top) <= in_set.sum()
    return np.cumsum(found).sum() / np.cumsum(best).sum()


@pytest.mark.parametrize("name", SETS)
def test_ssgsea_and_aucell_are_their_walks_along_the_sorted_genes(name):
    values = RNG.normal(size=400)
    values[:3] += 2.5
    in_set = np.isin(GENES, SETS[name])
    expected = walk_down(values, in_set, np.argsort(-values))
    assert score_gene_sets(table(values), SETS, "ssgsea").scores[name].item() == pytest.approx(expected, rel=1e-9)
    auc = score_gene_sets(table(values), SETS, "aucell").scores[name].item()
    assert auc == pytest.approx(recovery(values, in_set), abs=1e-12)
    assert auc > 0


def test_tied_genes_score_as_the_mean_over_every_order_they_could_stand_in():
    values = np.array([0.0, 0.0, 0.0, 3.0, 1.0, 1.0])
    in_set = np.array([True, False, True, False, True, False])
    orders = [np.array(order) for order in permutations(range(6)) if (np.diff(values[list(order)]) <= 0).all()]
    assert len(orders) == 12
    expected = np.mean([walk_down(values, in_set, order) for order in orders])
    found = score_gene_sets(table(values), {"s": ["G0", "G2", "G4"]}, "ssgsea").scores["s"].item()
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # ranks of the members A (5) and B (3) among five genes
        ("rank_mean", (4 - 0.5) / 5),
        ("singscore", (4 - 1.5) / (4.5 - 1.5) - 0.5),
        ("ssgsea", (5**1.25 + 3**1.25) / (5**0.25 + 3**0.25) - (1 + 2 + 4) / 3),
        # top two genes: A at the very top is worth 2 - 1 = 1, the best a set can reach
        ("aucell", 1.0),
    ],
)
def test_by_hand(method, expected):
    one = pd.DataFrame({"gene.A": [9.0], "gene.C": [4.0], "gene.B": [3.0], "gene.D": [2.0], "gene.E": [1.0]})
    found = score_gene_sets(one, {"s": ["A", "B"]}, method).scores["s"].item()
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("method", ["ssgsea", "singscore", "rank_mean", "aucell"])
def test_only_the_order_within_the_sample_matters_and_higher_genes_score_higher(method):
    values = RNG.normal(size=(3, 400))
    plain = score_gene_sets(table(values), SETS, method).scores
    pd.testing.assert_frame_equal(plain, score_gene_sets(table(np.exp(values) * 7), SETS, method).scores)
    raised = values.copy()
    raised[:, :3] += 4
    assert (score_gene_sets(table(raised), SETS, method).scores["small"] > plain["small"]).all()


def test_bounds_are_reached_at_the_extremes():
    falling = table(np.arange(400.0)[::-1])
    sets = {"top": GENES[:10], "bottom": GENES[-10:]}
    singscore = score_gene_sets(falling, sets, "singscore").scores.iloc[0]
    assert singscore.tolist() == [0.5, -0.5]
    assert score_gene_sets(falling, sets, "aucell").scores.iloc[0].tolist() == [1.0, 0.0]
