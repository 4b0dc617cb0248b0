"""Score signatures sample by sample: a patient's value never depends on who else is in the table."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from stratify.assemble.signatures.catalogue import Signature

LOG_SCALES = frozenset({"log2_tpm", "log2_cpm", "log2_intensity"})
SCORED_UNITS = LOG_SCALES | {"rank_normal", "zscore"}
"""Units on which a mean of genes means something; raw counts grow with sequencing depth."""
MINIMUM_COVERAGE = 0.8


def required_genes(signatures: Iterable[Signature]) -> list[str]:
    """List every gene some signatures need, as feature names, sorted.

    Parameters
    ----------
    signatures
        Signatures to score.

    Returns
    -------
    list of str
        ``gene.<symbol>``.
    """
    symbols = {symbol for signature in signatures for symbol in [*signature.genes, *signature.reference_genes]}
    return sorted(f"gene.{symbol}" for symbol in symbols)


def score_signatures(expression: pd.DataFrame, signatures: Mapping[str, Signature], unit: str) -> pd.DataFrame:
    r"""Score each sample on each signature.

    With values :math:`x_g` of the genes present, reference mean :math:`r` and weights :math:`w_g`, the score is
    :math:`\sum_g (x_g - r) / n` for ``mean`` and :math:`\sum_g w_g (x_g - r)` for ``weighted_sum``. The reference
    mean is subtracted only on a log scale, where it removes a sample-wide offset; values that are already relative
    to each gene's own distribution (``rank_normal``, ``zscore``) have no such offset, and subtracting the
    housekeeping genes' ranks would add noise.

    Parameters
    ----------
    expression : DataFrame, shape (n_samples, n_genes)
        Columns ``gene.<symbol>``; missing genes may be absent or null.
    signatures
        Signatures by identifier.
    unit
        Declared unit of the values, as in the dataset file.

    Returns
    -------
    DataFrame, shape (n_samples, n_signatures)
        Columns ``sig.<identifier>``, float64, the index of `expression`. Null where under 80 % of the genes (or, for
        a weighted sum, under 80 % of the absolute weight, or no reference gene on a log scale) are present.
    """
    scores = {
        f"sig.{name}": _score(expression, signature, subtract_reference=unit in LOG_SCALES)
        for name, signature in signatures.items()
    }
    return pd.DataFrame(scores, index=expression.index, dtype="float64")


def _score(expression: pd.DataFrame, signature: Signature, *, subtract_reference: bool) -> np.ndarray:
    values = _values(expression, signature.genes)
    present = ~np.isnan(values)
    weights = np.ones(len(signature.genes)) if signature.weights is None else np.asarray(signature.weights)
    if subtract_reference and signature.reference_genes:
        values = values - _mean_of_present(_values(expression, signature.reference_genes))[:, None]
    covered = present @ np.abs(weights) / np.abs(weights).sum()
    total = np.where(present, values, 0.0) @ weights
    score = total / np.maximum(present.sum(axis=1), 1) if signature.method == "mean" else total
    return np.where(covered >= MINIMUM_COVERAGE, score, np.nan)


def _values(expression: pd.DataFrame, symbols: list[str]) -> np.ndarray:
    """Values of genes in the given order, null for genes that are absent; shape (n_samples, n_symbols)."""
    columns = [f"gene.{symbol}" for symbol in symbols]
    return expression.reindex(columns=columns).to_numpy(dtype="float64")


def _mean_of_present(values: np.ndarray) -> np.ndarray:
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    total = np.where(present, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
