import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stratify.assemble.signatures import GeneSetScorer, score_gene_sets, score_in_chunks
from stratify.errors import StratifyError

METHODS = ["ssgsea", "singscore", "aucell", "rank_mean"]
GENES = [f"G{gene}" for gene in range(60)]
SETS = {"a": GENES[:5], "b": GENES[3:30:3], "c": ["ELSEWHERE", *GENES[40:43]]}


def cohort(n: int, seed: int, *, missing: float = 0.1, tied: bool = True) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = rng.normal(3, 2, (n, len(GENES)))
    values = np.maximum(values, 2.0) if tied else values
    values[rng.random(values.shape) < missing] = np.nan
    return pd.DataFrame(values, columns=[f"gene.{gene}" for gene in GENES], index=[f"p{row}" for row in range(n)])


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 6), seed=st.integers(0, 2**32 - 1), missing=st.sampled_from([0.0, 0.1]))
def test_a_sample_scores_the_same_alone_in_company_and_shuffled(method, n, seed, missing):
    expression = cohort(n, seed, missing=missing)
    together = score_gene_sets(expression, SETS, method)
    alone = [score_gene_sets(expression.iloc[[row]], SETS, method) for row in range(n)]
    shuffled = score_gene_sets(
        expression.sample(frac=1, random_state=0).sample(frac=1, axis=1, random_state=1), SETS, method
    )
    for part in ("scores", "coverage"):
        whole = getattr(together, part)
        apart = pd.concat([getattr(one, part) for one in alone])
        np.testing.assert_allclose(apart, whole, rtol=0, atol=1e-12)
        np.testing.assert_allclose(getattr(shuffled, part).loc[whole.index], whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_pieces_of_a_table_score_as_the_whole(method):
    expression = cohort(600, 1)
    whole = score_gene_sets(expression, SETS, method)
    pieces = list(score_in_chunks((expression.iloc[start : start + 70] for start in range(0, 600, 70)), SETS, method))
    pd.testing.assert_frame_equal(pd.concat([piece.scores for piece in pieces]), whole.scores)
    pd.testing.assert_frame_equal(pd.concat([piece.coverage for piece in pieces]), whole.coverage)


@pytest.mark.parametrize("method", METHODS)
def test_with_three_in_ten_genes_missing_a_sample_is_scored_and_says_its_coverage(method):
    expression = cohort(1, 2, missing=0.0, tied=False)
    expression.iloc[:, [*range(1), *range(43, 60)]] = np.nan
    result = score_gene_sets(expression, {"a": GENES[:5], "whole": GENES[:43]}, method, minimum_coverage=0.5)
    assert result.coverage["a"].item() == 0.8
    assert np.isfinite(result.scores["a"].item())
    dropped = score_gene_sets(expression.dropna(axis=1), {"a": GENES[:5]}, method)
    assert dropped.scores["a"].item() == result.scores["a"].item()
    assert dropped.coverage["a"].item() == 0.8


def test_below_the_minimum_coverage_there_is_no_score():
    expression = cohort(2, 3, missing=0.0)
    expression.loc["p0", "gene.G40"] = np.nan
    result = score_gene_sets(expression, SETS, minimum_coverage=0.75)
    assert result.coverage["c"].tolist() == [0.5, 0.75]
    assert result.scores["c"].isna().tolist() == [True, False]
    assert result.scores["a"].notna().all()


def test_a_set_that_is_nowhere_in_the_table_is_null_and_does_not_disturb_the_others():
    expression = cohort(3, 4)
    result = score_gene_sets(expression, {"nowhere": ["X", "Y"], **SETS, "last": ["Z"]})
    assert result.scores[["nowhere", "last"]].isna().all(axis=None)
    assert (result.coverage[["nowhere", "last"]] == 0).all(axis=None)
    pd.testing.assert_frame_equal(result.scores[list(SETS)], score_gene_sets(expression, SETS).scores)


def test_a_declared_universe_makes_platforms_comparable():
    narrow = cohort(3, 5, missing=0.0)
    wide = narrow.assign(**{f"gene.EXTRA{number}": 99.0 + number for number in range(40)})
    apart = score_gene_sets(wide, SETS).scores
    assert not np.allclose(apart["a"], score_gene_sets(narrow, SETS).scores["a"])
    universe = [*GENES, "NOT_MEASURED"]
    pd.testing.assert_frame_equal(
        score_gene_sets(wide, SETS, universe=universe).scores, score_gene_sets(narrow, SETS, universe=universe).scores
    )


def test_empty_tables_and_empty_samples_have_no_score():
    assert score_gene_sets(cohort(0, 0), SETS).scores.shape == (0, 3)
    nothing = score_gene_sets(cohort(2, 0, missing=1.0), SETS)
    assert nothing.scores.isna().all(axis=None)
    assert (nothing.coverage == 0).all(axis=None)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", METHODS)
def test_a_set_of_every_gene_is_no_warning_and_an_infinite_score_never_comes_out(method):
    scores = score_gene_sets(cohort(2, 6, missing=0.0), {"all": GENES}, method).scores
    assert not np.isinf(scores.to_numpy()).any()
    assert scores.isna().all(axis=None) == (method in {"ssgsea", "singscore"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "ssgea"}, "unknown rank-based method 'ssgea'; did you mean 'ssgsea'"),
        ({"gene_sets": {}}, "there is no gene set to score"),
        ({"gene_sets": {"a": ["G1"], "b": []}}, "gene set 'b' has no genes"),
        ({"genes": ["G1", "G2", "G1"]}, "gene 'G1' has two columns"),
        (
            {"universe": ["ENSG1"]},
            r"none of the 1 genes of the universe is a column of the table \(its first: G1, G2\)",
        ),
        ({"minimum_coverage": 0}, "minimum coverage is 0"),
    ],
)
def test_a_wrong_request_is_refused(changes, message):
    request = {"genes": ["G1", "G2"], "gene_sets": {"a": ["G1"]}, **changes}
    with pytest.raises(StratifyError, match=message):
        GeneSetScorer(request.pop("genes"), request.pop("gene_sets"), **request)


def test_wrong_tables_are_refused():
    with pytest.raises(StratifyError, match=r"column 'clin\.age_years' is not a gene"):
        score_gene_sets(pd.DataFrame({"clin.age_years": [50.0]}), SETS)
    with pytest.raises(StratifyError, match=r"shape \(2, 3\) cannot be scored; expected \(samples, 60 genes\)"):
        GeneSetScorer(GENES, SETS).score(np.zeros((2, 3)))
    expression = cohort(2, 0)
    with pytest.raises(StratifyError, match="piece 2 of the table has other columns"):
        list(score_in_chunks([expression, expression.iloc[:, ::-1]], SETS))
