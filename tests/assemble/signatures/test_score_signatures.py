"""Methods beyond the plain mean and weighted sum, through `score_signatures`."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.assemble.signatures import (
    Signature,
    load_catalogue,
    required_genes,
    score_gene_sets,
    score_signatures,
    signature_coverage,
)
from stratify.config import validate
from stratify.errors import StratifyError

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
EVERYTHING = load_catalogue(
    *(REFERENCE / f"{name}.yaml" for name in ("signatures", "signatures-extended", "cell-types"))
)
UNIVERSE = [gene.removeprefix("gene.") for gene in required_genes(EVERYTHING.values())] + [f"U{n}" for n in range(100)]


def signature(**changes: object) -> Signature:
    content = {"title": "t", "method": "mean", "genes": ["A", "B"], "higher_means_response": True, "citation": "c"}
    return validate(Signature, {**content, **changes}, "test")


def pairs(*which: tuple[str, str]) -> Signature:
    content = {"title": "t", "method": "pairs", "pairs": which, "higher_means_response": None, "citation": "c"}
    return validate(Signature, content, "test")


def test_weighted_mean_by_hand():
    expression = pd.DataFrame(
        {"gene.A": [5.0, 5.0], "gene.B": [1.0, np.nan], "gene.H": [2.0, 2.0], "gene.I": [4.0, 4.0]}
    )
    weighted = {"w": signature(method="weighted_mean", weights=[3.0, -1.0], reference_genes=["H", "I"])}
    scores = score_signatures(expression, weighted, "log2_tpm", minimum_coverage=0.75)["sig.w"]
    assert scores.tolist() == [(3 * (5 - 3) - (1 - 3)) / 4, 3 * (5 - 3) / 3]
    assert score_signatures(expression, weighted, "zscore")["sig.w"].iloc[0] == (3 * 5 - 1) / 4
    assert signature_coverage(expression, weighted)["sig.w"].tolist() == [1.0, 0.75]


def test_pairs_by_hand():
    expression = pd.DataFrame({"gene.A": [3.0, 0.0, 1.0], "gene.B": [1.0, 0.0, 2.0], "gene.C": [2.0, 5.0, np.nan]})
    counted = {"p": pairs(("A", "B"), ("A", "C"), ("C", "B"))}
    # the tie of the second sample is not "higher"; the third has one pair of three left
    assert score_signatures(expression, counted, "log2_tpm")["sig.p"].tolist()[:2] == [3.0, 1.0]
    assert np.isnan(score_signatures(expression, counted, "log2_tpm")["sig.p"].iloc[2])
    assert signature_coverage(expression, counted)["sig.p"].tolist() == [1.0, 1.0, 1 / 3]
    swapped = {"p": pairs(("B", "A"), ("A", "C"), ("C", "B"))}
    assert score_signatures(expression, swapped, "log2_tpm", minimum_coverage=0.3)["sig.p"].iloc[2] == 3.0


def test_what_orders_genes_within_a_sample_is_null_for_values_relative_to_the_gene():
    expression = pd.DataFrame({"gene.A": [3.0], "gene.B": [1.0], "gene.C": [0.0]})
    ordering = {"p": pairs(("A", "B")), "r": signature(method="rank_mean"), "m": signature()}
    relative = score_signatures(expression, ordering, "zscore", universe=["A", "B", "C"])
    assert relative.columns.tolist() == ["sig.p", "sig.r", "sig.m"]
    assert relative.iloc[0].isna().tolist() == [True, True, False]
    absolute = score_signatures(expression, ordering, "log2_cpm", universe=["A", "B", "C"])
    assert absolute.iloc[0].tolist() == [1.0, (2.5 - 0.5) / 3, 2.0]


def test_ranks_need_a_declared_universe_and_look_at_nothing_else():
    ranked = {"r": signature(method="ssgsea")}
    expression = pd.DataFrame(np.arange(8.0)[None], columns=[f"gene.{gene}" for gene in "ABCDEFGH"])
    with pytest.raises(StratifyError, match=r"signature 'r' \(method ssgsea\) ranks .* declare the universe"):
        score_signatures(expression, ranked, "log2_tpm")
    found = score_signatures(expression, ranked, "log2_tpm", universe=["A", "B", "C", "D"])["sig.r"].item()
    four = score_gene_sets(expression[["gene.A", "gene.B", "gene.C", "gene.D"]], {"r": ["A", "B"]}).scores["r"].item()
    assert found == four
    assert required_genes(ranked.values(), ["Z"]) == ["gene.A", "gene.B", "gene.Z"]
    assert required_genes([signature()], ["Z"]) == ["gene.A", "gene.B"]


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_every_built_in_signature_is_single_sample(n, seed):
    rng = np.random.default_rng(seed)
    columns = [f"gene.{symbol}" for symbol in UNIVERSE]
    expression = pd.DataFrame(np.maximum(rng.normal(2, 2, (n, len(UNIVERSE))), 0), columns=columns)
    together = score_signatures(expression, EVERYTHING, "log2_tpm", universe=UNIVERSE)
    assert together.notna().all(axis=None)
    alone = [score_signatures(expression.iloc[[row]], EVERYTHING, "log2_tpm", universe=UNIVERSE) for row in range(n)]
    np.testing.assert_allclose(pd.concat(alone), together, rtol=0, atol=1e-12)
    shuffled = expression.iloc[::-1].sample(frac=1, axis="columns", random_state=0)
    again = score_signatures(shuffled, EVERYTHING, "log2_tpm", universe=UNIVERSE)
    np.testing.assert_allclose(again.loc[together.index], together, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pairs": [["A", "B"]]}, "pairs go with method pairs"),
        ({"method": "pairs"}, "pairs go with method pairs"),
        ({"method": "pairs", "pairs": [["A", "C"]]}, "the genes are not those of the pairs"),
        ({"method": "weighted_mean"}, "weights go with method weighted_sum or weighted_mean"),
        ({"method": "ssgsea", "weights": [1.0, 2.0]}, "weights go with method"),
        ({"method": "aucell", "reference_genes": ["H"]}, "reference_genes have no effect"),
        ({"method": "gsva"}, "gsva"),
    ],
)
def test_a_wrong_signature_is_refused(changes, message):
    with pytest.raises(StratifyError, match=message):
        signature(**changes)


def test_pairs_survive_being_written_and_read():
    written = EVERYTHING["impres"].model_dump(mode="json")
    assert validate(Signature, written, "a model card") == EVERYTHING["impres"]
