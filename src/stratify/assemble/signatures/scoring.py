"""Score signatures sample by sample: a patient's value never depends on who else is in the table."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from stratify.assemble.signatures.catalogue import PAIRS, Signature
from stratify.assemble.signatures.engine import score_gene_sets
from stratify.assemble.signatures.rank_methods import RANK_METHODS
from stratify.assemble.signatures.scorer import MINIMUM_COVERAGE
from stratify.errors import StratifyError

LOG_SCALES = frozenset({"log2_tpm", "log2_cpm", "log2_intensity"})
RELATIVE_TO_THE_GENE = frozenset({"rank_normal", "zscore"})
SCORED_UNITS = LOG_SCALES | RELATIVE_TO_THE_GENE
"""Units on which a mean of genes means something; raw counts grow with sequencing depth."""


def required_genes(signatures: Iterable[Signature], universe: Iterable[str] = ()) -> list[str]:
    """List every gene some signatures need, as feature names, sorted.

    Parameters
    ----------
    signatures
        Signatures to score.
    universe
        Symbols that rank-based signatures are ranked among; needed where there is one.

    Returns
    -------
    list of str
        ``gene.<symbol>``.
    """
    needed = list(signatures)
    symbols = {symbol for signature in needed for symbol in [*signature.genes, *signature.reference_genes]}
    if any(signature.method in RANK_METHODS for signature in needed):
        symbols.update(universe)
    return sorted(f"gene.{symbol}" for symbol in symbols)


def score_signatures(
    expression: pd.DataFrame,
    signatures: Mapping[str, Signature],
    unit: str,
    *,
    universe: Sequence[str] | None = None,
    minimum_coverage: float = MINIMUM_COVERAGE,
) -> pd.DataFrame:
    r"""Score each sample on each signature.

    With values :math:`x_g` of the genes present, reference mean :math:`r` and weights :math:`w_g`, the score is
    :math:`\sum_g (x_g - r) / n` for ``mean``, :math:`\sum_g w_g (x_g - r)` for ``weighted_sum`` and
    :math:`\sum_g w_g (x_g - r) / \sum_g |w_g|` for ``weighted_mean``. The reference
    mean is subtracted only on a log scale, where it removes a sample-wide offset; values that are already relative
    to each gene's own distribution (``rank_normal``, ``zscore``) have no such offset, and subtracting the
    housekeeping genes' ranks would add noise.

    ``pairs`` is the number of pairs whose first gene is strictly higher than the second, scaled up to all pairs where
    some lack a gene. It and the rank-based methods (see `rank_methods`) order the genes within a sample, which values
    relative to each gene's own distribution do not allow: there they are null.

    Parameters
    ----------
    expression : DataFrame, shape (n_samples, n_genes)
        Columns ``gene.<symbol>``; missing genes may be absent or null.
    signatures
        Signatures by identifier.
    unit
        Declared unit of the values, as in the dataset file.
    universe
        Symbols that rank-based signatures are ranked among, the same in every cohort; genes of it that are not in
        `expression` are missing.
    minimum_coverage
        Share of a signature below which a sample has no score.

    Returns
    -------
    DataFrame, shape (n_samples, n_signatures)
        Columns ``sig.<identifier>``, float64, the index of `expression`. Null where under `minimum_coverage` of the
        genes (of the pairs; with weights, of the absolute weight) or no reference gene on a log scale are present.

    Raises
    ------
    StratifyError
        A rank-based signature without a universe: ranks among whatever genes a table holds are not comparable.
    """
    _refuse_undeclared_universe(signatures, universe)
    ranked = _ranked(expression, signatures, universe or (), minimum_coverage)
    scores = {}
    for name, signature in signatures.items():
        if unit in RELATIVE_TO_THE_GENE and (name in ranked or signature.method == PAIRS):
            score = np.full(len(expression), np.nan)
        elif name in ranked:
            score = ranked[name]
        elif signature.method == PAIRS:
            score = _pairs(expression, signature, minimum_coverage)
        else:
            score = _score(expression, signature, minimum_coverage, subtract_reference=unit in LOG_SCALES)
        scores[f"sig.{name}"] = score
    return pd.DataFrame(scores, index=expression.index, dtype="float64")


def signature_coverage(
    expression: pd.DataFrame, signatures: Mapping[str, Signature], universe: Sequence[str] | None = None
) -> pd.DataFrame:
    """Say on how much of each signature each sample can be scored.

    Parameters
    ----------
    expression, signatures, universe
        As for `score_signatures`.

    Returns
    -------
    DataFrame, shape (n_samples, n_signatures)
        Columns ``sig.<identifier>``: share of the genes present (of the pairs; with weights, of the absolute weight).
    """
    shares = {f"sig.{name}": _coverage(expression, signature, universe) for name, signature in signatures.items()}
    return pd.DataFrame(shares, index=expression.index, dtype="float64")


def _refuse_undeclared_universe(signatures: Mapping[str, Signature], universe: Sequence[str] | None) -> None:
    ranked = [name for name, signature in signatures.items() if signature.method in RANK_METHODS]
    if ranked and universe is None:
        raise StratifyError(
            f"signature {ranked[0]!r} (method {signatures[ranked[0]].method}) ranks the genes of a sample: declare the "
            "universe of genes to rank among, the same for every cohort (`gene_universe: shared` in the study file)"
        )


def _ranked(
    expression: pd.DataFrame, signatures: Mapping[str, Signature], universe: Sequence[str], minimum_coverage: float
) -> dict[str, np.ndarray]:
    """Scores of the signatures that rank genes, those of one method at once."""
    found: dict[str, np.ndarray] = {}
    genes = _universe_columns(expression, universe)
    for method in RANK_METHODS:
        sets = {name: signature.genes for name, signature in signatures.items() if signature.method == method}
        if sets:
            scores = score_gene_sets(genes, sets, method, minimum_coverage=minimum_coverage).scores
            found |= {name: scores[name].to_numpy() for name in sets}
    return found


def _universe_columns(expression: pd.DataFrame, universe: Sequence[str]) -> pd.DataFrame:
    wanted = {f"gene.{symbol}" for symbol in universe}
    return expression.loc[:, [column for column in expression.columns if column in wanted]]


def _coverage(expression: pd.DataFrame, signature: Signature, universe: Sequence[str] | None) -> np.ndarray:
    if signature.pairs is not None:
        first, second = (_values(expression, list(genes)) for genes in zip(*signature.pairs, strict=True))
        return (~np.isnan(first) & ~np.isnan(second)).mean(axis=1)
    if signature.method in RANK_METHODS and universe is not None:
        expression = _universe_columns(expression, universe)
    weights = np.ones(len(signature.genes)) if signature.weights is None else np.abs(signature.weights)
    return ~np.isnan(_values(expression, signature.genes)) @ weights / weights.sum()


def _pairs(expression: pd.DataFrame, signature: Signature, minimum_coverage: float) -> np.ndarray:
    pairs = signature.pairs or []
    first, second = (_values(expression, list(genes)) for genes in zip(*pairs, strict=True))
    present = (~np.isnan(first) & ~np.isnan(second)).sum(axis=1)
    score = (first > second).sum(axis=1) * len(pairs) / np.maximum(present, 1)
    return np.where(present >= minimum_coverage * len(pairs), score, np.nan)


def _score(
    expression: pd.DataFrame, signature: Signature, minimum_coverage: float, *, subtract_reference: bool
) -> np.ndarray:
    values = _values(expression, signature.genes)
    present = ~np.isnan(values)
    weights = np.ones(len(signature.genes)) if signature.weights is None else np.asarray(signature.weights)
    if subtract_reference and signature.reference_genes:
        values = values - _mean_of_present(_values(expression, signature.reference_genes))[:, None]
    of_weight = present @ np.abs(weights)
    covered = of_weight / np.abs(weights).sum()
    total = np.where(present, values, 0.0) @ weights
    divisor = {"mean": np.maximum(present.sum(axis=1), 1), "weighted_mean": np.where(of_weight > 0, of_weight, 1.0)}
    score = total / divisor[signature.method] if signature.method in divisor else total
    return np.where(covered >= minimum_coverage, score, np.nan)


def _values(expression: pd.DataFrame, symbols: list[str]) -> np.ndarray:
    """Values of genes in the given order, null for genes that are absent; shape (n_samples, n_symbols)."""
    columns = [f"gene.{symbol}" for symbol in symbols]
    return expression.reindex(columns=columns).to_numpy(dtype="float64")


def _mean_of_present(values: np.ndarray) -> np.ndarray:
    present = ~np.isnan(values)
    count = present.sum(axis=1)
    total = np.where(present, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
