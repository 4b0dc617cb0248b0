"""Signature and gene-set scores of single samples.

Names are imported when first used: scoring arrays needs numpy alone, and starts without tables and configuration.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stratify.assemble.signatures.catalogue import Signature, load_catalogue, load_gene_sets
    from stratify.assemble.signatures.engine import GeneSetScores, score_gene_sets, score_in_chunks
    from stratify.assemble.signatures.scorer import GeneSetScorer
    from stratify.assemble.signatures.scoring import (
        SCORED_UNITS,
        required_genes,
        score_signatures,
        signature_coverage,
    )

__all__ = [
    "SCORED_UNITS",
    "GeneSetScorer",
    "GeneSetScores",
    "Signature",
    "load_catalogue",
    "load_gene_sets",
    "required_genes",
    "score_gene_sets",
    "score_in_chunks",
    "score_signatures",
    "signature_coverage",
]

_MODULES = {
    "catalogue": ("Signature", "load_catalogue", "load_gene_sets"),
    "engine": ("GeneSetScores", "score_gene_sets", "score_in_chunks"),
    "scorer": ("GeneSetScorer",),
    "scoring": ("SCORED_UNITS", "required_genes", "score_signatures", "signature_coverage"),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
