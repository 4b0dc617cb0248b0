"""Ranks of one sample's genes, exact under ties."""

import numpy as np


def doubled_ranks(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Rank one sample's genes, lowest first, tied genes sharing the average rank.

    The ranks are doubled so that averages of ties stay whole numbers: sums of them are exact in any order, and a
    sample's scores cannot depend on the company it is scored in.

    Parameters
    ----------
    values : array of float, shape (n_genes,)
        One sample; NaN where a gene was not measured.

    Returns
    -------
    ranks : array of int64, shape (n_genes,)
        Twice the rank, from 2 (lowest) to twice the number of genes measured; 0 for a gene that was not measured.
    n_ranked : int
        How many genes were measured.

    Examples
    --------
    >>> doubled_ranks(np.array([5.0, 0.0, np.nan, 0.0]))
    (array([6, 3, 0, 3]), 3)
    """
    order = np.argsort(values)
    ascending = values[order]
    n_ranked = len(values) - int(np.count_nonzero(np.isnan(ascending)))
    ranks = np.zeros(len(values), dtype=np.int64)
    is_new = ascending[1:n_ranked] != ascending[: max(n_ranked - 1, 0)]
    if is_new.all():
        ranks[order[:n_ranked]] = np.arange(2, 2 * n_ranked + 1, 2)
        return ranks, n_ranked
    first = np.concatenate([[0], np.flatnonzero(is_new) + 1])
    after = np.append(first[1:], n_ranked)
    ranks[order[:n_ranked]] = np.repeat(first + after + 1, after - first)
    return ranks, n_ranked


def doubled_ranks_at_top(values: np.ndarray, top: int) -> np.ndarray:
    """Rank exactly only the genes that are among a sample's highest, which is faster than ranking all.

    Parameters
    ----------
    values : array of float, shape (n_genes,)
        One sample without NaN.
    top
        How many of the highest genes are wanted, from 1 to n_genes.

    Returns
    -------
    array of int64, shape (n_genes,)
        As `doubled_ranks` for the `top` highest genes and those tied with the lowest of them; 2, the lowest rank, for
        all others.
    """
    n = len(values)
    candidates = np.flatnonzero(values >= np.partition(values, n - top)[n - top])
    ranks = np.full(n, 2, dtype=np.int64)
    ranks[candidates] = doubled_ranks(values[candidates])[0] + 2 * (n - len(candidates))
    return ranks
