import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratify.assemble.signatures import Signature, load_catalogue, required_genes, score_signatures
from stratify.config import validate
from stratify.errors import StratifyError

CATALOGUE = Path(__file__).parents[2] / "data" / "reference" / "signatures.yaml"


def signature(**changes: object) -> Signature:
    content = {
        "title": "t",
        "method": "mean",
        "genes": ["A", "B"],
        "higher_means_response": True,
        "citation": "c",
    }
    return validate(Signature, {**content, **changes}, "test")


def test_mean_and_weighted_sum_by_hand():
    expression = pd.DataFrame({"gene.A": [1.0, 2.0], "gene.B": [3.0, 6.0]}, index=["x", "y"])
    scores = score_signatures(
        expression,
        {"plain": signature(), "weighted": signature(method="weighted_sum", weights=[0.5, -1.0])},
        "rank_normal",
    )
    assert scores["sig.plain"].tolist() == [2.0, 4.0]
    assert scores["sig.weighted"].tolist() == [0.5 - 3.0, 1.0 - 6.0]


def test_housekeeping_genes_are_subtracted_on_a_log_scale_only():
    expression = pd.DataFrame({"gene.A": [1.0], "gene.B": [3.0], "gene.H1": [2.0], "gene.H2": [4.0]})
    weighted = {"w": signature(method="weighted_sum", weights=[2.0, 1.0], reference_genes=["H1", "H2", "ABSENT"])}
    assert score_signatures(expression, weighted, "log2_tpm")["sig.w"].item() == 2 * (1 - 3) + 1 * (3 - 3)
    assert score_signatures(expression, weighted, "rank_normal")["sig.w"].item() == 2 * 1 + 1 * 3


def test_a_log_scale_score_does_not_depend_on_sequencing_depth():
    rng = np.random.default_rng(0)
    expression = pd.DataFrame(rng.normal(size=(5, 4)), columns=["gene.A", "gene.B", "gene.H1", "gene.H2"])
    weighted = {"w": signature(method="weighted_sum", weights=[2.0, 1.0], reference_genes=["H1", "H2"])}
    deeper = score_signatures(expression + 3.0, weighted, "log2_tpm")
    np.testing.assert_allclose(deeper, score_signatures(expression, weighted, "log2_tpm"))


def test_without_reference_genes_on_a_log_scale_there_is_no_score():
    expression = pd.DataFrame({"gene.A": [1.0], "gene.B": [3.0]})
    weighted = {"w": signature(method="weighted_sum", weights=[2.0, 1.0], reference_genes=["H1"])}
    assert math.isnan(score_signatures(expression, weighted, "log2_cpm")["sig.w"].item())


def test_too_few_genes_give_no_score():
    five = {"s": signature(genes=["A", "B", "C", "D", "E"])}
    some = pd.DataFrame({"gene.A": [1.0, 1.0, 1.0], "gene.B": [2.0, 2.0, 2.0], "gene.C": [6.0, 6.0, np.nan]})
    some["gene.D"] = [3.0, np.nan, np.nan]
    scores = score_signatures(some, five, "zscore")["sig.s"]
    assert scores.tolist()[:2] == [3.0, 3.0]
    assert math.isnan(scores.iloc[2])


@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_a_sample_scores_the_same_alone_and_in_company(n, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 4))
    values[rng.random(values.shape) < 0.1] = np.nan
    expression = pd.DataFrame(values, columns=["gene.A", "gene.B", "gene.H1", "gene.H2"])
    kinds = {"m": signature(), "w": signature(method="weighted_sum", weights=[2.0, -1.0], reference_genes=["H1", "H2"])}
    together = score_signatures(expression, kinds, "log2_tpm")
    alone = pd.concat([score_signatures(expression.iloc[[row]], kinds, "log2_tpm") for row in range(n)])
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-12)


def test_the_catalogue_is_whole_and_its_profile_is_that_of_the_publication():
    catalogue = load_catalogue(CATALOGUE)
    assert len(catalogue) >= 12
    gep = catalogue["gep18"]
    weight = dict(zip(gep.genes, gep.weights, strict=True))
    assert weight["CCL5"] == 0.008346
    assert weight["CD276"] == -0.0239
    assert weight["STAT1"] == 0.250229
    assert len(gep.genes) == 18
    assert len(gep.reference_genes) == 11
    assert catalogue["cyt"].genes == ["GZMA", "PRF1"]
    assert not catalogue["cd8_bad"].higher_means_response
    assert "gene.CXCL9" in required_genes(catalogue.values())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weights": [1.0, 2.0]}, "weights go with method weighted_sum"),
        ({"method": "weighted_sum"}, "weights go with method weighted_sum"),
        ({"method": "weighted_sum", "weights": [1.0]}, "2 genes but 1 weights"),
        ({"genes": ["A", "A"]}, "a gene stands twice"),
        ({"gene": ["A"]}, "unknown key 'gene'; did you mean 'genes'"),
    ],
)
def test_a_wrong_signature_is_refused(changes, message):
    with pytest.raises(StratifyError, match=message):
        signature(**changes)
