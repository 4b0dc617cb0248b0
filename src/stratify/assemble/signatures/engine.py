"""Score gene sets for tables of samples, as one table or piece by piece."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from stratify.assemble.signatures.scorer import MINIMUM_COVERAGE, GeneSetScorer
from stratify.errors import StratifyError

PREFIX = "gene."
ROWS_AT_ONCE = 256


class GeneSetScores(NamedTuple):
    """Scores of gene sets and how much of each set they rest on."""

    scores: pd.DataFrame
    """float64, shape (n_samples, n_sets); null below the minimum coverage."""

    coverage: pd.DataFrame
    """Share of the set's genes measured in the sample, shape (n_samples, n_sets)."""


def score_gene_sets(
    expression: pd.DataFrame,
    gene_sets: Mapping[str, Iterable[str]],
    method: str = "ssgsea",
    *,
    universe: Iterable[str] | None = None,
    minimum_coverage: float = MINIMUM_COVERAGE,
) -> GeneSetScores:
    """Score each sample on each gene set by the order of its own genes.

    Parameters
    ----------
    expression : DataFrame, shape (n_samples, n_genes)
        Columns ``gene.<symbol>``, in a unit that orders the genes within a sample (``log2_tpm``, ``log2_cpm``; not
        ``zscore`` or ``rank_normal``, which order samples within a gene). Missing genes may be absent or null.
    gene_sets
        Members of each set, by identifier.
    method
        ``ssgsea``, ``singscore``, ``aucell`` or ``rank_mean``; see `rank_methods`.
    universe
        Symbols to rank among; every gene of the table when not given. Declare one to compare cohorts.
    minimum_coverage
        Share of a set's genes below which a sample gets no score.

    Returns
    -------
    GeneSetScores
        Both tables have the index of `expression`, and the identifiers of the sets as columns.

    Raises
    ------
    StratifyError
        See `GeneSetScorer`.

    Examples
    --------
    >>> one = pd.DataFrame({"gene.A": [3.0], "gene.B": [2.0], "gene.C": [1.0], "gene.D": [0.0]})
    >>> score_gene_sets(one, {"top": ["A", "B"]}, "singscore").scores["top"].item()
    0.5
    """
    scorer = _scorer(expression, gene_sets, method, universe, minimum_coverage)
    return _score(expression, scorer)


def score_in_chunks(
    chunks: Iterable[pd.DataFrame],
    gene_sets: Mapping[str, Iterable[str]],
    method: str = "ssgsea",
    *,
    universe: Iterable[str] | None = None,
    minimum_coverage: float = MINIMUM_COVERAGE,
) -> Iterator[GeneSetScores]:
    """Score tables too large to hold: each piece is scored and let go.

    Parameters
    ----------
    chunks
        Pieces of one table, as `score_gene_sets` takes them; their columns are the same.
    gene_sets, method, universe, minimum_coverage
        As for `score_gene_sets`.

    Yields
    ------
    GeneSetScores
        Of each piece, equal to scoring the whole table at once.

    Raises
    ------
    StratifyError
        The columns of a piece differ from those of the first.
    """
    scorer: GeneSetScorer | None = None
    columns: list[str] = []
    for number, chunk in enumerate(chunks, start=1):
        if scorer is None:
            columns, scorer = list(chunk.columns), _scorer(chunk, gene_sets, method, universe, minimum_coverage)
        elif list(chunk.columns) != columns:
            raise StratifyError(f"piece {number} of the table has other columns than the first piece")
        yield _score(chunk, scorer)


def _scorer(
    expression: pd.DataFrame,
    gene_sets: Mapping[str, Iterable[str]],
    method: str,
    universe: Iterable[str] | None,
    minimum_coverage: float,
) -> GeneSetScorer:
    other = [str(name) for name in expression.columns if not str(name).startswith(PREFIX)]
    if other:
        raise StratifyError(f"column {other[0]!r} is not a gene; expected columns named {PREFIX}<symbol>")
    symbols = [str(name).removeprefix(PREFIX) for name in expression.columns]
    return GeneSetScorer(symbols, gene_sets, method, universe=universe, minimum_coverage=minimum_coverage)


def _score(expression: pd.DataFrame, scorer: GeneSetScorer) -> GeneSetScores:
    pieces = [
        scorer.score(expression.iloc[start : start + ROWS_AT_ONCE].to_numpy(dtype="float64"))
        for start in range(0, len(expression), ROWS_AT_ONCE)
    ]
    blank = np.empty((0, len(scorer.names)))
    scores, coverage = (np.vstack([blank, *parts]) for parts in zip(*pieces, strict=True)) if pieces else (blank, blank)
    return GeneSetScores(
        pd.DataFrame(scores, index=expression.index, columns=scorer.names),
        pd.DataFrame(coverage, index=expression.index, columns=scorer.names),
    )
